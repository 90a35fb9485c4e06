import { installLinks, lpaString, readActivationCode, type ActivationCode } from '@simlane/contracts/activation-code';
import type { QrCode, SimQrCode } from '@simlane/contracts/http/qr-code';
import { ACCEPTED_FORMATS } from '@simlane/contracts/qr-code';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Transaction } from '../database.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { codeBelongsTo, type QrCodes } from './import.service.ts';
import { listLinks } from './link.repository.ts';
import { type Addressee, findNotifications } from './notification.service.ts';
import { findEsim, requireEsimInUse, seesCodes } from './qr-code-access.ts';
import { personOf } from './person.ts';
import { findLiveCodes, type StoredQrCode } from './qr-code.repository.ts';
import { findRequest } from './qr-request.repository.ts';

/** A code as it is shown; without detail to those who see states and dates only. */
export const toQrCode = (code: StoredQrCode, sees: boolean): QrCode => ({
  id: code.id,
  state: code.state,
  source: code.source,
  importedAt: code.importedAt.toISOString(),
  endedAt: code.endedAt?.toISOString() ?? null,
  detail: sees
    ? {
        importedBy: { id: code.importedBy, name: code.importedByName },
        smdpAddress: code.smdpAddress,
        lastFour: code.lastFour,
        confirmationCodeRequired: code.confirmationCodeRequired,
        warnings: [...code.warnings],
        fileFormat: code.fileFormat,
        refusal:
          code.refusal === null || code.decidedBy === null || code.decidedAt === null
            ? null
            : { reason: code.refusal, byId: code.decidedBy, at: code.decidedAt.toISOString() },
      }
    : null,
});

/** Opens what is sealed. The only place where an activation code comes out of the database. */
export const openCode = (
  { sealer }: Pick<QrCodes, 'sealer'>,
  accountId: string,
  code: StoredQrCode,
): ActivationCode => {
  const reading = readActivationCode(sealer.openText(code.sealed, codeBelongsTo(accountId, code.simId, code.id)));
  if (!reading.ok) throw new Error(`the code ${code.id} is kept in a form that cannot be read`);
  return reading.code;
};

/** On the timeline stands who saw the code, and how; never the code. */
export const recordDisclosure = (
  tx: Transaction,
  accountId: string,
  code: StoredQrCode,
  { origin, as }: { origin: Origin; as: 'text' | 'png' | 'svg' | 'page' },
): Promise<void> =>
  addToTimeline(tx, accountId, origin, [
    { subject: { type: 'sim', id: code.simId }, event: 'qr_code_disclosed', data: { qrCodeId: code.id, as } },
  ]);

/** Whom a notification is for unless somebody says otherwise: who asked, or else who imports. */
export const addresseeOf = async (
  tx: Transaction,
  accountId: string,
  code: StoredQrCode,
  caller: Caller | null,
): Promise<Addressee | null> => {
  const request = code.requestId === null ? undefined : await findRequest(tx, accountId, { id: code.requestId });
  if (request !== undefined) {
    const { name, email, language } = request.requestedBy;
    return { name, email, language };
  }
  const person = caller && personOf(caller);
  return person && { name: person.name, email: person.email, language: person.language };
};

/** The QR code section of a SIM. Showing the code itself stands on the timeline. */
export const showQrCode = (qrCodes: QrCodes, caller: Caller, simId: string): Promise<SimQrCode> =>
  inAccount(qrCodes.db, caller.accountId, async (tx) => {
    const sim = await findEsim(tx, caller, simId);
    requireEsimInUse(sim);
    const section = await sectionOf(tx, qrCodes, caller, simId);
    const { current } = await findLiveCodes(tx, caller.accountId, simId);
    if (section.disclosed !== null && current !== null) {
      await recordDisclosure(tx, caller.accountId, current, { origin: byCaller(caller), as: 'text' });
    }
    return section;
  });

/** The section as it stands; does not count as a disclosure by itself. */
const sectionOf = async (tx: Transaction, qrCodes: QrCodes, caller: Caller, simId: string): Promise<SimQrCode> => {
  const { accountId } = caller;
  const sees = await seesCodes(tx, caller, simId);
  const { current, waiting } = await findLiveCodes(tx, accountId, simId);
  const open = await findRequest(tx, accountId, { openOfSim: simId });
  const draft = current === null ? null : await addresseeOf(tx, accountId, current, caller);
  return {
    simId,
    acceptedFormats: [...ACCEPTED_FORMATS],
    current: current && toQrCode(current, sees),
    waiting: waiting && toQrCode(waiting, sees),
    openRequestId: open?.id ?? null,
    disclosed: current === null || !sees ? null : await disclosedOf(tx, qrCodes, accountId, current),
    notification:
      current === null || !sees || draft === null
        ? null
        : {
            draft: { ...draft },
            sent: (await findNotifications(tx, accountId, { codeId: current.id })).flatMap(
              ({ to, sentAt, automatic }) =>
                sentAt === null ? [] : [{ to: to.email, at: sentAt.toISOString(), automatic }],
            ),
          },
  };
};

const disclosedOf = async (
  tx: Transaction,
  qrCodes: QrCodes,
  accountId: string,
  current: StoredQrCode,
): Promise<NonNullable<SimQrCode['disclosed']>> => {
  const code = openCode(qrCodes, accountId, current);
  const path = `/inventory/v1/sims/${current.simId}/qr-code/image`;
  const links = await listLinks(tx, accountId, { qrCodeId: current.id });
  return {
    activationCode: lpaString(code).slice('LPA:'.length),
    image: { png: `${path}?format=png`, svg: `${path}?format=svg` },
    installLinks: installLinks(code),
    links: links.map((link) => ({
      id: link.id,
      sentTo: link.sentTo,
      createdAt: link.createdAt.toISOString(),
      expiresAt: link.expiresAt.toISOString(),
      revokedAt: link.revokedAt?.toISOString() ?? null,
      uses: link.uses,
      lastUsedAt: link.lastUsedAt?.toISOString() ?? null,
    })),
  };
};

/** After a command of the caller: what he has just done shows him the code, and is on the timeline itself. */
export const sectionAfter = (qrCodes: QrCodes, caller: Caller, simId: string): Promise<SimQrCode> =>
  readInAccount(qrCodes.db, caller.accountId, (tx) => sectionOf(tx, qrCodes, caller, simId));

import { type ActivationCode, comparableActivationCode } from '@simlane/contracts/activation-code';
import type { QrCode } from '@simlane/contracts/http/qr-code';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { violatedConstraint } from '@simlane/service-kit/postgres-errors';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Transaction } from '../database.ts';
import type { PageOfNewest } from '../fleet/page.ts';
import { lockSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { findRequest, lockRequest } from './qr-request.repository.ts';
import { setRequestDue } from './request-due.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { endCode, endRequest } from './ending.ts';
import type { QrCodes } from './import.service.ts';
import { ImportRefusal } from './imported-code.ts';
import { findLink, revoke } from './link.repository.ts';
import { requireRoom } from './limits.ts';
import { type Addressee, addNotification, findNotifications } from './notification.service.ts';
import { findEsim, requireQrUser, seesCodes } from './qr-code-access.ts';
import {
  changeCode,
  findCode,
  findLiveCodes,
  isCodeOfAnotherSim,
  listCodesOfSim,
  type StoredQrCode,
} from './qr-code.repository.ts';
import { addresseeOf, openCode, recordDisclosure, toQrCode } from './qr-code-section.ts';
import { readFile } from './stored-file.service.ts';

const noCode = (): ProblemError => notFound('The SIM has no QR code');

/** The activation code of a SIM, for drawing it. @throws ProblemError `not_found` where there is none */
export const discloseCode = (
  qrCodes: QrCodes,
  caller: Caller,
  simId: string,
  as: 'png' | 'svg',
): Promise<ActivationCode> =>
  inAccount(qrCodes.db, caller.accountId, async (tx) => {
    await requireQrUser(tx, caller, simId);
    const { current } = await findLiveCodes(tx, caller.accountId, simId);
    if (current === null) throw noCode();
    await recordDisclosure(tx, caller.accountId, current, { origin: byCaller(caller), as });
    return openCode(qrCodes, caller.accountId, current);
  });

/** The file that the current code came in. */
export const downloadOriginal = async (
  qrCodes: QrCodes,
  caller: Caller,
  simId: string,
): Promise<Awaited<ReturnType<typeof readFile>>> => {
  const { accountId } = caller;
  const fileId = await inAccount(qrCodes.db, accountId, async (tx) => {
    await requireQrUser(tx, caller, simId);
    const { current, waiting } = await findLiveCodes(tx, accountId, simId);
    const code = current ?? waiting;
    if (code === null) throw noCode();
    if (code.fileId === null) throw notFound('The code came as text: there is no file');
    await addToTimeline(tx, accountId, byCaller(caller), [
      { subject: { type: 'sim', id: simId }, event: 'qr_original_downloaded', data: { qrCodeId: code.id } },
    ]);
    return code.fileId;
  });
  return readFile(qrCodes, accountId, fileId);
};

export const listQrCodes = (
  { db }: Pick<QrCodes, 'db'>,
  caller: Caller,
  simId: string,
  page: PageOfNewest,
): Promise<{ items: QrCode[]; nextCursor: string | null }> =>
  readInAccount(db, caller.accountId, async (tx) => {
    await findEsim(tx, caller, simId);
    const { items, nextCursor } = await listCodesOfSim(tx, caller.accountId, simId, page);
    const sees = await seesCodes(tx, caller, simId);
    return { items: items.map((code) => toQrCode(code, sees)), nextCursor };
  });

/**
 * A user accepts a code that waits, or refuses it with a reason. He decides on the code that he has seen: another that
 * came through the link meanwhile is another decision. The same decision on the same code again changes nothing.
 *
 * @throws ProblemError `qr_code_state` where that code does not wait, `reason_required`, `activation_code_in_use`
 */
export const decideOnCode = async (
  qrCodes: QrCodes,
  caller: Caller,
  simId: string,
  {
    qrCodeId,
    accept,
    reason,
  }: { readonly qrCodeId: string; readonly accept: boolean; readonly reason?: string | undefined },
): Promise<void> => {
  const { accountId } = caller;
  if (!accept && reason === undefined) {
    throw new ProblemError('reason_required', 'A refusal needs a reason, which is mailed to whoever sent the code', {
      fix: 'Say in reason what is to be sent instead',
    });
  }
  try {
    await inAccount(qrCodes.db, accountId, async (tx) => {
      await requireQrUser(tx, caller, simId);
      await lockSim(tx, visibilityOf(caller), simId);
      const open = await lockRequest(tx, accountId, { openOfSim: simId });
      const { current, waiting } = await findLiveCodes(tx, accountId, simId);
      if (waiting?.id !== qrCodeId) {
        if (isDecided(await findCode(tx, accountId, qrCodeId), simId, accept)) return;
        throw notWaiting();
      }
      const now = new Date();
      const origin = byCaller(caller);
      const event = accept ? 'qr_code_accepted' : 'qr_code_refused';
      const data = { qrCodeId: waiting.id };
      await addToTimeline(tx, accountId, origin, [
        { subject: { type: 'sim', id: simId }, event, reason: reason ?? null, data },
        ...(waiting.requestId === null
          ? []
          : [{ subject: { type: 'qr_request', id: waiting.requestId }, event, reason: reason ?? null, data } as const]),
      ]);
      if (accept) {
        // Under every key: the other SIM's code may have come before the keys were changed, or this one.
        const fingerprints = qrCodes.sealer.fingerprints(
          comparableActivationCode(openCode(qrCodes, accountId, waiting)),
        );
        if (await isCodeOfAnotherSim(tx, accountId, { simId, fingerprints })) throw inUse();
        if (current !== null) await endCode(tx, accountId, current, { origin, reason: 'replaced', now });
        await changeCode(tx, accountId, waiting.id, { state: 'current', at: now, decidedBy: caller.sub });
        if (open !== undefined) {
          await endRequest(tx, open, { origin, reason: 'code_imported', now, data: { qrCodeId: waiting.id } });
        }
      } else {
        await changeCode(tx, accountId, waiting.id, {
          state: 'refused',
          at: now,
          decidedBy: caller.sub,
          refusal: reason ?? '',
        });
        if (waiting.requestId !== null) await setRequestDue(tx, { accountId, id: waiting.requestId }, now);
      }
    });
  } catch (error) {
    if (violatedConstraint(error) === 'qr_code_in_use') throw inUse();
    throw error;
  }
  qrCodes.onDue();
};

/** Whether somebody has decided so already. */
const isDecided = (code: StoredQrCode | undefined, simId: string, accept: boolean): boolean =>
  code?.simId === simId && code.decidedBy !== null && (code.state === 'refused') !== accept;

const notWaiting = (): ProblemError =>
  new ProblemError('qr_code_state', 'This QR code does not wait to be accepted', {
    fix: 'Look at the code that waits now, if any; see qr-codes for what became of this one',
  });

const inUse = (): ProblemError =>
  new ImportRefusal('activation_code_in_use', {
    detail: 'Another SIM in use has this activation code',
    fix: 'Refuse this one, and ask for the code that was made for this SIM',
  });

/**
 * Owes a notification of the current code to somebody. A repeat under the key owes nothing more.
 *
 * @throws ProblemError `qr_code_state` without a current code, `idempotency_key_reused`, `rate_limited`
 */
export const notifyOfCode = async (
  qrCodes: QrCodes,
  caller: Caller,
  simId: string,
  { to, key }: { readonly to: Addressee | undefined; readonly key: string },
): Promise<void> => {
  const { accountId, sub } = caller;
  const hash = bodyHash({ simId, to });
  await inAccount(qrCodes.db, accountId, async (tx) => {
    await requireQrUser(tx, caller, simId);
    await lockSim(tx, visibilityOf(caller), simId);
    const [before] = await findNotifications(tx, accountId, { caller: sub, key });
    if (before !== undefined) {
      if (before.bodyHash === hash) return;
      throw new ProblemError('idempotency_key_reused', 'The Idempotency-Key was used for another notification', {
        fix: 'Use a new key for a new notification, and the same body with the same key',
      });
    }
    const { current } = await findLiveCodes(tx, accountId, simId);
    if (current === null) {
      throw new ProblemError('qr_code_state', 'The SIM has no QR code that somebody could be told of', {
        fix: 'Import one, or ask the distributor for one',
      });
    }
    const addressee = to ?? (await addresseeOf(tx, accountId, current, caller));
    if (addressee === null) {
      throw new ProblemError('invalid_request', 'There is no address to send the notification to', {
        fix: 'Name the recipient in to',
        errors: [
          { pointer: '/to', detail: 'Needed, because nobody asked for the code and you have no e-mail address' },
        ],
      });
    }
    await requireRoom(tx, accountId, ['mails']);
    await addNotification(tx, accountId, {
      codeId: current.id,
      simId,
      requestId: await carryingRequest(tx, accountId, current),
      to: addressee,
      automatic: false,
      origin: byCaller(caller),
      now: new Date(),
      key: { caller: sub, key, bodyHash: hash },
    });
  });
  qrCodes.onDue();
};

/** The request that the code has ended: its workflow tells of it. */
export const carryingRequest = async (
  tx: Transaction,
  accountId: string,
  code: StoredQrCode,
): Promise<string | null> => {
  if (code.requestId === null) return null;
  const request = await findRequest(tx, accountId, { id: code.requestId });
  const became = code.decidedAt ?? code.importedAt;
  const isCarried = request?.endReason === 'code_imported' && request.endedAt !== null && became <= request.endedAt;
  return isCarried ? code.requestId : null;
};

/** @throws ProblemError `not_found` for a link that is not one to a code of this SIM */
export const revokeLink = (
  { db }: Pick<QrCodes, 'db'>,
  caller: Caller,
  { simId, linkId }: { readonly simId: string; readonly linkId: string },
): Promise<void> =>
  inAccount(db, caller.accountId, async (tx) => {
    const { accountId } = caller;
    await requireQrUser(tx, caller, simId);
    const link = await findLink(tx, accountId, linkId);
    const code =
      link?.qrCodeId === null || link === undefined ? undefined : await findCode(tx, accountId, link.qrCodeId);
    if (code?.simId !== simId) throw notFound('There is no such link to a code of this SIM');
    if (!(await revoke(tx, accountId, linkId, new Date()))) return;
    await addToTimeline(tx, accountId, byCaller(caller), [
      { subject: { type: 'sim', id: simId }, event: 'qr_link_revoked', data: { linkId, qrCodeId: code.id } },
    ]);
  });

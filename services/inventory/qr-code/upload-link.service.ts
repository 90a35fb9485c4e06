/** What the holder of an upload link can do: see what is asked of him, send a code, and have the manager told. */
import type { Sim } from '@simlane/contracts/http/fleet';
import { NOTIFIED_AFTER } from '@simlane/contracts/qr-code';
import { durationMs } from '@simlane/contracts/duration';
import type { MailedLinks } from '@simlane/service-kit/mailed-link';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import type { QrRequestFacts } from '../actions/catalog.ts';
import type { Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import type { UploadState } from '../link-pages/upload-page.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { type CodeInput, importCode, isSameCode, type QrCodes } from './import.service.ts';
import { originOf } from './import.ts';
import { isUsable, linkDead, maskedEmail, type StoredLink } from './link.ts';
import { findLink } from './link.repository.ts';
import { addNotification, findNotifications } from './notification.service.ts';
import { carryingRequest } from './qr-code.service.ts';
import { findCode, findLiveCodes, type StoredQrCode } from './qr-code.repository.ts';
import type { RequestContact, StoredRequest } from './qr-request.ts';
import { findRequest, lockRequest } from './qr-request.repository.ts';
import { simToAskFor } from './qr-request-draft.ts';

export interface UploadLinks extends QrCodes {
  readonly links: MailedLinks;
}

/** A link that works, with what it points at. */
export interface UploadLink {
  readonly accountId: string;
  readonly link: StoredLink;
  readonly request: StoredRequest;
  readonly contact: RequestContact;
  readonly sim: Sim;
  readonly msisdn: string | null;
  readonly providerReference: string | null;
  readonly facts: QrRequestFacts;
  /** The code that came through this link and counts; null while one can still be sent. */
  readonly done: StoredQrCode | null;
  /** The code that came through this link and waits for a user. */
  readonly waiting: StoredQrCode | null;
}

/**
 * Checks everything that makes the link work, the contact's role with the catalog asked afresh (product.md §4).
 *
 * @throws ProblemError `link_dead` for every link that does not work, whatever the reason; UnavailableError
 */
export const openUploadLink = async (uploads: UploadLinks, token: string): Promise<UploadLink> => {
  const named = uploads.links.read('qr_upload', token);
  if (named === undefined) throw linkDead();
  const { accountId, linkId } = named;
  const found = await readInAccount(uploads.db, accountId, (tx) => pointedAt(tx, accountId, linkId));
  if (found === null) throw linkDead();
  const facts = await uploads.catalog.qrRequestFacts(accountId, found.sim);
  if (!facts.known) throw new UnavailableError('The catalog', 'does not answer');
  if (!facts.value.contacts.some(({ id }) => id === found.contact.contactId)) throw linkDead();
  return { accountId, ...found, facts: facts.value };
};

type PointedAt = Omit<UploadLink, 'accountId' | 'facts'>;

const pointedAt = async (tx: Transaction, accountId: string, linkId: string): Promise<PointedAt | null> => {
  const link = await findLink(tx, accountId, linkId);
  if (link === undefined || link.requestId === null || !isUsable(link, new Date())) return null;
  const request = await findRequest(tx, accountId, { id: link.requestId });
  const contact = request?.contacts.find(({ contactId }) => contactId === link.contactId);
  if (request === undefined || contact === undefined || link.sending !== request.sendings) return null;
  const sim = await findSim(tx, { accountId }, request.simId);
  if (sim === undefined || sim.state === 'discarded') return null;
  const { current, waiting } = await findLiveCodes(tx, accountId, sim.id);
  const done = current !== null && isAnsweredBy(link, request, current) ? current : null;
  if (request.state !== 'open' && done === null) return null;
  return {
    link,
    request,
    contact,
    ...(await simToAskFor(tx, accountId, sim)),
    done,
    waiting: waiting?.linkId === linkId ? waiting : null,
  };
};

/** Whether the SIM's code came through this link, or is the one that somebody sent through it once more. */
const isAnsweredBy = (
  link: StoredLink,
  { state, endReason, endedAt }: StoredRequest,
  current: StoredQrCode,
): boolean => {
  if (state !== 'ended' || endReason !== 'code_imported' || endedAt === null) return false;
  if (current.linkId === link.id) return true;
  const hasEnded = link.lastUsedAt?.getTime() === endedAt.getTime();
  return hasEnded && (current.decidedAt ?? current.importedAt) <= endedAt;
};

/** What the page shows when it is opened, and after something was sent. Changes nothing. */
export const stateOfUpload = async (uploads: UploadLinks, opened: UploadLink): Promise<UploadState> => {
  const { done, waiting } = opened;
  if (done !== null) return understood(uploads, opened, done);
  if (waiting !== null) {
    return { is: 'waiting', code: shownOf(waiting), warnings: waiting.warnings.map(({ code }) => code) };
  }
  return { is: 'ready' };
};

const shownOf = ({ smdpAddress, lastFour, confirmationCodeRequired }: StoredQrCode) => ({
  smdpAddress,
  lastFour,
  confirmationCodeRequired,
});

const understood = async (
  { db }: UploadLinks,
  { accountId, request }: UploadLink,
  code: StoredQrCode,
): Promise<UploadState> => {
  const notifications = await readInAccount(db, accountId, (tx) =>
    findNotifications(tx, accountId, { codeId: code.id }),
  );
  const [first] = notifications;
  const answeredAt = request.endedAt ?? code.decidedAt ?? code.importedAt;
  return {
    is: 'understood',
    code: shownOf(code),
    warnings: code.warnings.map((warning) => warning.code),
    notification: {
      to: maskedEmail(first?.to.email ?? request.requestedBy.email),
      sentAt: first?.createdAt.toISOString() ?? null,
      byItselfAt:
        first === undefined ? new Date(answeredAt.getTime() + durationMs(NOTIFIED_AFTER)).toISOString() : null,
    },
  };
};

/** Sends a code through the link. What is refused stands on the timeline of the request. */
export const uploadCode = async (
  uploads: UploadLinks,
  { accountId, link, request, contact, sim, done }: UploadLink,
  { input, confirmationCodeRequired }: { readonly input: CodeInput; readonly confirmationCodeRequired: boolean },
): Promise<void> => {
  const importer = {
    source: 'upload_link',
    linkId: link.id,
    requestId: request.id,
    sending: request.sendings,
    contact,
  } as const;
  if (done !== null) {
    // Browsers send again what they have not heard the answer of. Anything else is not what the link was for.
    if (await isSameCode(uploads, { accountId, importer, input }, done)) return;
    throw linkDead();
  }
  try {
    await importCode(uploads, {
      accountId,
      simId: sim.id,
      importer,
      input,
      confirmationCodeRequired,
      acceptWarnings: [],
    });
  } catch (error) {
    if (error instanceof ProblemError && IS_A_REFUSAL.has(error.code)) {
      const { code: refusedWith } = error;
      await inAccount(uploads.db, accountId, (tx) =>
        addToTimeline(tx, accountId, originOf(importer), [
          { subject: { type: 'qr_request', id: request.id }, event: 'qr_file_refused', data: { refusedWith } },
        ]),
      );
    }
    throw error;
  }
};

const IS_A_REFUSAL: ReadonlySet<string> = new Set([
  'file_format',
  'file_encrypted',
  'file_broken',
  'file_too_complex',
  'qr_code_not_found',
  'not_activation_code',
  'two_activation_codes',
  'activation_code_in_use',
]);

/** Has the manager told now of the code that was sent through the link. A repeat tells nobody twice. */
export const notifyThroughLink = async (uploads: UploadLinks, opened: UploadLink): Promise<void> => {
  const { accountId, link, request, contact, sim, done } = opened;
  if (done === null) throw linkDead();
  await inAccount(uploads.db, accountId, async (tx) => {
    await lockRequest(tx, accountId, { id: request.id });
    const code = await findCode(tx, accountId, done.id);
    if (code?.state !== 'current') throw linkDead();
    if ((await findNotifications(tx, accountId, { codeId: done.id })).length > 0) return;
    const { name, email, language } = request.requestedBy;
    await addNotification(tx, accountId, {
      codeId: done.id,
      simId: sim.id,
      requestId: await carryingRequest(tx, accountId, code),
      to: { name, email, language },
      automatic: false,
      origin: { source: 'upload_link', actorId: contact.contactId, causeId: link.id },
      now: new Date(),
    });
  });
  uploads.onDue();
};

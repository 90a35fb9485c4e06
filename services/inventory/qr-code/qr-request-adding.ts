import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Transaction } from '../database.ts';
import { lockSim } from '../fleet/sim.repository.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { insertLinks } from './link.repository.ts';
import { requireEsimInUse } from './qr-code-access.ts';
import { type Person, type RequestContact, requestExpiry, type StoredRequest } from './qr-request.ts';
import { findRequest, insertRequest } from './qr-request.repository.ts';
import { setRequestDue } from './request-due.ts';

export interface RequestToAdd {
  readonly simId: string;
  readonly orderId: string | null;
  readonly requestedBy: Person;
  readonly contacts: readonly RequestContact[];
  readonly cc: readonly string[];
  readonly messages: RequestMessages;
  readonly origin: Origin;
  readonly key: KeyedRequest | null;
}

/** Takes the SIM, and adds the request with the links of its first sending. @throws ProblemError `qr_request_open` */
export const addRequest = async (
  tx: Transaction,
  accountId: string,
  { simId, orderId, requestedBy, contacts, cc, messages, origin, key }: RequestToAdd,
): Promise<string> => {
  const sim = await lockSim(tx, { accountId }, simId);
  if (sim === undefined) throw notFound('There is no such SIM');
  requireEsimInUse(sim);
  const open = await findRequest(tx, accountId, { openOfSim: simId });
  if (open !== undefined) {
    throw new ProblemError('qr_request_open', `The request ${open.id} for this SIM is open`, {
      fix: 'Send it again, or cancel it first',
    });
  }
  const now = new Date();
  const id = uuidV7();
  const request: StoredRequest = {
    id,
    accountId,
    simId,
    orderId,
    state: 'open',
    endReason: null,
    endedAt: null,
    requestedBy,
    cc,
    messages,
    sendings: 1,
    mailedSending: 0,
    sentAt: null,
    reminders: 0,
    createdAt: now,
    expiresAt: requestExpiry(now),
    version: 1,
    contacts,
  };
  await insertRequest(tx, request, key);
  await addUploadLinks(tx, request, contacts, now);
  const recipients = contacts.map(({ contactId }) => contactId);
  await addToTimeline(tx, accountId, origin, [
    { subject: { type: 'qr_request', id }, event: 'qr_requested', data: { simId, recipients, cc: cc.length } },
    { subject: { type: 'sim', id: simId }, event: 'qr_requested', data: { requestId: id } },
  ]);
  await setRequestDue(tx, request, now);
  return id;
};

export const addUploadLinks = (
  tx: Transaction,
  { accountId, id, sendings, expiresAt }: StoredRequest,
  contacts: readonly RequestContact[],
  now: Date,
): Promise<void> =>
  insertLinks(
    tx,
    accountId,
    contacts.map(({ contactId, email }) => ({
      id: uuidV7(),
      purpose: 'qr_upload',
      requestId: id,
      sending: sendings,
      contactId,
      qrCodeId: null,
      sentTo: email,
      createdAt: now,
      expiresAt,
    })),
  );

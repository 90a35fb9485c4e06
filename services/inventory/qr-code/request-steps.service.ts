/** What the workflow of a request asks for: where it stands, the mails of a step, and that a step is done. */
import type { MessageToSend } from '@simlane/contracts/http/qr-code-internal';
import type { QrRequestClaim, QrRequestStep } from '@simlane/contracts/qr-code-request';
import { setDue } from '@simlane/service-kit/due';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { endRequest } from './ending.ts';
import { findLink, listLinks } from './link.repository.ts';
import {
  addNotification,
  findNotifications,
  markNotificationSent,
  QR_NOTIFICATION,
  type StoredNotification,
} from './notification.service.ts';
import { findCode, findCodesOfRequest, findLiveCodes, markRefusalsMailed } from './qr-code.repository.ts';
import { claimOf, reminderDue, type StoredRequest } from './qr-request.ts';
import {
  findRequest,
  lockRequest,
  markReturnsTold,
  readOutcome,
  recordReturn,
  updateRequest,
} from './qr-request.repository.ts';
import { msisdnOf } from './qr-request-draft.ts';
import { setRequestDue } from './request-due.ts';
import {
  askingMail,
  type NamedSim,
  notificationMail,
  notificationMessageId,
  refusalMail,
  returnedMail,
} from './request-mails.ts';

export interface RequestOfAccount {
  readonly accountId: string;
  readonly requestId: string;
}

const noRequest = () => notFound('There is no such request');

const byWorkflow = (causeId: string): Origin => ({ source: 'workflow', actorId: null, causeId });
const byTime = (causeId: string): Origin => ({ source: 'timer', actorId: null, causeId });

export const claimRequest = (db: Database, { accountId, requestId }: RequestOfAccount): Promise<QrRequestClaim> =>
  readInAccount(db, accountId, (tx) => claimIn(tx, accountId, requestId));

const claimIn = async (tx: Transaction, accountId: string, id: string): Promise<QrRequestClaim> => {
  const request = await findRequest(tx, accountId, { id });
  if (request === undefined) throw noRequest();
  return claimOf(request, await readOutcome(tx, request), new Date());
};

/** The mails of a step; none if it is not what is owed now. Changes nothing, but for a notification that becomes due. */
export const stepMails = (
  db: Database,
  { accountId, requestId }: RequestOfAccount,
  step: QrRequestStep,
): Promise<MessageToSend[]> =>
  inAccount(db, accountId, async (tx) => {
    const request = await lockRequest(tx, accountId, { id: requestId });
    if (request === undefined) throw noRequest();
    const now = new Date();
    const { owed } = claimOf(request, await readOutcome(tx, request), now);
    return owed === step ? mailsOf(tx, request, step, now) : [];
  });

const mailsOf = async (
  tx: Transaction,
  request: StoredRequest,
  step: QrRequestStep,
  now: Date,
): Promise<MessageToSend[]> => {
  const { accountId, id } = request;
  const links = await listLinks(tx, accountId, { requestId: id, sending: request.sendings });
  switch (step) {
    case 'mail_request':
      return [askingMail(request, links, 0)];
    case 'mail_reminder':
      return [askingMail(request, links, reminderDue(request, now))];
    case 'mail_refusal': {
      const sim = await namedSim(tx, request);
      const refused = (await findCodesOfRequest(tx, accountId, id)).filter(
        ({ state, refusalMailed }) => state === 'refused' && !refusalMailed,
      );
      return refused.map((code) => refusalMail(request, code, links, sim)).filter((mail) => mail !== null);
    }
    case 'mail_bounce': {
      const mail = returnedMail(request, await namedSim(tx, request));
      return mail === null ? [] : [mail];
    }
    case 'mail_notification':
      return notificationMails(tx, request);
    case 'expire':
      return [];
  }
};

/** The notifications that are owed by this request; where nobody has made one, whoever asked gets it now. */
const notificationMails = async (tx: Transaction, request: StoredRequest): Promise<MessageToSend[]> => {
  const { accountId, id, simId, requestedBy } = request;
  let unsent = await findNotifications(tx, accountId, { requestId: id, unsent: true });
  if (unsent.length === 0) {
    const { current } = await findLiveCodes(tx, accountId, simId);
    if (current === null) return [];
    await addNotification(tx, accountId, {
      codeId: current.id,
      simId,
      requestId: id,
      to: { name: requestedBy.name, email: requestedBy.email, language: requestedBy.language },
      automatic: true,
      origin: byTime(id),
      now: new Date(),
    });
    unsent = await findNotifications(tx, accountId, { requestId: id, unsent: true });
  }
  const mails = await Promise.all(unsent.map((notification) => mailOfNotification(tx, accountId, notification)));
  return mails.filter((mail) => mail !== null);
};

/** Null: the code is no longer the SIM's, or the link was revoked before its mail was made. */
const mailOfNotification = async (
  tx: Transaction,
  accountId: string,
  notification: StoredNotification,
): Promise<MessageToSend | null> => {
  const code = await findCode(tx, accountId, notification.codeId);
  const link = await findLink(tx, accountId, notification.linkId);
  if (code?.state !== 'current' || link === undefined || link.revokedAt !== null) return null;
  return notificationMail(notification, { code, link, sim: await namedSim(tx, { accountId, simId: code.simId }) });
};

const namedSim = async (
  tx: Transaction,
  { accountId, simId }: Pick<StoredRequest, 'accountId' | 'simId'>,
): Promise<NamedSim> => {
  const sim = await findSim(tx, { accountId }, simId);
  // A temporary eSIM that was rolled back has gone.
  if (sim === undefined) return { id: simId, msisdn: null, iccid: null, temporaryReference: null };
  return {
    id: simId,
    msisdn: await msisdnOf(tx, sim, accountId),
    iccid: sim.iccid,
    temporaryReference: sim.temporaryReference,
  };
};

/**
 * A step is done: its mails are with notification, or the request has expired. Where the step has changed since its
 * mails were made (it was sent again meanwhile), it stays owed. A repeat changes nothing.
 */
export const recordStep = (
  db: Database,
  { accountId, requestId }: RequestOfAccount,
  { step, messageIds }: { readonly step: QrRequestStep; readonly messageIds: readonly string[] },
): Promise<QrRequestClaim> =>
  inAccount(db, accountId, async (tx) => {
    const request = await lockRequest(tx, accountId, { id: requestId });
    if (request === undefined) throw noRequest();
    const now = new Date();
    const { owed } = claimOf(request, await readOutcome(tx, request), now);
    if (owed !== step) return claimIn(tx, accountId, requestId);
    const expected = (await mailsOf(tx, request, step, now)).map(({ messageId }) => messageId);
    if (expected.every((id) => messageIds.includes(id))) {
      await carryOut(tx, request, { step, messageIds }, now);
      await setRequestDue(tx, request, now);
    }
    return claimIn(tx, accountId, requestId);
  });

const carryOut = async (
  tx: Transaction,
  request: StoredRequest,
  { step, messageIds }: { readonly step: QrRequestStep; readonly messageIds: readonly string[] },
  now: Date,
): Promise<void> => {
  const { accountId, id } = request;
  const tell = (event: Parameters<typeof addToTimeline>[3][number]['event'], data: Record<string, unknown>) =>
    addToTimeline(tx, accountId, byWorkflow(id), [{ subject: { type: 'qr_request', id }, event, data }]);
  switch (step) {
    case 'mail_request':
      await updateRequest(tx, request, { mailed: { sending: request.sendings, at: now } });
      return tell('qr_request_sent', { sending: request.sendings });
    case 'mail_reminder': {
      const reminder = reminderDue(request, now);
      await updateRequest(tx, request, { reminders: reminder });
      return tell('qr_request_reminded', { reminder });
    }
    case 'mail_refusal':
      return markRefusalsMailed(tx, accountId, id);
    case 'mail_bounce':
      return markReturnsTold(tx, request);
    case 'mail_notification':
      for (const notification of await findNotifications(tx, accountId, { requestId: id, unsent: true })) {
        // One that was no longer to be sent had no mail.
        if (!messageIds.includes(notificationMessageId(notification.id))) continue;
        await markNotificationSent(tx, accountId, {
          id: notification.id,
          simId: request.simId,
          origin: byWorkflow(id),
          now,
        });
      }
      return;
    case 'expire':
      return endRequest(tx, request, { origin: byTime(id), reason: 'expired', now });
  }
};

/** Mails of the request came back, or were complained of. A repeat changes nothing. */
export const recordReturns = (
  db: Database,
  { accountId, requestId }: RequestOfAccount,
  returns: readonly { readonly email: string; readonly as: 'bounced' | 'complained'; readonly at: string }[],
): Promise<QrRequestClaim> =>
  inAccount(db, accountId, async (tx) => {
    const request = await lockRequest(tx, accountId, { id: requestId });
    if (request === undefined) throw noRequest();
    for (const { email, as, at } of returns) {
      if (!(await recordReturn(tx, request, { email, as, at: new Date(at) }))) continue;
      await addToTimeline(tx, accountId, byWorkflow(requestId), [
        { subject: { type: 'qr_request', id: requestId }, event: 'qr_request_mail_returned', data: { as } },
      ]);
    }
    await setRequestDue(tx, request, new Date());
    return claimIn(tx, accountId, requestId);
  });

const noNotification = () => notFound('There is no such notification');

/** The mail of a notification that no request carries; none if it is sent, or no longer to be. */
export const mailsOfNotification = (db: Database, accountId: string, id: string): Promise<MessageToSend[]> =>
  readInAccount(db, accountId, async (tx) => {
    const [notification] = await findNotifications(tx, accountId, { id });
    if (notification === undefined) throw noNotification();
    if (notification.sentAt !== null) return [];
    const mail = await mailOfNotification(tx, accountId, notification);
    return mail === null ? [] : [mail];
  });

/**
 * The mail is with notification. Without a mail, because there is none to send any more, it counts as not sent, and
 * nothing is owed. A repeat changes nothing.
 */
export const recordNotificationSent = (
  db: Database,
  { accountId, id }: { readonly accountId: string; readonly id: string },
  messageIds: readonly string[],
): Promise<void> =>
  inAccount(db, accountId, async (tx) => {
    const [notification] = await findNotifications(tx, accountId, { id });
    if (notification === undefined) throw noNotification();
    const code = await findCode(tx, accountId, notification.codeId);
    if (code === undefined) throw new Error('a notification has lost its code');
    if (messageIds.length > 0) {
      await markNotificationSent(tx, accountId, { id, simId: code.simId, origin: byWorkflow(id), now: new Date() });
    }
    if (notification.requestId === null) await setDue(tx, { kind: QR_NOTIFICATION, id, accountId, dueAt: null });
  });

import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import type { Language } from '@simlane/contracts/http/primitives';
import { setDue } from '@simlane/service-kit/due';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Transaction } from '../database.ts';
import { setRequestDue } from './request-due.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { linkExpiry } from './link.ts';
import { insertLinks } from './link.repository.ts';

/** The kind of due row of a notification that no request carries; its own workflow is woken by it. */
export const QR_NOTIFICATION = 'qr_notification';

export interface Addressee {
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

export interface NewNotification {
  readonly codeId: string;
  readonly simId: string;
  /** The request that carries it: its workflow sends the mail. Null: the notification has a workflow of its own. */
  readonly requestId: string | null;
  readonly to: Addressee;
  readonly automatic: boolean;
  readonly origin: Origin;
  readonly now: Date;
  readonly key?: KeyedRequest;
}

/** A notification of a current code, with a link of its own. Its mail is owed from now on. */
export const addNotification = async (
  tx: Transaction,
  accountId: string,
  { codeId, simId, requestId, to, automatic, origin, now, key }: NewNotification,
): Promise<string> => {
  const id = uuidV7();
  const linkId = uuidV7();
  await insertLinks(tx, accountId, [
    {
      id: linkId,
      purpose: 'qr_download',
      requestId: null,
      sending: null,
      contactId: null,
      qrCodeId: codeId,
      sentTo: to.email,
      createdAt: now,
      expiresAt: linkExpiry(now),
    },
  ]);
  await tx
    .insertInto('qr_notification')
    .values({
      account_id: accountId,
      id,
      qr_code_id: codeId,
      request_id: requestId,
      link_id: linkId,
      to_name: to.name,
      to_email: to.email,
      to_language: to.language,
      automatic,
      created_at: now,
      sent_at: null,
      idempotency_caller: key?.caller ?? null,
      idempotency_key: key?.key ?? null,
      body_hash: key?.bodyHash ?? null,
    })
    .execute();
  await addToTimeline(tx, accountId, origin, [
    {
      subject: { type: 'sim', id: simId },
      event: 'qr_notification_requested',
      data: { notificationId: id, qrCodeId: codeId, linkId, automatic },
    },
  ]);
  if (requestId === null) await setDue(tx, { kind: QR_NOTIFICATION, id, accountId, dueAt: now });
  else await setRequestDue(tx, { accountId, id: requestId }, now);
  return id;
};

export interface StoredNotification {
  readonly id: string;
  readonly codeId: string;
  readonly requestId: string | null;
  readonly linkId: string;
  readonly to: Addressee;
  readonly automatic: boolean;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly bodyHash: string | null;
}

export type WhichNotifications =
  | { readonly id: string }
  | { readonly codeId: string }
  | { readonly requestId: string; readonly unsent: true }
  | { readonly caller: string; readonly key: string };

/** The oldest first. */
export const findNotifications = async (
  tx: Transaction,
  accountId: string,
  which: WhichNotifications,
): Promise<StoredNotification[]> => {
  const all = tx.selectFrom('qr_notification').selectAll().where('account_id', '=', accountId).orderBy('id');
  const some = (() => {
    if ('id' in which) return all.where('id', '=', which.id);
    if ('codeId' in which) return all.where('qr_code_id', '=', which.codeId);
    if ('requestId' in which) return all.where('request_id', '=', which.requestId).where('sent_at', 'is', null);
    return all.where('idempotency_caller', '=', which.caller).where('idempotency_key', '=', which.key);
  })();
  const rows = await some.execute();
  return rows.map((row) => ({
    id: row.id,
    codeId: row.qr_code_id,
    requestId: row.request_id,
    linkId: row.link_id,
    to: { name: row.to_name, email: row.to_email, language: row.to_language },
    automatic: row.automatic,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    bodyHash: row.body_hash,
  }));
};

/** Its mail is with notification, or is not to be sent any more. A repeat changes nothing. */
export const markNotificationSent = async (
  tx: Transaction,
  accountId: string,
  { id, simId, origin, now }: { id: string; simId: string; origin: Origin; now: Date },
): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable('qr_notification')
    .set({ sent_at: now })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return;
  await addToTimeline(tx, accountId, origin, [
    { subject: { type: 'sim', id: simId }, event: 'qr_notification_sent', data: { notificationId: id } },
  ]);
};

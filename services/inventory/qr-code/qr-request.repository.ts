import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import { NOTIFIED_AFTER, type QrRequestEnd, type QrRequestState } from '@simlane/contracts/qr-code';
import { toPage } from '@simlane/service-kit/pages';
import { type Selectable, sql } from 'kysely';
import type { QrRequestContactTable, QrRequestTable, Transaction } from '../database.ts';
import { type PageOfNewest, readNewest } from '../fleet/page.ts';
import type { RequestContact, RequestOutcome, StoredRequest } from './qr-request.ts';

const toContact = (row: Selectable<QrRequestContactTable>): RequestContact => ({
  contactId: row.contact_id,
  name: row.name,
  email: row.email,
  language: row.language,
  returned: row.returned_as === null || row.returned_at === null ? null : { as: row.returned_as, at: row.returned_at },
  returnTold: row.return_told,
});

const toRequest = (row: Selectable<QrRequestTable>, contacts: readonly RequestContact[]): StoredRequest => ({
  id: row.id,
  accountId: row.account_id,
  simId: row.sim_id,
  orderId: row.order_id,
  state: row.state,
  endReason: row.end_reason,
  endedAt: row.ended_at,
  requestedBy: {
    id: row.requested_by_id,
    name: row.requested_by_name,
    email: row.requested_by_email,
    language: row.requested_by_language,
  },
  cc: row.cc,
  messages: row.messages,
  sendings: row.sendings,
  mailedSending: row.mailed_sending,
  sentAt: row.sent_at,
  reminders: row.reminders,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  version: row.version,
  contacts,
});

const contactsOf = async (
  tx: Transaction,
  accountId: string,
  requestIds: readonly string[],
): Promise<Map<string, RequestContact[]>> => {
  const rows =
    requestIds.length === 0
      ? []
      : await tx
          .selectFrom('qr_request_contact')
          .selectAll()
          .where('account_id', '=', accountId)
          .where('request_id', 'in', [...requestIds])
          .orderBy('position')
          .execute();
  const grouped = Map.groupBy(rows, ({ request_id }) => request_id);
  return new Map([...grouped].map(([id, some]) => [id, some.map(toContact)]));
};

const withContacts = async (
  tx: Transaction,
  accountId: string,
  row: Selectable<QrRequestTable> | undefined,
): Promise<StoredRequest | undefined> =>
  row && toRequest(row, (await contactsOf(tx, accountId, [row.id])).get(row.id) ?? []);

type Which = { readonly id: string } | { readonly openOfSim: string } | { readonly orderId: string };

const select = (tx: Transaction, accountId: string, which: Which) => {
  const all = tx.selectFrom('qr_request').selectAll().where('account_id', '=', accountId);
  if ('id' in which) return all.where('id', '=', which.id);
  if ('orderId' in which) return all.where('order_id', '=', which.orderId);
  return all.where('live_sim_id', '=', which.openOfSim);
};

export const findRequest = async (
  tx: Transaction,
  accountId: string,
  which: Which,
): Promise<StoredRequest | undefined> =>
  withContacts(tx, accountId, await select(tx, accountId, which).executeTakeFirst());

/** As {@link findRequest}, its row taken for this transaction. After the SIM, where both are taken. */
export const lockRequest = async (
  tx: Transaction,
  accountId: string,
  which: Which,
): Promise<StoredRequest | undefined> =>
  withContacts(tx, accountId, await select(tx, accountId, which).forUpdate().executeTakeFirst());

export const listRequests = async (
  tx: Transaction,
  accountId: string,
  filters: { readonly simId?: string | undefined; readonly state?: QrRequestState | undefined },
  page: PageOfNewest,
): Promise<{ items: StoredRequest[]; nextCursor: string | null }> => {
  let query = tx.selectFrom('qr_request').selectAll().where('account_id', '=', accountId);
  if (filters.simId !== undefined) query = query.where('sim_id', '=', filters.simId);
  if (filters.state !== undefined) query = query.where('state', '=', filters.state);
  const rows = await readNewest(query, page);
  const contacts = await contactsOf(
    tx,
    accountId,
    rows.map(({ id }) => id),
  );
  return toPage(
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => toRequest(row, contacts.get(row.id) ?? []),
  );
};

export const insertRequest = async (
  tx: Transaction,
  request: StoredRequest,
  origin: KeyedRequest | null,
): Promise<void> => {
  await tx
    .insertInto('qr_request')
    .values({
      account_id: request.accountId,
      id: request.id,
      sim_id: request.simId,
      order_id: request.orderId,
      state: request.state,
      end_reason: null,
      ended_at: null,
      requested_by_id: request.requestedBy.id,
      requested_by_name: request.requestedBy.name,
      requested_by_email: request.requestedBy.email,
      requested_by_language: request.requestedBy.language,
      cc: [...request.cc],
      messages: JSON.stringify(request.messages),
      sendings: request.sendings,
      mailed_sending: request.mailedSending,
      sent_at: null,
      reminders: 0,
      created_at: request.createdAt,
      expires_at: request.expiresAt,
      idempotency_caller: origin?.caller ?? null,
      idempotency_key: origin?.key ?? null,
      body_hash: origin?.bodyHash ?? null,
      resend_key: null,
    })
    .execute();
  await insertContacts(tx, request);
};

const insertContacts = async (tx: Transaction, { accountId, id, contacts }: StoredRequest): Promise<void> => {
  await tx
    .insertInto('qr_request_contact')
    .values(
      contacts.map((contact, position) => ({
        account_id: accountId,
        request_id: id,
        contact_id: contact.contactId,
        position,
        name: contact.name,
        email: contact.email,
        language: contact.language,
        returned_as: null,
        returned_at: null,
      })),
    )
    .execute();
};

/** The request that this caller made under this key, if any. */
export const findRequestOfKey = async (
  tx: Transaction,
  accountId: string,
  { caller, key }: Pick<KeyedRequest, 'caller' | 'key'>,
): Promise<{ id: string; bodyHash: string | null } | undefined> => {
  const row = await tx
    .selectFrom('qr_request')
    .select(['id', 'body_hash'])
    .where('account_id', '=', accountId)
    .where('idempotency_caller', '=', caller)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row && { id: row.id, bodyHash: row.body_hash };
};

export const resendKeyOf = async (tx: Transaction, accountId: string, id: string): Promise<string | null> => {
  const row = await tx
    .selectFrom('qr_request')
    .select('resend_key')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.resend_key ?? null;
};

export interface RequestChanges {
  readonly ended?: { readonly reason: QrRequestEnd; readonly at: Date };
  readonly sending?: { readonly number: number; readonly key: string; readonly expiresAt: Date };
  readonly mailed?: { readonly sending: number; readonly at: Date };
  readonly reminders?: number;
}

export const updateRequest = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
  { ended, sending, mailed, reminders }: RequestChanges,
): Promise<void> => {
  await tx
    .updateTable('qr_request')
    .set({
      ...(ended === undefined ? {} : { state: 'ended' as const, end_reason: ended.reason, ended_at: ended.at }),
      ...(sending === undefined
        ? {}
        : { sendings: sending.number, resend_key: sending.key, expires_at: sending.expiresAt, reminders: 0 }),
      ...(mailed === undefined ? {} : { mailed_sending: mailed.sending, sent_at: mailed.at }),
      ...(reminders === undefined ? {} : { reminders }),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute();
};

/** The first return of a contact's mail stands. @returns whether it was the first */
export const recordReturn = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
  { email, as, at }: { email: string; as: 'bounced' | 'complained'; at: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('qr_request_contact')
    .set({ returned_as: as, returned_at: at })
    .where('account_id', '=', accountId)
    .where('request_id', '=', id)
    .where(sql<string>`lower(email)`, '=', email.toLowerCase())
    .where('returned_as', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
};

export const markReturnsTold = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
): Promise<void> => {
  await tx
    .updateTable('qr_request_contact')
    .set({ return_told: true })
    .where('account_id', '=', accountId)
    .where('request_id', '=', id)
    .where('returned_as', 'is not', null)
    .execute();
};

/** What came of a request, in one statement. */
export const readOutcome = async (tx: Transaction, { accountId, id }: StoredRequest): Promise<RequestOutcome> => {
  const { rows } = await sql<{
    untold: number;
    imported_at: Date | null;
    sent: number;
    unsent: number;
  }>`
    select
      (select count(*)::int from qr_code c where c.account_id = ${accountId} and c.request_id = ${id}
        and c.state = 'refused' and not c.refusal_mailed) as untold,
      k.became_at as imported_at,
      (select count(*)::int from qr_notification n where n.account_id = ${accountId} and n.qr_code_id = k.id
        and n.sent_at is not null) as sent,
      (select count(*)::int from qr_notification n where n.account_id = ${accountId} and n.qr_code_id = k.id
        and n.request_id = ${id} and n.sent_at is null
        and exists (select from qr_link l where l.account_id = n.account_id and l.id = n.link_id
          and l.revoked_at is null)) as unsent
    from (select 1) one
    left join lateral (
      select c.id, greatest(r.ended_at, coalesce(c.decided_at, c.imported_at)) as became_at from qr_code c
      join qr_request r on r.account_id = c.account_id and r.id = ${id} and r.sim_id = c.sim_id
      where c.account_id = ${accountId} and c.state = 'current' and coalesce(c.decided_at, c.imported_at) <= r.ended_at + ${NOTIFIED_AFTER}::interval
    ) k on true`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error('a query of one row gave none');
  return {
    untoldRefusals: row.untold,
    code: row.imported_at === null ? null : { importedAt: row.imported_at },
    notifications: { sent: row.sent, unsent: row.unsent },
  };
};

/** The mails of a new sending have not come back. */
export const forgetReturns = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
): Promise<void> => {
  await tx
    .updateTable('qr_request_contact')
    .set({ returned_as: null, returned_at: null, return_told: false })
    .where('account_id', '=', accountId)
    .where('request_id', '=', id)
    .execute();
};

/** Names and addresses of contacts as they are by now; the language stays that of their message. */
export const correctAddresses = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
  contacts: readonly RequestContact[],
): Promise<void> => {
  for (const { contactId, name, email } of contacts) {
    await tx
      .updateTable('qr_request_contact')
      .set({ name, email })
      .where('account_id', '=', accountId)
      .where('request_id', '=', id)
      .where('contact_id', '=', contactId)
      .execute();
  }
};

import type { OrderStatus } from '@simlane/contracts/order';
import { beginsWith } from '@simlane/service-kit/beginning';
import { type Selectable, sql, type UpdateObject } from 'kysely';
import type { OrderDatabase, Tx } from '../database.ts';
import type { StoredOrder } from './order.ts';

export interface NewOrder
  extends Pick<
    StoredOrder,
    | 'action'
    | 'lineId'
    | 'msisdn'
    | 'oldSimId'
    | 'oldIccid'
    | 'deviceEid'
    | 'providerId'
    | 'article'
    | 'compatibleArticles'
    | 'warnings'
    | 'orderedBy'
  > {
  readonly expiresAt: Date;
  readonly idempotency: Idempotency;
}

export interface Idempotency {
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** Inserts a draft; undefined if the caller has used the key before. */
export const insertDraft = async (tx: Tx, accountId: string, order: NewOrder): Promise<StoredOrder | undefined> => {
  const row = await tx
    .insertInto('order')
    .values({
      account_id: accountId,
      order_number: sql<string>`'ORD-' || to_char(now() at time zone 'UTC', 'YYYY') || '-' || lpad(nextval('order_number')::text, 6, '0')`,
      status: 'draft',
      action: order.action,
      line_id: order.lineId,
      msisdn: order.msisdn,
      old_sim_id: order.oldSimId,
      old_iccid: order.oldIccid,
      device_eid: order.deviceEid,
      provider_id: order.providerId,
      article: order.article && JSON.stringify(order.article),
      compatible_articles: JSON.stringify(order.compatibleArticles),
      warnings: JSON.stringify(order.warnings),
      ordered_by: JSON.stringify(order.orderedBy),
      expires_at: order.expiresAt,
      idempotency_caller: order.idempotency.caller,
      idempotency_key: order.idempotency.key,
      idempotency_body_hash: order.idempotency.bodyHash,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'idempotency_caller', 'idempotency_key']).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toOrder(row);
};

export const findByIdempotencyKey = async (
  tx: Tx,
  accountId: string,
  { caller, key }: Pick<Idempotency, 'caller' | 'key'>,
): Promise<StoredOrder | undefined> => {
  const row = await tx
    .selectFrom('order')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('idempotency_caller', '=', caller)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row && toOrder(row);
};

export const findOrder = async (tx: Tx, accountId: string, orderId: string): Promise<StoredOrder | undefined> => {
  const row = await selectOrder(tx, accountId, orderId).executeTakeFirst();
  return row && toOrder(row);
};

/** The order with its row locked: whatever is judged or decided about it is judged one after another. */
export const lockOrder = async (tx: Tx, accountId: string, orderId: string): Promise<StoredOrder | undefined> => {
  const row = await selectOrder(tx, accountId, orderId).forUpdate().executeTakeFirst();
  return row && toOrder(row);
};

export type OrderChanges = UpdateObject<OrderDatabase, 'order'>;

/** Changes an order whose row is locked; each change is a version. */
export const updateOrder = async (tx: Tx, order: StoredOrder, changes: OrderChanges): Promise<StoredOrder> => {
  const row = await tx
    .updateTable('order')
    .set({ ...changes, version: order.version + 1 })
    .where('account_id', '=', order.accountId)
    .where('id', '=', order.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toOrder(row);
};

export interface OrderFilter {
  readonly q?: string | undefined;
  readonly status?: OrderStatus | undefined;
  readonly lineId?: string | undefined;
  readonly providerId?: string | undefined;
  readonly needsAttention?: boolean | undefined;
}

/** The newest first; ids are UUIDv7, so their order is the order of creation and an insertion moves no page. */
export const listOrders = async (
  tx: Tx,
  accountId: string,
  filter: OrderFilter,
  page: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<StoredOrder[]> => {
  let query = tx
    .selectFrom('order')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.beforeId !== undefined) query = query.where('id', '<', page.beforeId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.lineId !== undefined) query = query.where('line_id', '=', filter.lineId);
  if (filter.providerId !== undefined) query = query.where('provider_id', '=', filter.providerId);
  if (filter.needsAttention !== undefined) query = query.where('needs_attention', '=', filter.needsAttention);
  const { q } = filter;
  if (q !== undefined) {
    query = query.where((where) =>
      where.or([
        beginsWith('order_number', q),
        beginsWith('msisdn', q),
        beginsWith('reference_sought', q.toLowerCase()),
      ]),
    );
  }
  return (await query.execute()).map(toOrder);
};

const selectOrder = (tx: Tx, accountId: string, orderId: string) =>
  tx.selectFrom('order').selectAll().where('account_id', '=', accountId).where('id', '=', orderId);

const toOrder = (row: Selectable<OrderDatabase['order']>): StoredOrder => ({
  accountId: row.account_id,
  id: row.id,
  orderNumber: row.order_number,
  action: row.action,
  status: row.status,
  endReason: row.end_reason,
  endDetail: row.end_detail,
  attempt: row.attempt,
  lineId: row.line_id,
  msisdn: row.msisdn,
  oldSimId: row.old_sim_id,
  oldIccid: row.old_iccid,
  deviceEid: row.device_eid,
  newSim: row.new_sim_id === null ? null : { id: row.new_sim_id, temporaryReference: row.temporary_reference },
  providerId: row.provider_id,
  providerReference: row.provider_reference,
  article: row.article,
  compatibleArticles: row.compatible_articles,
  deliveryContact: row.delivery_contact,
  reference: row.reference,
  comment: row.comment,
  reason: row.reason,
  activate: row.activate,
  requestQrCodeWhenProcessed: row.request_qr_code_when_processed,
  warnings: row.warnings,
  orderedBy: row.ordered_by,
  confirmedBy: row.confirmed_by,
  acceptedWarnings: row.accepted_warnings,
  // A process of the version before this column knows only what was accepted.
  submissionAttemptedAt: row.submission_attempted_at ?? row.submitted_at,
  submittedAt: row.submitted_at,
  terms: row.terms,
  waitsUntil: row.waits_until,
  silenceStep: row.silence_step,
  cancellation: row.cancellation,
  adoptedFrom:
    row.adopted_from_order === null || row.adopted_from_fact === null
      ? null
      : { orderId: row.adopted_from_order, factId: row.adopted_from_fact },
  adoptedBy: row.adopted_by,
  providerOrderId: row.provider_order_id,
  managerToldAt: row.manager_told_at,
  todos: row.todos,
  idempotencyBodyHash: row.idempotency_body_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  version: row.version,
});

import { type Selectable, sql } from 'kysely';
import type { ProviderSignal } from '@simlane/contracts/http/provider-signals';
import type { Disposition } from '@simlane/contracts/facts';
import type { OrderDatabase, Tx } from '../database.ts';

export interface NewSignal {
  readonly id: string;
  readonly providerId: string;
  readonly messageId: string;
  readonly bodyHash: string;
  readonly type: string;
  readonly intake: ProviderSignal['intake'];
  readonly orderId: string | null;
  readonly factId: string | null;
  /** Of a signal about services: the change that it answers, and what it was judged to be. */
  readonly answered: { readonly changeId: string; readonly disposition: Disposition } | null;
  readonly occurredAt: Date;
  readonly body: Readonly<Record<string, unknown>>;
  readonly activationCodeSealed: string | null;
  readonly replay: {
    readonly of: string;
    readonly key: string;
    readonly caller: string;
    readonly bodyHash: string;
  } | null;
}

export type StoredSignal = Selectable<OrderDatabase['provider_signal']>;

/** Stores a signal under the given receipt. False: it is there already, by message and body or by the key of a replay. */
export const insertSignal = async (tx: Tx, accountId: string, signal: NewSignal): Promise<boolean> => {
  const row = await tx
    .insertInto('provider_signal')
    .values({
      account_id: accountId,
      id: signal.id,
      provider_id: signal.providerId,
      message_id: signal.messageId,
      body_hash: signal.bodyHash,
      type: signal.type,
      intake: signal.intake,
      order_id: signal.orderId,
      fact_id: signal.factId,
      change_id: signal.answered?.changeId ?? null,
      disposition: signal.answered?.disposition ?? null,
      occurred_at: signal.occurredAt,
      body: JSON.stringify(signal.body),
      activation_code_sealed: signal.activationCodeSealed,
      replay_of: signal.replay?.of ?? null,
      replay_key: signal.replay?.key ?? null,
      replay_caller: signal.replay?.caller ?? null,
      replay_body_hash: signal.replay?.bodyHash ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
};

const selectSignals = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('provider_signal as signal')
    .leftJoin('fact', (join) =>
      join.onRef('fact.account_id', '=', 'signal.account_id').onRef('fact.id', '=', 'signal.fact_id'),
    )
    .selectAll('signal')
    .select(sql<Disposition | null>`coalesce(fact.disposition, signal.disposition)`.as('disposition'))
    .where('signal.account_id', '=', accountId);

export const findSignal = (tx: Tx, accountId: string, receipt: string): Promise<StoredSignal | undefined> =>
  selectSignals(tx, accountId).where('signal.id', '=', receipt).executeTakeFirst();

export const findSameSignal = (
  tx: Tx,
  accountId: string,
  { providerId, messageId, bodyHash }: Pick<NewSignal, 'providerId' | 'messageId' | 'bodyHash'>,
): Promise<StoredSignal | undefined> =>
  selectSignals(tx, accountId)
    .where('signal.provider_id', '=', providerId)
    .where('signal.message_id', '=', messageId)
    .where('signal.body_hash', '=', bodyHash)
    .where('signal.replay_of', 'is', null)
    .executeTakeFirst();

export const findReplay = (tx: Tx, accountId: string, caller: string, key: string): Promise<StoredSignal | undefined> =>
  selectSignals(tx, accountId)
    .where('signal.replay_caller', '=', caller)
    .where('signal.replay_key', '=', key)
    .executeTakeFirst();

export interface SignalFilter {
  readonly providerId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly intake?: ProviderSignal['intake'] | undefined;
}

/** The newest first; receipts are UUIDv7, so their order is the order of intake. */
export const listSignals = (
  tx: Tx,
  accountId: string,
  filter: SignalFilter,
  page: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<StoredSignal[]> => {
  let query = selectSignals(tx, accountId).orderBy('signal.id', 'desc').limit(page.limit);
  if (page.beforeId !== undefined) query = query.where('signal.id', '<', page.beforeId);
  if (filter.providerId !== undefined) query = query.where('signal.provider_id', '=', filter.providerId);
  if (filter.orderId !== undefined) query = query.where('signal.order_id', '=', filter.orderId);
  if (filter.intake !== undefined) query = query.where('signal.intake', '=', filter.intake);
  return query.execute();
};

export const shownSignal = (signal: StoredSignal): ProviderSignal => ({
  receipt: signal.id,
  providerId: signal.provider_id,
  intake: signal.intake,
  messageId: signal.message_id,
  type: signal.type,
  orderId: signal.order_id,
  changeId: signal.change_id,
  factId: signal.fact_id,
  disposition: signal.disposition,
  occurredAt: signal.occurred_at.toISOString(),
  receivedAt: signal.received_at.toISOString(),
  replayOf: signal.replay_of,
  body: signal.body,
});

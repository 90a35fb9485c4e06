import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { Fact } from '@simlane/contracts/http/order';
import type { TimelineSource } from '@simlane/contracts/http/timeline';
import { type Selectable, sql } from 'kysely';
import type { OrderDatabase, Tx } from '../database.ts';
import type { StoredFact } from './fact.ts';

/** Who or what a fact comes from. */
export interface FactOrigin {
  readonly source: TimelineSource;
  readonly actorId: string | null;
  readonly causeId: string | null;
}

export interface NewFact extends FactOrigin {
  readonly id?: string;
  readonly kind: FactKind;
  readonly disposition: Disposition;
  readonly fillsIn?: boolean;
  readonly reason?: string | null;
  /** The other side's time; absent: now. */
  readonly occurredAt?: Date;
  readonly carriedOutAt?: Date;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Not sealed here: it stands with the fact that is the cause. */
  readonly activationCode?: { readonly sealed: string | null; readonly fingerprint: string } | null;
  /** Of a decision: under what a repeat is recognised. */
  readonly decision?: KeyedRequest;
}

/** Appends a fact to an order whose row the transaction has locked; the lock is what makes the number the next one. */
export const insertFact = async (tx: Tx, accountId: string, orderId: string, fact: NewFact): Promise<StoredFact> => {
  const row = await tx
    .insertInto('fact')
    .values({
      account_id: accountId,
      order_id: orderId,
      ...(fact.id === undefined ? {} : { id: fact.id }),
      number: sql<number>`(select coalesce(max(number), 0) + 1 from fact where account_id = ${accountId} and order_id = ${orderId})`,
      kind: fact.kind,
      source: fact.source,
      actor_id: fact.actorId,
      cause_id: fact.causeId,
      reason: fact.reason ?? null,
      disposition: fact.disposition,
      fills_in: fact.fillsIn ?? false,
      occurred_at: fact.occurredAt ?? sql<Date>`now()`,
      carried_out_at: fact.carriedOutAt ?? null,
      data: JSON.stringify(fact.data ?? {}),
      activation_code_sealed: fact.activationCode?.sealed ?? null,
      activation_code_fingerprint: fact.activationCode?.fingerprint ?? null,
      decision_caller: fact.decision?.caller ?? null,
      decision_key: fact.decision?.key ?? null,
      decision_body_hash: fact.decision?.bodyHash ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toFact(row);
};

/** All facts of an order, in the order of their intake. An order has a handful. */
export const loadFacts = async (tx: Tx, accountId: string, orderId: string): Promise<StoredFact[]> => {
  const rows = await tx
    .selectFrom('fact')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('order_id', '=', orderId)
    .orderBy('number')
    .execute();
  return rows.map(toFact);
};

/** The sealed activation code of a word, and the row it is bound to; an adopted word's stands with the one it repeats. */
export const findSealedCode = async (
  tx: Tx,
  accountId: string,
  { id, causeId }: Pick<StoredFact, 'id' | 'causeId'>,
): Promise<{ readonly factId: string; readonly sealed: string } | undefined> => {
  const rows = await tx
    .selectFrom('fact')
    .select(['id', 'activation_code_sealed'])
    .where('account_id', '=', accountId)
    .where('id', 'in', causeId === null ? [id] : [id, causeId])
    .execute();
  const [found] = rows.flatMap(({ id: factId, activation_code_sealed: sealed }) =>
    sealed === null ? [] : [{ factId, sealed }],
  );
  return found;
};

/** The decision that was made under this key, and on which order. */
export const findFactOfDecision = async (
  tx: Tx,
  accountId: string,
  { caller, key }: { readonly caller: string; readonly key: string },
): Promise<{ readonly orderId: string; readonly bodyHash: string | null } | undefined> => {
  const row = await tx
    .selectFrom('fact')
    .select(['order_id', 'decision_body_hash'])
    .where('account_id', '=', accountId)
    .where('decision_caller', '=', caller)
    .where('decision_key', '=', key)
    .executeTakeFirst();
  return row && { orderId: row.order_id, bodyHash: row.decision_body_hash };
};

/** A page of the timeline: the facts after a number. */
export const listFacts = async (
  tx: Tx,
  accountId: string,
  orderId: string,
  page: { readonly afterNumber: number; readonly limit: number },
): Promise<Fact[]> => {
  const rows = await tx
    .selectFrom('fact')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('order_id', '=', orderId)
    .where('number', '>', page.afterNumber)
    .orderBy('number')
    .limit(page.limit)
    .execute();
  return rows.map((row) => shown(toFact(row)));
};

/** Marks facts as carried out; one that is marked keeps its time. */
export const markCarriedOut = async (tx: Tx, accountId: string, factIds: readonly string[]): Promise<void> => {
  if (factIds.length === 0) return;
  await tx
    .updateTable('fact')
    .set({ carried_out_at: sql<Date>`now()` })
    .where('account_id', '=', accountId)
    .where('id', 'in', factIds)
    .where('carried_out_at', 'is', null)
    .execute();
};

const toFact = (row: Selectable<OrderDatabase['fact']>): StoredFact => ({
  id: row.id,
  number: row.number,
  kind: row.kind,
  source: row.source,
  actorId: row.actor_id,
  causeId: row.cause_id,
  reason: row.reason,
  disposition: row.disposition,
  fillsIn: row.fills_in,
  occurredAt: row.occurred_at,
  recordedAt: row.recorded_at,
  carriedOutAt: row.carried_out_at,
  data: row.data,
  activationCodeFingerprint: row.activation_code_fingerprint,
});

const shown = (fact: StoredFact): Fact => ({
  id: fact.id,
  number: fact.number,
  kind: fact.kind,
  source: fact.source,
  actorId: fact.actorId,
  causeId: fact.causeId,
  reason: fact.reason,
  disposition: fact.disposition,
  occurredAt: fact.occurredAt.toISOString(),
  recordedAt: fact.recordedAt.toISOString(),
  carriedOutAt: fact.carriedOutAt?.toISOString() ?? null,
  data: { ...fact.data },
});

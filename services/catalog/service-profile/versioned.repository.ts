import type { Tx } from '../database.ts';
import { timeOrNull } from '../time.ts';

/** The tables of things that have versions; the versions of each stand in the table named after it. */
export type VersionedTable = 'service_pack' | 'rate_plan' | 'service_profile';

/** The request that makes something: whose key it is, and what it asks for. */
export interface KeyedRequest {
  /** With `key` null where the caller gives the id itself. */
  readonly caller: string | null;
  readonly key: string | null;
  readonly bodyHash: string;
}

/** The columns of a new row that hold its request; those of the seed have none. */
export const requestColumns = (request: KeyedRequest | null) => ({
  idempotency_caller: request?.caller ?? null,
  idempotency_key: request?.key ?? null,
  idempotency_body_hash: request?.bodyHash ?? null,
});

export interface MadeByRequest {
  readonly id: string;
  readonly bodyHash: string | null;
}

/** What the request under this key, or the one that gave this id, has made; undefined where there is nothing yet. */
export const findMade = async (
  tx: Tx,
  table: VersionedTable,
  accountId: string,
  made: { readonly id: string } | Pick<KeyedRequest, 'caller' | 'key'>,
): Promise<MadeByRequest | undefined> => {
  const rows = tx
    .selectFrom(table)
    .select(['id', 'idempotency_body_hash as bodyHash'])
    .where('account_id', '=', accountId);
  return 'id' in made
    ? rows.where('id', '=', made.id).executeTakeFirst()
    : rows.where('idempotency_caller', '=', made.caller).where('idempotency_key', '=', made.key).executeTakeFirst();
};

/** Why a row is held until the transaction ends: by whoever edits or archives it, or by whoever relies on it. */
export type Purpose = 'to_change' | 'as_it_is';

/** One waits for the other, and then sees what the other has done. */
export const firstHeld = <Row>(query: Holdable<Row>, purpose: Purpose): Promise<Row | undefined> =>
  (purpose === 'to_change' ? query.forUpdate() : query.forShare()).executeTakeFirst();

interface Holdable<Row> {
  forUpdate(): Holdable<Row>;
  forShare(): Holdable<Row>;
  executeTakeFirst(): Promise<Row | undefined>;
}

interface VersionRow {
  readonly created_at: Date;
  readonly created_by: string;
  readonly archived_at: Date | null;
}

/** A version as people get it: what it held, when it was made, and by whom. */
export const toVersion = <Row extends VersionRow>({ created_at, created_by, archived_at, ...held }: Row) => ({
  ...held,
  createdAt: created_at.toISOString(),
  createdBy: created_by,
  archivedAt: timeOrNull(archived_at),
});

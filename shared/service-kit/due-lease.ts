import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { DueDatabase } from './due.ts';

export interface Leased {
  readonly kind: string;
  readonly id: string;
  readonly accountId: string;
  readonly tries: number;
  readonly lease: string;
}

/** What the asking process does for an account already. */
export interface Busy {
  readonly accountId: string;
  readonly inFlight: number;
  /** Grows with every row begun; the account served longest ago goes first. */
  readonly servedAt: number;
}

/** The rows of a process that died come back after this; one that lives keeps its leases for as long as it needs. */
export const LEASE_SECONDS = 10;
/** Delivered without outcome: the other side has it, and asking often would only be noise. */
const FIRST_REDELIVERY_SECONDS = 60;
const LONGEST_REDELIVERY_SECONDS = 3_600;
/** Could not be delivered: recovery must be felt within seconds. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;
/** Beyond this a power of two says nothing any more and the number would overflow. */
const HIGHEST_POWER = 20;

/**
 * A lease lost when PostgreSQL crashes leaves the row due, which is right by itself: so these commits, and only
 * these, do not wait for the disk. It halves the time from a kick to the handler.
 */
const UNSYNCED = sql.raw(`unsynced as materialized (select set_config('synchronous_commit', 'off', true) as unsynced)`);

/** What is now for these rows: the database's clock, or as much ahead of it as the loop's. */
const nowAhead = (aheadMs: number) =>
  aheadMs === 0 ? sql`now()` : sql`(now() + make_interval(secs => ${aheadMs / 1000}))`;

/**
 * Takes at most `limit` rows that are due, for this process alone, oldest first and accounts in turn, in one
 * statement. A leased row is due again after `leaseSeconds`, whatever becomes of this process, unless
 * {@link keepLeases} is heard before.
 */
export const leaseDue = async (
  db: Kysely<DueDatabase>,
  {
    kinds,
    limit,
    busy,
    leaseSeconds,
    aheadMs,
  }: { kinds: readonly string[]; limit: number; busy: readonly Busy[]; leaseSeconds: number; aheadMs: number },
): Promise<Leased[]> => {
  const lease = randomUUID();
  const now = nowAhead(aheadMs);
  const { rows } = await sql<Leased>`
    with ${UNSYNCED},
    busy as (
      select * from unnest(
        ${busy.map((one) => one.accountId)}::uuid[],
        ${busy.map((one) => one.inFlight)}::int[],
        ${busy.map((one) => one.servedAt)}::bigint[]
      ) as busy (account_id, in_flight, served_at)
    ),
    account as (
      select distinct account_id from due where due_at <= ${now}
    ),
    candidate as (
      select mine.kind, mine.id
      from account
      left join busy using (account_id)
      cross join lateral (
        select kind, id, due_at, row_number() over (order by due_at) as turn
        from (
          select kind, id, due_at from due
          where due.account_id = account.account_id and due_at <= ${now} and kind = any (${kinds})
          order by due_at
          limit ${limit}
          for update skip locked
        ) as oldest
      ) as mine
      order by mine.turn + coalesce(busy.in_flight, 0), coalesce(busy.served_at, 0), mine.due_at
      limit ${limit}
    )
    update due set
      due_at = ${now} + make_interval(secs => ${leaseSeconds}),
      tries = tries + 1,
      lease = ${lease}
    from candidate, unsynced
    where due.kind = candidate.kind and due.id = candidate.id
    returning due.kind, due.id, due.account_id as "accountId", due.tries - 1 as tries, due.lease`.execute(db);
  return rows;
};

/**
 * Says of all rows that this process holds, in one statement, how it stands with them: those being handled stay leased
 * for another `leaseSeconds`; those delivered are let go, to come again after 1 min, 2, 4 … 1 h. What a business
 * transaction set in the meantime stands, and so does what another process has leased. What one is about to set is not
 * waited for: that takes the lease away, or leaves the row to the next keeping.
 */
export const keepLeases = async (
  db: Kysely<DueDatabase>,
  {
    handled,
    delivered,
    leaseSeconds,
    aheadMs,
  }: { handled: readonly Leased[]; delivered: readonly Leased[]; leaseSeconds: number; aheadMs: number },
): Promise<void> => {
  const rows = [...handled, ...delivered];
  if (rows.length === 0) return;
  const seconds = [...handled.map(() => leaseSeconds), ...delivered.map(redeliverySeconds)];
  await sql`
    with ${UNSYNCED},
    held as (
      select * from unnest(
        ${rows.map((row) => row.kind)}::text[],
        ${rows.map((row) => row.id)}::uuid[],
        ${rows.map((row) => row.lease)}::uuid[],
        ${seconds}::float8[],
        ${rows.map((_row, index) => index >= handled.length)}::boolean[]
      ) as held (kind, id, lease, seconds, delivered)
    ),
    mine as (
      select due.kind, due.id, held.seconds, held.delivered
      from due join held on due.kind = held.kind and due.id = held.id and due.lease = held.lease
      for update of due skip locked
    )
    update due set
      due_at = ${nowAhead(aheadMs)} + make_interval(secs => mine.seconds),
      lease = case when mine.delivered then null else due.lease end,
      last_error = case when mine.delivered then null else due.last_error end
    from mine, unsynced
    where due.kind = mine.kind and due.id = mine.id`.execute(db);
};

const redeliverySeconds = ({ tries }: Leased): number =>
  Math.min(FIRST_REDELIVERY_SECONDS * 2 ** Math.min(tries, HIGHEST_POWER), LONGEST_REDELIVERY_SECONDS);

/**
 * Not delivered: the row is let go and comes again after 250 ms, 500 ms … 30 s. Only while the lease is still the
 * row's: what a business transaction set in the meantime stands.
 *
 * @returns after how many milliseconds, or null where the row was set anew or deleted meanwhile
 */
export const deferAfterFailure = async (
  db: Kysely<DueDatabase>,
  row: Leased,
  { error, aheadMs }: { error: unknown; aheadMs: number },
): Promise<number | null> => {
  const ms = Math.min(FIRST_RETRY_MS * 2 ** Math.min(row.tries, HIGHEST_POWER), LONGEST_RETRY_MS);
  // Without its lease: a statement that keeps it and was sent before must not undo this.
  const { numAffectedRows } = await sql`
    with ${UNSYNCED}
    update due set due_at = ${nowAhead(aheadMs)} + make_interval(secs => ${ms / 1000}), last_error = ${nameOf(error)}, lease = null
    from unsynced
    where kind = ${row.kind} and id = ${row.id} and lease = ${row.lease}`.execute(db);
  return (numAffectedRows ?? 0n) > 0n ? ms : null;
};

const LONGEST_NAME = 60;

/** Code or name of an error: its message may hold content. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as Error & { code?: unknown };
  return (typeof code === 'string' ? code : error.name).slice(0, LONGEST_NAME);
};

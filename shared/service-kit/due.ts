import { type Generated, type Kysely, sql, type Transaction } from 'kysely';
import type { MigrationContext } from './migration.ts';

/** What is owed, and when it is looked at next. Says *that* something is owed; the business row says *what*. */
export interface DueTable {
  kind: string;
  id: string;
  account_id: string;
  due_at: Date;
  /** Leases since the row was last set: deliveries without progress. */
  tries: Generated<number>;
  /** Code or name of the last failure, no content. */
  last_error: string | null;
  /** The lease that is out; null where nobody handles the row, or a business transaction has set it anew. */
  lease: string | null;
}

/** To be part of each service's database type. */
export interface DueDatabase {
  due: DueTable;
}

/** Creates the table `due`. It has no row-level security, because the loop works for all accounts, and no content. */
export const dueTable = async ({ db, appRole }: MigrationContext): Promise<void> => {
  await sql`create table due (
    kind text not null,
    id uuid not null,
    account_id uuid not null,
    due_at timestamptz not null,
    tries integer not null default 0,
    last_error text,
    lease uuid,
    primary key (kind, id)
  )`.execute(db);
  // One finds what is due at all, the other the oldest of each account.
  await sql`create index due_by_time on due (due_at, account_id)`.execute(db);
  await sql`create index due_by_account on due (account_id, due_at)`.execute(db);
  // Every lease writes every row it touches: vacuum early, and leave room on the page.
  await sql`alter table due set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`grant select, insert, update, delete on due to ${sql.id(appRole)}`.execute(db);
};

export interface DueEntry {
  readonly kind: string;
  /** The business row, unique within its kind. */
  readonly id: string;
  readonly accountId: string;
  /** When the row is to be looked at; null: nothing is owed any more. */
  readonly dueAt: Date | null;
}

/**
 * Sets what is owed for a business row, as the last statement of the transaction that changes that row. Counts as
 * progress: tries begin anew, and a handling that is under way loses its say over the row.
 */
export const setDue = <DB extends DueDatabase>(tx: Transaction<DB>, entry: DueEntry): Promise<void> =>
  setManyDue(tx, [entry]);

/** The same for many business rows that one transaction changes. */
export const setManyDue = async <DB extends DueDatabase>(
  tx: Transaction<DB>,
  entries: readonly DueEntry[],
): Promise<void> => {
  const owed = entries.filter(({ dueAt }) => dueAt !== null);
  const notOwed = entries.filter(({ dueAt }) => dueAt === null);
  if (notOwed.length > 0) {
    await sql`delete from due using unnest(
        ${notOwed.map(({ kind }) => kind)}::text[], ${notOwed.map(({ id }) => id)}::uuid[]
      ) as gone (kind, id)
      where due.kind = gone.kind and due.id = gone.id`.execute(tx);
  }
  if (owed.length === 0) return;
  await sql`insert into due (kind, id, account_id, due_at)
    select * from unnest(
      ${owed.map(({ kind }) => kind)}::text[],
      ${owed.map(({ id }) => id)}::uuid[],
      ${owed.map(({ accountId }) => accountId)}::uuid[],
      ${owed.map(({ dueAt }) => dueAt)}::timestamptz[]
    )
    on conflict (kind, id) do update set account_id = excluded.account_id, due_at = excluded.due_at,
      tries = 0, last_error = null, lease = null`.execute(tx);
};

/**
 * Something more is owed for a row that stands for many things: it is looked at by then, or earlier if it is to be
 * already. Whoever sets such a row later than it stood has to hold it since before he read what it stands for.
 */
export const bringDueForward = async <DB extends DueDatabase>(
  tx: Transaction<DB>,
  { kind, id, accountId, dueAt }: DueEntry & { readonly dueAt: Date },
): Promise<void> => {
  await sql`insert into due (kind, id, account_id, due_at) values (${kind}, ${id}, ${accountId}, ${dueAt})
    on conflict (kind, id) do update set due_at = excluded.due_at, tries = 0, last_error = null, lease = null
    where due.due_at > excluded.due_at`.execute(tx);
};

/** Holds such a row for this transaction, if it is there; what is brought forward meanwhile waits, and comes after. */
export const holdDue = async <DB extends DueDatabase>(
  tx: Transaction<DB>,
  { kind, id }: Pick<DueEntry, 'kind' | 'id'>,
): Promise<boolean> => {
  const { rows } = await sql`select 1 from due where kind = ${kind} and id = ${id} for update`.execute(tx);
  return rows.length > 0;
};

/**
 * Makes everything that is owed due now, with its tries begun anew: after a restore or a repair nothing waits for its
 * back-off. What is being handled meanwhile may be handled once more, which every handler stands.
 *
 * What a transaction holds at this moment is not waited for, since it is set anew or handled by that one: waiting with
 * others in hand would be for each other.
 *
 * @returns how many rows that are
 */
export const wakeAll = async <DB extends DueDatabase>(db: Kysely<DB>): Promise<number> => {
  const { numAffectedRows } = await sql`
    with free as (select kind, id from due for update skip locked)
    update due set due_at = now(), tries = 0, last_error = null, lease = null
    from free where due.kind = free.kind and due.id = free.id`.execute(db);
  return Number(numAffectedRows ?? 0n);
};

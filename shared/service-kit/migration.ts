import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Client } from 'pg';
import type { Logger } from './logger.ts';
import { createDatabase, createPool } from './postgres.ts';

export interface MigrationContext {
  /** Connected as the role that owns the tables. Without types: each migration sees the schema of its day. */
  readonly db: Kysely<unknown>;
  /** The role of the running service, which gets grants and owns nothing. */
  readonly appRole: string;
}

/** The service's `migrations/index.ts`: name (`0001-settings`) → what it does. Names are run in alphabetical order. */
export type Migrations = Readonly<Record<string, (context: MigrationContext) => Promise<void>>>;

/** Any number: it only has to be the same in all processes that migrate this database. */
const MIGRATION_LOCK = 8_153_402;

/**
 * Brings the database up to the newest migration, all in one transaction: everything or nothing. Any number of
 * processes may do this at once; one does it and the others wait and find nothing to do.
 *
 * @param options.url connects as the owner of the tables
 * @throws the error of the migration that failed
 */
export const migrate = async (options: {
  url: string;
  appRole: string;
  migrations: Migrations;
  logger?: Logger;
}): Promise<void> => {
  const { url, appRole, migrations, logger } = options;
  const lock = new Client({ connectionString: url, application_name: 'migration lock' });
  // The error of a lost lock connection comes with the statement that needs it.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // An index on a large table takes minutes.
    const pool = createPool({
      url,
      name: 'migration',
      max: 1,
      statements: 'none',
      ...(logger === undefined ? {} : { logger }),
    });
    const db = createDatabase<unknown>(pool);
    try {
      const migrator = new Migrator({ db, provider: { getMigrations: async () => bind(migrations, appRole) } });
      const { error, results } = await migrator.migrateToLatest();
      for (const { migrationName, status } of results ?? [])
        logger?.info({ migration: migrationName, status }, 'migrated');
      if (error !== undefined) throw error;
    } finally {
      await db.destroy();
    }
  } finally {
    // Ending the session also gives the lock back.
    await lock.end();
  }
};

const bind = (migrations: Migrations, appRole: string): Record<string, Migration> =>
  Object.fromEntries(Object.entries(migrations).map(([name, up]) => [name, { up: (db) => up({ db, appRole }) }]));

type Privilege = 'select' | 'insert' | 'update' | 'delete';

/**
 * Puts an existing table behind the second wall: row-level security, forced on its owner too, with one policy that
 * accepts only rows of the account set for the transaction, and no row while none is set. Then grants.
 * The table must have a column `account_id uuid not null`.
 */
export const tenantTable = async (
  { db, appRole }: MigrationContext,
  table: string,
  privileges: readonly Privilege[] = ['select', 'insert', 'update', 'delete'],
): Promise<void> => {
  await protect(db, table);
  await sql`grant ${sql.raw(privileges.join(', '))} on ${sql.table(table)} to ${sql.id(appRole)}`.execute(db);
};

/**
 * As {@link tenantTable}, for facts and timelines: rows can be added and read, and of a row only the listed columns
 * can be changed afterwards.
 */
export const appendOnlyTable = async (
  { db, appRole }: MigrationContext,
  table: string,
  changeableColumns: readonly string[] = [],
): Promise<void> => {
  await protect(db, table);
  await sql`grant select, insert on ${sql.table(table)} to ${sql.id(appRole)}`.execute(db);
  if (changeableColumns.length > 0) {
    const columns = sql.join(changeableColumns.map((column) => sql.ref(column)));
    await sql`grant update (${columns}) on ${sql.table(table)} to ${sql.id(appRole)}`.execute(db);
  }
};

const protect = async (db: Kysely<unknown>, table: string): Promise<void> => {
  await sql`alter table ${sql.table(table)} enable row level security, force row level security`.execute(db);
  await sql`create policy account on ${sql.table(table)}
    using (account_id = nullif(current_setting('simlane.account_id', true), '')::uuid)
    with check (account_id = nullif(current_setting('simlane.account_id', true), '')::uuid)`.execute(db);
};

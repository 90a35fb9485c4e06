import { randomBytes } from 'node:crypto';
import { type Migrations, migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool, type Database } from '@simlane/service-kit/postgres';
import { Client } from 'pg';
import { inject } from 'vitest';
import type {} from './provided-context.ts';

export interface TestDatabase<DB> {
  /** As the service's role: sees nothing outside of `inAccount`. */
  readonly db: Database<DB>;
  /** As the role that owns the tables; forced row-level security holds for it too. */
  readonly ownerDb: Database<DB>;
  /** As a superuser, for whom row-level security does not hold: to look behind the wall. */
  readonly adminDb: Database<DB>;
  readonly url: string;
  readonly ownerUrl: string;
  readonly appRole: string;
  readonly ownerRole: string;
  /** Closes all three and drops the database. */
  readonly stop: () => Promise<void>;
}

const ROLE_PASSWORD = 'test';
/** Any number, the same in all test processes: roles belong to the whole server, and two must not make one at once. */
const ROLE_LOCK = 8_153_403;
const NAME_BYTES = 6;
const POOL_SIZE = 10;

/**
 * A fresh database with the service's two roles, brought up by its migrations. One for each test file: files run at
 * the same time and do not meet.
 *
 * @param options.service names the roles `<service>_owner` and `<service>_app`
 */
export const createTestDatabase = async <DB>(options: {
  service: string;
  migrations: Migrations;
  /** Defaults to what the global set-up provides. */
  adminUrl?: string;
}): Promise<TestDatabase<DB>> => {
  const { service, migrations, adminUrl = inject('postgresAdminUrl') } = options;
  const ownerRole = `${service}_owner`;
  const appRole = `${service}_app`;
  const name = `test_${service}_${randomBytes(NAME_BYTES).toString('hex')}`;

  await asAdmin(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [ROLE_LOCK]);
    try {
      for (const role of [ownerRole, appRole]) await createRole(admin, role);
    } finally {
      await admin.query('select pg_advisory_unlock($1)', [ROLE_LOCK]);
    }
    await admin.query(`create database "${name}" owner "${ownerRole}"`);
  });
  const inDatabase = (role?: string): string => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    if (role !== undefined) {
      url.username = role;
      url.password = ROLE_PASSWORD;
    }
    return url.href;
  };
  const [url, ownerUrl] = [inDatabase(appRole), inDatabase(ownerRole)];
  await asAdmin(inDatabase(), (admin) => admin.query(`alter schema public owner to "${ownerRole}"`));
  await migrate({ url: ownerUrl, appRole, migrations });

  const open = (at: string): Database<DB> => createDatabase<DB>(createPool({ url: at, name, max: POOL_SIZE }));
  const [db, ownerDb, adminDb] = [open(url), open(ownerUrl), open(inDatabase())];
  return {
    db,
    ownerDb,
    adminDb,
    url,
    ownerUrl,
    appRole,
    ownerRole,
    stop: async () => {
      await Promise.all([db.destroy(), ownerDb.destroy(), adminDb.destroy()]);
      await asAdmin(adminUrl, (admin) => admin.query(`drop database if exists "${name}" with (force)`));
    },
  };
};

const createRole = async (admin: Client, role: string): Promise<void> => {
  const { rowCount } = await admin.query('select 1 from pg_roles where rolname = $1', [role]);
  if (rowCount === 0)
    await admin.query(`create role "${role}" login password '${ROLE_PASSWORD}' nosuperuser nobypassrls`);
};

const asAdmin = async (url: string, work: (admin: Client) => Promise<unknown>): Promise<void> => {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
};

import { appendOnlyTable, type MigrationContext, tenantTable } from '@simlane/service-kit/migration';
import { type RawBuilder, sql } from 'kysely';

/**
 * Service packs, rate plans and service profiles, each with its versions; and how a provider changes rate plans. The
 * current row points at its version, so that neither is ever there without the other, and a profile's pack and plan are
 * of the profile's provider, so that they are of the same one.
 */
export const serviceProfileTables = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  // What every provider gets that was there before: no date is told to one of whom we do not know that it keeps it.
  await sql`alter table provider add column plan_change text not null default 'we_schedule'
    check (plan_change in ('we_schedule', 'provider_schedules'))`.execute(db);

  await versionedTable(context, 'service_pack', sql`options jsonb not null, rules jsonb not null`);
  await versionedTable(context, 'rate_plan', sql`code text not null`);
  await versionedTable(context, 'service_profile', sql`options jsonb not null`);
  await sql`alter table service_profile
    add column service_pack_id uuid not null,
    add column rate_plan_id uuid not null,
    add foreign key (account_id, provider_id, service_pack_id) references service_pack (account_id, provider_id, id),
    add foreign key (account_id, provider_id, rate_plan_id) references rate_plan (account_id, provider_id, id)`.execute(
    db,
  );
  await sql`create index service_profile_by_pack on service_profile (account_id, service_pack_id)`.execute(db);
  await sql`create index service_profile_by_plan on service_profile (account_id, rate_plan_id)`.execute(db);
};

/** The table of what there is now and, named after it, the one of its versions, to which rows are only added. */
const versionedTable = async (context: MigrationContext, name: string, content: RawBuilder<unknown>): Promise<void> => {
  const { db } = context;
  const [table, versions] = [sql.table(name), sql.table(`${name}_version`)];
  const owner = sql.ref(`${name}_id`);
  await sql`create table ${table} (
    account_id uuid not null,
    id uuid not null,
    provider_id uuid not null,
    version integer not null check (version >= 1),
    name text not null,
    archived_at timestamptz,
    idempotency_caller text,
    idempotency_key text,
    idempotency_body_hash text,
    ${content},
    primary key (account_id, id),
    unique (account_id, provider_id, id),
    unique (account_id, idempotency_caller, idempotency_key),
    foreign key (account_id, provider_id) references provider
  )`.execute(db);
  await sql`create index ${sql.id(`${name}_by_name`)} on ${table} (account_id, name, id)`.execute(db);
  await sql`create table ${versions} (
    account_id uuid not null,
    ${owner} uuid not null,
    version integer not null,
    name text not null,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    created_by text not null,
    ${content},
    primary key (account_id, ${owner}, version),
    foreign key (account_id, ${owner}) references ${table}
  )`.execute(db);
  await sql`alter table ${table} add foreign key (account_id, id, version)
    references ${versions} deferrable initially deferred`.execute(db);
  await tenantTable(context, name, ['select', 'insert', 'update']);
  await appendOnlyTable(context, `${name}_version`);
};

import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * What SIMs may do, wanted and confirmed, one row a SIM; and what was asked for, one row a change. The columns beside
 * the document are made of it, for lists over the fleet.
 */
export const simServices = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table sim_services (
      account_id uuid not null,
      sim_id uuid not null,
      services jsonb not null,
      version integer not null default 1,
      profile_id uuid generated always as ((services #>> '{profile,id}')::uuid) stored,
      profile_version integer generated always as ((services #>> '{profile,version}')::integer) stored,
      deviation_kind text generated always as (services #>> '{deviation,kind}') stored
        check (deviation_kind in ('test', 'api_managed', 'found', 'other')),
      primary key (account_id, sim_id),
      foreign key (account_id, sim_id) references sim
    )`.execute(db);
  await sql`create index sim_services_of_profile on sim_services (account_id, profile_id, sim_id)
    where profile_id is not null`.execute(db);
  await sql`create index sim_services_deviating on sim_services (account_id, sim_id)
    where deviation_kind is not null`.execute(db);

  await sql`
    create table service_change (
      account_id uuid not null,
      id uuid not null,
      sim_id uuid not null,
      kind text not null check (kind in ('migrate', 'deviate', 'reattach')),
      state text not null check (state in ('pending', 'done', 'failed', 'superseded', 'cancelled')),
      requested_by text not null,
      reason text,
      wants jsonb not null,
      changes jsonb not null,
      cancelled boolean not null default false,
      created_at timestamptz not null,
      ended_at timestamptz,
      idempotency_caller text not null,
      idempotency_key text not null,
      body_hash text not null,
      version integer not null default 1,
      primary key (account_id, id),
      foreign key (account_id, sim_id) references sim,
      constraint service_change_key unique (account_id, idempotency_caller, idempotency_key),
      constraint service_change_ended check ((state = 'pending') = (ended_at is null))
    )`.execute(db);
  await sql`create index service_change_of_sim on service_change (account_id, sim_id, id)`.execute(db);
  await sql`create index service_change_pending on service_change (account_id, sim_id)
    where state = 'pending'`.execute(db);

  for (const table of ['sim_services', 'service_change']) {
    await tenantTable(context, table, ['select', 'insert', 'update']);
    await sql`create trigger ${sql.ref(`${table}_version`)} before update on ${sql.table(table)}
      for each row execute function count_version()`.execute(db);
  }
};

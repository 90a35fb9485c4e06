import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * Changes of many SIMs: one row a rollout, one row for each SIM that it is over, and the service change by which a SIM
 * is moved when its turn comes. Where a moved SIM stands is told by its change alone.
 */
export const serviceRollouts = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table service_rollout (
      account_id uuid not null,
      id uuid not null,
      kind text not null check (kind in ('edit_profile', 'migrate', 'reattach')),
      state text not null check (state in ('running', 'paused', 'stopped', 'cancelled', 'done')),
      stopped_because text,
      profile_id uuid,
      profile jsonb,
      change_id uuid,
      over_kind text not null check (over_kind in ('service_profile', 'group', 'sims', 'csv')),
      over_id uuid,
      sims integer not null,
      waiting integer not null check (waiting between 0 and sims),
      canary integer not null,
      stop_at_failure_share double precision not null,
      moves integer not null default 0,
      begun_with jsonb not null,
      answered integer not null default 0,
      quiet_since timestamptz not null,
      per_minute integer,
      requested_by text not null,
      created_at timestamptz not null,
      started_at timestamptz,
      ended_at timestamptz,
      idempotency_caller text,
      idempotency_key text,
      body_hash text,
      version integer not null default 1,
      primary key (account_id, id),
      constraint service_rollout_key unique (account_id, idempotency_caller, idempotency_key),
      constraint service_rollout_stopped check ((state = 'stopped') = (stopped_because is not null)),
      constraint service_rollout_ended check ((state in ('running', 'paused')) = (ended_at is null)),
      constraint service_rollout_of_edit check ((kind = 'edit_profile') = (profile is not null and change_id is not null))
    )`.execute(db);

  // A hundred thousand rows are added by one statement. It points neither to the SIM, which nobody could change meanwhile,
  // nor to the rollout, which is never deleted; to look each of them up would take longer than to write the rows.
  await sql`
    create table service_rollout_sim (
      account_id uuid not null,
      rollout_id uuid not null,
      sim_id uuid not null,
      position integer not null,
      waits boolean not null default true,
      change_id uuid,
      outcome text check (outcome in ('unchanged', 'superseded')),
      primary key (account_id, rollout_id, position),
      constraint service_rollout_sim_once unique (account_id, sim_id, rollout_id)
    )`.execute(db);
  await sql`create index service_rollout_sim_waiting on service_rollout_sim (account_id, rollout_id, position)
    where waits`.execute(db);

  await sql`alter table service_change
    add column rollout_id uuid,
    alter column sim_id drop not null,
    drop constraint service_change_kind_check,
    add constraint service_change_kind_check check (kind in ('migrate', 'deviate', 'reattach', 'edit_profile')),
    add constraint service_change_of_sim check (sim_id is not null or kind = 'edit_profile')`.execute(db);
  await sql`create index service_change_of_rollout on service_change (account_id, rollout_id, state)
    where rollout_id is not null and sim_id is not null`.execute(db);

  // For previews, which count a hundred thousand SIMs and read no documents.
  await sql`alter table sim_services
    add column call_id uuid generated always as ((services #>> '{call,id}')::uuid) stored,
    add column confirmed_plan text generated always as (services #>> '{confirmed,plan}') stored`.execute(db);
  await sql`create index sim_services_at_version on sim_services (account_id, profile_id, profile_version, sim_id)
    include (deviation_kind, confirmed_plan, scheduled_at, call_id) where profile_id is not null`.execute(db);
  await sql`alter table timeline
    drop constraint timeline_subject_type_check,
    add constraint timeline_subject_type_check
      check (subject_type in ('line', 'sim', 'qr_request', 'service_rollout'))`.execute(db);

  await tenantTable(context, 'service_rollout', ['select', 'insert', 'update']);
  await tenantTable(context, 'service_rollout_sim', ['select', 'insert', 'update']);
  await sql`create trigger service_rollout_version before update on service_rollout
    for each row execute function count_version()`.execute(db);
};

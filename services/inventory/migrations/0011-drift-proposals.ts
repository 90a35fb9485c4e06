import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * Where providers have SIMs otherwise than confirmed, and how far it is looked for; and what lists over the fleet are
 * read by: since when SIMs deviate, and since when something of them is refused.
 */
export const driftProposals = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table drift_proposal (
      account_id uuid not null,
      id uuid not null,
      sim_id uuid not null,
      state text not null check (state in ('open', 'taken', 'pushed', 'resolved')),
      drift jsonb not null,
      version integer not null,
      since timestamptz not null,
      seen_at timestamptz not null,
      ended_at timestamptz,
      decided_by text,
      reason text,
      primary key (account_id, id),
      foreign key (account_id, sim_id) references sim,
      constraint drift_proposal_ended check ((state = 'open') = (ended_at is null)),
      constraint drift_proposal_decided check ((state in ('taken', 'pushed')) = (decided_by is not null))
    )`.execute(db);
  await sql`create unique index drift_proposal_open on drift_proposal (account_id, sim_id)
    where state = 'open'`.execute(db);
  await sql`create index drift_proposal_of_sim on drift_proposal (account_id, sim_id, id)`.execute(db);
  await sql`create index drift_proposal_by_state on drift_proposal (account_id, state, id)`.execute(db);
  await sql`create index drift_proposal_since on drift_proposal (account_id, since, sim_id)
    where state = 'open'`.execute(db);
  await tenantTable(context, 'drift_proposal', ['select', 'insert', 'update']);

  await sql`
    create table service_reconciliation (
      account_id uuid not null,
      id uuid not null,
      sim_id uuid,
      asked_at timestamptz,
      began_at timestamptz,
      ended_at timestamptz,
      place_provider_id uuid,
      place_sim_id uuid,
      compared integer not null default 0,
      unread integer not null default 0,
      primary key (account_id, id),
      foreign key (account_id, sim_id) references sim,
      constraint service_reconciliation_id check (id = coalesce(sim_id, account_id)),
      constraint service_reconciliation_place check ((place_provider_id is null) = (place_sim_id is null))
    )`.execute(db);
  // Accounts that have services already; all of them are seen for this.
  await sql`alter table sim_services no force row level security`.execute(db);
  await sql`insert into service_reconciliation (account_id, id)
    select distinct account_id, account_id from sim_services`.execute(db);
  await sql`insert into due (kind, id, account_id, due_at)
    select 'service_reconciliation', id, account_id, now() + interval '1 day' from service_reconciliation`.execute(db);
  await sql`alter table sim_services force row level security`.execute(db);
  await tenantTable(context, 'service_reconciliation', ['select', 'insert', 'update']);

  // An aggregate cannot stand in a generated column by itself.
  await sql`create function options_refused_since(services jsonb) returns timestamptz language sql immutable parallel safe
    as $$ select time_in_document(min(failure ->> 'at')) from jsonb_each(services #> '{failed,options}') as f (code, failure) $$`.execute(
    db,
  );
  await sql`alter table sim_services
    add column deviating_since timestamptz
      generated always as (time_in_document(services #>> '{deviation,since}')) stored,
    add column plan_refused_at timestamptz
      generated always as (time_in_document(services #>> '{failed,plan,at}')) stored,
    add column options_refused_at timestamptz generated always as (options_refused_since(services)) stored`.execute(db);
  await sql`drop index sim_services_deviating`.execute(db);
  await sql`create index sim_services_deviating on sim_services (account_id, deviating_since, sim_id)
    where deviating_since is not null`.execute(db);
  await sql`create index sim_services_deviating_from on sim_services (account_id, profile_id, deviating_since, sim_id)
    where deviating_since is not null`.execute(db);
  await sql`create index sim_services_deviating_as on sim_services (account_id, deviation_kind, deviating_since, sim_id)
    where deviating_since is not null`.execute(db);
  await sql`create index sim_services_plan_refused on sim_services (account_id, plan_refused_at, sim_id)
    where plan_refused_at is not null`.execute(db);
  await sql`create index sim_services_options_refused on sim_services (account_id, options_refused_at, sim_id)
    where options_refused_at is not null`.execute(db);
  // In which SIMs are taken to be compared.
  await sql`create index sim_services_by_provider on sim_services (account_id, provider_id, sim_id)`.execute(db);
};

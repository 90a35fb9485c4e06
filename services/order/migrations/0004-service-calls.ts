import { type MigrationContext, tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Changes of SIMs' services as they are sent to providers, and the signals that answer them. */
export const serviceCalls = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`create table service_call (
    account_id uuid not null,
    id uuid not null default uuidv7(),
    change_id uuid not null,
    sim_id uuid not null,
    provider_id uuid not null,
    iccid text not null,
    options jsonb not null,
    rate_plan text,
    effective_on date,
    body_hash text not null,
    attempted_at timestamptz not null default now(),
    sent_at timestamptz,
    answered_at timestamptz,
    answers jsonb not null default '[]',
    version integer not null default 0,
    taken_version integer not null default 0,
    primary key (account_id, id),
    unique (account_id, change_id),
    foreign key (account_id, provider_id) references provider_connection (account_id, provider_id),
    constraint something_is_asked_for check (options <> '{}' or rate_plan is not null),
    constraint a_day_is_of_a_plan check (effective_on is null or rate_plan is not null),
    constraint an_answer_is_a_version check ((version = 0) = (answers = '[]') and (version = 0) = (answered_at is null)),
    constraint taken_is_what_was_said check (taken_version between 0 and version)
  )`.execute(db);
  await tenantTable(context, 'service_call', ['select', 'insert', 'update']);

  await sql`alter table provider_signal
    add column change_id uuid,
    add column disposition text check (disposition in ('applied', 'duplicate', 'stale')),
    add foreign key (account_id, change_id) references service_call (account_id, change_id),
    add constraint only_of_a_change_it_is_judged_here check ((change_id is null) = (disposition is null)),
    drop constraint provider_signal_intake_check,
    add constraint provider_signal_intake_check check (intake in ('accepted', 'unknown_order', 'unknown_change')),
    drop constraint an_accepted_signal_is_a_fact,
    add constraint an_accepted_signal_is_a_fact_or_answers_a_change check
      ((intake = 'accepted') = (fact_id is not null or change_id is not null) and num_nulls(fact_id, change_id) > 0)
  `.execute(db);
  await sql`create index provider_signal_by_change on provider_signal (account_id, change_id) where change_id is not null`.execute(
    db,
  );
};

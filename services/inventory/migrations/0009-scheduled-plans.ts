import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Plans that are due together, and how fast a provider is given what changes many SIMs at once. */
export const scheduledPlans = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  // Times in documents are in UTC and name it, so their meaning hangs on no setting, as PostgreSQL has to suppose.
  await sql`create function time_in_document(text) returns timestamptz language sql immutable parallel safe
    as 'select $1::timestamptz'`.execute(db);
  await sql`alter table sim_services add column scheduled_at timestamptz
    generated always as (time_in_document(services #>> '{scheduled,at}')) stored`.execute(db);
  // The provider of a SIM never changes. By a trigger: whoever writes the row does not have to know of the column.
  await sql`alter table sim_services add column provider_id uuid`.execute(db);
  await sql`create function provider_of_services() returns trigger language plpgsql as $$
    begin
      select provider_id into strict new.provider_id from sim where account_id = new.account_id and id = new.sim_id;
      return new;
    end $$`.execute(db);
  await sql`create trigger sim_services_provider before insert on sim_services
    for each row execute function provider_of_services()`.execute(db);
  // All accounts are seen for the rows that are there.
  for (const table of ['sim', 'sim_services']) await seenByOwner(context, table, 'no force');
  await sql`update sim_services set provider_id = sim.provider_id
    from sim where sim.account_id = sim_services.account_id and sim.id = sim_services.sim_id`.execute(db);
  await sql`alter table sim_services alter column provider_id set not null`.execute(db);
  await sql`create index sim_services_scheduled on sim_services (account_id, provider_id, scheduled_at, sim_id)
    where scheduled_at is not null`.execute(db);
  // What was scheduled before is due by the row of its account from now on.
  await sql`insert into due (kind, id, account_id, due_at)
    select 'scheduled_plans', account_id, account_id, min(scheduled_at) from sim_services
    where scheduled_at is not null group by account_id`.execute(db);
  for (const table of ['sim', 'sim_services']) await seenByOwner(context, table, 'force');

  await sql`alter table service_change
    drop constraint service_change_state_check,
    drop constraint service_change_ended,
    add constraint service_change_state_check
      check (state in ('pending', 'scheduled', 'done', 'failed', 'superseded', 'cancelled')),
    add constraint service_change_ended check ((state in ('pending', 'scheduled')) = (ended_at is null))`.execute(db);
  await sql`drop index service_change_pending`.execute(db);
  await sql`create index service_change_open on service_change (account_id, sim_id)
    where state in ('pending', 'scheduled')`.execute(db);

  await sql`create table provider_pace (
    account_id uuid not null,
    provider_id uuid not null,
    busy_until_ms double precision not null default 0,
    primary key (account_id, provider_id)
  )`.execute(db);
  await tenantTable(context, 'provider_pace', ['select', 'insert', 'update']);
};

const seenByOwner = async ({ db }: MigrationContext, table: string, how: 'force' | 'no force'): Promise<void> => {
  await sql`alter table ${sql.table(table)} ${sql.raw(how)} row level security`.execute(db);
};

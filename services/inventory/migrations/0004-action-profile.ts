import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * Authorised-actions profiles. A setting that has no row is on in the default profile and off in a custom one: so an
 * action introduced later is on for those without a profile of their own, and off in the custom profiles of before.
 */
export const actionProfile = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table action_profile (
      account_id uuid not null,
      id uuid not null,
      name text not null,
      is_default boolean not null,
      idempotency_caller text,
      idempotency_key text,
      body_hash text,
      version integer not null default 1,
      primary key (account_id, id),
      constraint action_profile_request unique (account_id, idempotency_caller, idempotency_key)
    )`.execute(db);
  await sql`create unique index action_profile_one_default on action_profile (account_id) where is_default`.execute(db);

  await sql`
    create table action_profile_setting (
      account_id uuid not null,
      profile_id uuid not null,
      action text not null,
      slot smallint not null check (slot between 1 and 3),
      enabled boolean not null,
      primary key (account_id, profile_id, action, slot),
      foreign key (account_id, profile_id) references action_profile on delete cascade
    )`.execute(db);

  // A person holds one profile: the key has no profile in it.
  await sql`
    create table action_profile_holder (
      account_id uuid not null,
      sub text not null,
      profile_id uuid not null,
      primary key (account_id, sub),
      foreign key (account_id, profile_id) references action_profile on delete cascade
    )`.execute(db);
  await sql`create index action_profile_holders on action_profile_holder (account_id, profile_id)`.execute(db);

  await sql`create trigger action_profile_version before update on action_profile
    for each row execute function count_version()`.execute(db);
  for (const table of ['action_profile', 'action_profile_setting', 'action_profile_holder']) {
    await tenantTable(context, table);
  }
};

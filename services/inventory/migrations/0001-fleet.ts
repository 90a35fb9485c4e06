import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * Devices, lines, SIMs, groups and people. What must always hold is a constraint here, so that no writer needs to
 * know about the others: a line points to a serving SIM only, and only one line to each; a group takes SIMs in use
 * only; a discarded SIM is on nobody; an ICCID is in use once.
 */
export const fleet = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  // Search is by generated columns: behind row-level security an index serves only operators that cannot leak what they
  // compare, and `lower` is not known to be one.
  await sql`
    create table employee (
      account_id uuid not null,
      id uuid not null,
      name text not null,
      email text,
      language text not null check (language in ('en', 'fr')),
      name_sought text not null generated always as (lower(name)) stored,
      email_sought text generated always as (lower(email)) stored,
      primary key (account_id, id)
    )`.execute(db);
  await sql`create index employee_name on employee (account_id, name_sought text_pattern_ops)`.execute(db);
  await sql`create index employee_email on employee (account_id, email_sought text_pattern_ops)`.execute(db);

  await sql`
    create table management_group (
      account_id uuid not null,
      id uuid not null,
      name text not null,
      primary key (account_id, id)
    )`.execute(db);

  await sql`
    create table device (
      account_id uuid not null,
      id uuid not null,
      make text not null,
      model text not null,
      imei1 text,
      imei2 text,
      eid text,
      esim_capable text not null check (esim_capable in ('yes', 'no', 'unknown')),
      employee_id uuid,
      version integer not null default 1,
      make_sought text not null generated always as (lower(make)) stored,
      model_sought text not null generated always as (lower(model)) stored,
      primary key (account_id, id),
      foreign key (account_id, employee_id) references employee
    )`.execute(db);
  await sql`create index device_employee on device (account_id, employee_id)`.execute(db);
  await sql`create index device_imei1 on device (account_id, imei1 text_pattern_ops)`.execute(db);
  await sql`create index device_imei2 on device (account_id, imei2 text_pattern_ops)`.execute(db);
  await sql`create index device_make on device (account_id, make_sought text_pattern_ops)`.execute(db);
  await sql`create index device_model on device (account_id, model_sought text_pattern_ops)`.execute(db);

  // A foreign key cannot have a condition, a generated column can: it is null where nothing may point to the row.
  await sql`
    create table sim (
      account_id uuid not null,
      id uuid not null,
      kind text not null check (kind in ('physical', 'esim')),
      state text not null check (state in ('in_stock', 'temporary', 'active', 'suspended', 'discarded')),
      provider_id uuid not null,
      distributor_id uuid,
      iccid text check (iccid ~ '^89[0-9A-E]{16,18}$'),
      temporary_reference text,
      eid text,
      employee_id uuid,
      change_order_id uuid,
      discarded_at timestamptz,
      version integer not null default 1,
      serving_id uuid generated always as (case when state in ('active', 'suspended') then id end) stored,
      grouping_id uuid generated always as (case when state not in ('temporary', 'discarded') then id end) stored,
      primary key (account_id, id),
      constraint sim_serving unique (account_id, serving_id),
      constraint sim_grouping unique (account_id, grouping_id),
      constraint sim_change unique (account_id, id, change_order_id),
      foreign key (account_id, employee_id) references employee,
      constraint sim_discarded_is_free
        check (state <> 'discarded' or (employee_id is null and change_order_id is null)),
      constraint sim_discarded_when check ((state = 'discarded') = (discarded_at is not null)),
      constraint sim_temporary_is_an_orders check (
        state <> 'temporary'
        or (kind = 'esim' and temporary_reference is not null and change_order_id is not null and employee_id is null)
      )
    )`.execute(db);
  await sql`
    create unique index sim_iccid_in_use on sim (account_id, iccid) where state <> 'discarded'`.execute(db);
  await sql`create unique index sim_temporary_reference on sim (account_id, temporary_reference text_pattern_ops)
    where temporary_reference is not null`.execute(db);
  await sql`create index sim_iccid on sim (account_id, iccid text_pattern_ops)`.execute(db);
  await sql`create index sim_employee on sim (account_id, employee_id) where employee_id is not null`.execute(db);
  await sql`create index sim_in_change on sim (account_id, change_order_id) where change_order_id is not null`.execute(
    db,
  );
  await sql`create index sim_state on sim (account_id, state, id)`.execute(db);
  await sql`create index sim_provider on sim (account_id, provider_id, id)`.execute(db);

  // Deferred: whatever the order of the statements that move a line from one SIM to another, the end is what counts.
  await sql`
    create table line (
      account_id uuid not null,
      id uuid not null,
      msisdn text not null check (msisdn ~ '^\\+[1-9][0-9]{4,14}$'),
      provider_id uuid not null,
      device_id uuid,
      slot smallint check (slot between 1 and 3),
      employee_id uuid,
      sim_id uuid,
      change_order_id uuid,
      version integer not null default 1,
      primary key (account_id, id),
      constraint line_slot unique (account_id, device_id, slot),
      constraint line_sim unique (account_id, sim_id),
      constraint line_change unique (account_id, id, change_order_id),
      constraint line_slot_of_a_device check ((device_id is null) = (slot is null)),
      foreign key (account_id, device_id) references device,
      foreign key (account_id, employee_id) references employee,
      constraint line_serving_sim foreign key (account_id, sim_id) references sim (account_id, serving_id)
        deferrable initially deferred
    )`.execute(db);
  await sql`create unique index line_msisdn on line (account_id, msisdn text_pattern_ops)`.execute(db);
  await sql`create index line_employee on line (account_id, employee_id) where employee_id is not null`.execute(db);
  await sql`create index line_provider on line (account_id, provider_id, id)`.execute(db);
  await sql`
    create index line_in_change on line (account_id, change_order_id) where change_order_id is not null`.execute(db);

  await sql`
    create table sim_group (
      account_id uuid not null,
      sim_id uuid not null,
      group_id uuid not null,
      primary key (account_id, sim_id, group_id),
      constraint sim_group_sim_in_use foreign key (account_id, sim_id) references sim (account_id, grouping_id)
        deferrable initially deferred,
      foreign key (account_id, group_id) references management_group
    )`.execute(db);
  await sql`create index sim_group_members on sim_group (account_id, group_id, sim_id)`.execute(db);

  for (const table of ['employee', 'management_group', 'device', 'sim', 'line', 'sim_group']) {
    await tenantTable(context, table);
  }
};

import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * One row an order. While it is live (reserved or started), its line and its old SIM carry the order's id, and only
 * then: foreign keys in both directions, checked at the end of each transaction. As a temporary eSIM carries the
 * order's id too (migration 0001), none outlives its order.
 */
export const simReplacement = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table sim_replacement (
      account_id uuid not null,
      order_id uuid not null,
      attempt integer not null check (attempt >= 1),
      state text not null check (state in ('refused', 'reserved', 'started', 'committed', 'rolled_back')),
      answer json not null,
      action text not null check (action in ('switch_to_esim', 'replace_esim')),
      activate boolean not null,
      line_id uuid not null,
      old_sim_id uuid,
      provider_id uuid,
      distributor_id uuid,
      new_sim_id uuid,
      temporary_reference text,
      entered_iccid text,
      signalled_iccid text,
      signalled_eid text,
      iccid text,
      iccid_issue jsonb,
      started_at timestamptz,
      ended_at timestamptz,
      live_order_id uuid generated always as (case when state in ('reserved', 'started') then order_id end) stored,
      live_line_id uuid generated always as (case when state in ('reserved', 'started') then line_id end) stored,
      live_old_sim_id uuid generated always as (case when state in ('reserved', 'started') then old_sim_id end) stored,
      primary key (account_id, order_id),
      constraint sim_replacement_live unique (account_id, live_order_id),
      constraint sim_replacement_live_line unique (account_id, live_order_id, live_line_id),
      constraint sim_replacement_reserves
        check (state = 'refused' or (old_sim_id is not null and provider_id is not null)),
      constraint sim_replacement_new_sim check (state not in ('started', 'committed') or new_sim_id is not null),
      constraint sim_replacement_end check ((state in ('committed', 'rolled_back')) = (ended_at is not null)),
      constraint sim_replacement_holds_line foreign key (account_id, live_line_id, live_order_id)
        references line (account_id, id, change_order_id) deferrable initially deferred,
      constraint sim_replacement_holds_sim foreign key (account_id, live_old_sim_id, live_order_id)
        references sim (account_id, id, change_order_id) deferrable initially deferred
    )`.execute(db);
  await sql`create unique index sim_replacement_one_per_line on sim_replacement (account_id, live_line_id)
    where live_line_id is not null`.execute(db);
  await sql`create unique index sim_replacement_one_per_sim on sim_replacement (account_id, live_old_sim_id)
    where live_old_sim_id is not null`.execute(db);
  await sql`create unique index sim_replacement_new_sim_once on sim_replacement (account_id, new_sim_id)
    where new_sim_id is not null`.execute(db);
  await sql`create unique index sim_replacement_reference on sim_replacement (account_id, temporary_reference)
    where temporary_reference is not null`.execute(db);
  await sql`create index sim_replacement_live_iccid on sim_replacement (account_id, iccid)
    where live_order_id is not null and iccid is not null`.execute(db);

  await sql`alter table line add constraint line_live_change foreign key (account_id, change_order_id, id)
    references sim_replacement (account_id, live_order_id, live_line_id) deferrable initially deferred`.execute(db);
  await sql`alter table sim add constraint sim_live_change foreign key (account_id, change_order_id)
    references sim_replacement (account_id, live_order_id) deferrable initially deferred`.execute(db);

  await tenantTable(context, 'sim_replacement', ['select', 'insert', 'update']);

  // A temporary eSIM has no groups and no employee: it shows the old SIM's until the switch moves them. By `case`,
  // which PostgreSQL knows not to leak; a `coalesce` it would not take to an index behind row-level security.
  await sql`
    create view sim_in_fleet with (security_invoker = true) as
    select
      s.account_id, s.id, s.kind, s.state, s.provider_id, s.distributor_id, s.eid, s.change_order_id, s.version,
      s.discarded_at,
      case when s.state = 'temporary' then r.iccid else s.iccid end as iccid,
      case when s.state = 'temporary' or s.iccid is null then s.temporary_reference end as temporary_reference,
      case when s.state = 'temporary' then r.line_id else l.id end as line_id,
      case when s.state = 'temporary' then o.employee_id else s.employee_id end as employee_id,
      case when s.state = 'temporary' then r.old_sim_id else s.id end as grouped_as_id
    from sim s
    left join line l on l.account_id = s.account_id and l.sim_id = s.id
    left join sim_replacement r
      on s.state = 'temporary' and r.account_id = s.account_id and r.order_id = s.change_order_id
    left join sim o on o.account_id = r.account_id and o.id = r.old_sim_id`.execute(db);
  await sql`grant select on sim_in_fleet to ${sql.id(context.appRole)}`.execute(db);
};

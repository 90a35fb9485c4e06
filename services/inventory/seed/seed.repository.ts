import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';

/**
 * Puts the rows in place that are not there yet. A row that is there stays as it is, with everything that belongs to
 * it: what a replacement has touched since is not undone. One statement a table, whatever the number of rows.
 */
export const insertMissing = async (tx: Transaction, accountId: string, seed: InventorySeed): Promise<void> => {
  const rows = (values: readonly unknown[]) => sql`${JSON.stringify(values)}::jsonb`;
  await sql`
    insert into employee (account_id, id, name, email, language)
    select ${accountId}::uuid, x.* from jsonb_to_recordset(${rows(seed.employees)})
      as x (id uuid, name text, email text, language text)
    on conflict do nothing`.execute(tx);
  await sql`
    insert into management_group (account_id, id, name)
    select ${accountId}::uuid, x.* from jsonb_to_recordset(${rows(seed.managementGroups)}) as x (id uuid, name text)
    on conflict do nothing`.execute(tx);
  await sql`
    with given as (
      select * from jsonb_to_recordset(${rows(seed.sims)}) as x (
        id uuid, kind text, state text, "providerId" uuid, "distributorId" uuid, iccid text, eid text,
        "employeeId" uuid, "groupIds" jsonb)
    ), added as (
      insert into sim (account_id, id, kind, state, provider_id, distributor_id, iccid, eid, employee_id, discarded_at)
      select ${accountId}::uuid, id, kind, state, "providerId", "distributorId", iccid, eid,
        case when state <> 'discarded' then "employeeId" end, case when state = 'discarded' then now() end
      from given
      on conflict do nothing
      returning id, state
    )
    insert into sim_group (account_id, sim_id, group_id)
    select ${accountId}::uuid, a.id, (jsonb_array_elements_text(g."groupIds"))::uuid
    from added a join given g on g.id = a.id where a.state <> 'discarded'
    on conflict do nothing`.execute(tx);
  await sql`
    insert into device (account_id, id, make, model, imei1, imei2, eid, esim_capable, employee_id)
    select ${accountId}::uuid, x.* from jsonb_to_recordset(${rows(seed.devices)}) as x (
      id uuid, make text, model text, imei1 text, imei2 text, eid text, "esimCapable" text, "employeeId" uuid)
    on conflict do nothing`.execute(tx);
  await sql`
    insert into line (account_id, id, msisdn, provider_id, device_id, slot, employee_id, sim_id)
    select ${accountId}::uuid, x.* from jsonb_to_recordset(${rows(seed.lines)}) as x (
      id uuid, msisdn text, "providerId" uuid, "deviceId" uuid, slot smallint, "employeeId" uuid, "simId" uuid)
    on conflict do nothing`.execute(tx);
  await sql`
    with given as (
      select * from jsonb_to_recordset(${rows(seed.actionProfiles)}) as x (
        id uuid, name text, enabled jsonb, holders jsonb)
    ), added as (
      insert into action_profile (account_id, id, name, is_default)
      select ${accountId}::uuid, id, name, false from given
      on conflict do nothing
      returning id
    ), settings as (
      insert into action_profile_setting (account_id, profile_id, action, slot, enabled)
      select ${accountId}::uuid, a.id, s.action, s.slot, true
      from added a join given g on g.id = a.id, jsonb_to_recordset(g.enabled) as s (action text, slot smallint)
      on conflict do nothing
    )
    insert into action_profile_holder (account_id, sub, profile_id)
    select ${accountId}::uuid, jsonb_array_elements_text(g.holders), a.id from added a join given g on g.id = a.id
    on conflict do nothing`.execute(tx);
};

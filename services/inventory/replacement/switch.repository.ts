import type { OrderedLine } from '@simlane/contracts/http/inventory-internal';
import type { ServingState, SimKind, SimState } from '@simlane/contracts/sim';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { lineIsVisible, type Visibility } from '../fleet/visibility.ts';

/** What a replacement does to line and SIMs. Each function is one statement; their order within a transaction is free. */

/**
 * Takes a line and, after it, its SIM: each in a statement of its own, so that what is read afterwards is as the
 * transaction waited for left it.
 *
 * @returns false where there is no such line
 */
export const lockLineAndSim = async (tx: Transaction, visibility: Visibility, lineId: string): Promise<boolean> => {
  const { rows } = await sql<{ sim_id: string | null }>`
    select l.sim_id from line l where ${lineIsVisible(visibility)} and l.id = ${lineId} for update`.execute(tx);
  const row = rows[0];
  if (row === undefined) return false;
  if (row.sim_id !== null) await lockSims(tx, visibility.accountId, [row.sim_id]);
  return true;
};

/** Takes these SIMs, in the order of their ids. */
export const lockSims = async (tx: Transaction, accountId: string, simIds: readonly string[]): Promise<void> => {
  await sql`
    select from sim where account_id = ${accountId} and id = any(${[...simIds]}::uuid[]) order by id for update`.execute(
    tx,
  );
};

export const findOrderedLine = async (
  tx: Transaction,
  visibility: Visibility,
  lineId: string,
): Promise<OrderedLine | undefined> => {
  const { rows } = await sql<{
    id: string;
    msisdn: string;
    provider_id: string;
    sim_id: string | null;
    kind: SimKind | null;
    iccid: string | null;
    eid: string | null;
  }>`
    select l.id, l.msisdn, l.provider_id, l.sim_id, s.kind, s.iccid, d.eid from line l
    left join sim s on s.account_id = l.account_id and s.id = l.sim_id
    left join device d on d.account_id = l.account_id and d.id = l.device_id
    where ${lineIsVisible(visibility)} and l.id = ${lineId}`.execute(tx);
  const row = rows[0];
  return (
    row && {
      lineId: row.id,
      msisdn: row.msisdn,
      providerId: row.provider_id,
      simId: row.sim_id,
      simKind: row.kind,
      iccid: row.iccid,
      deviceEid: row.eid,
    }
  );
};

/** Begins the change on line and SIM; from here on the database protects both. */
export const beginChange = async (
  tx: Transaction,
  { accountId, orderId, lineId, simId }: { accountId: string; orderId: string; lineId: string; simId: string },
): Promise<void> => {
  await sql`
    with held as (
      update line set change_order_id = ${orderId} where account_id = ${accountId} and id = ${lineId}
    )
    update sim set change_order_id = ${orderId} where account_id = ${accountId} and id = ${simId}`.execute(tx);
};

export interface NewEsim {
  readonly accountId: string;
  readonly id: string;
  readonly providerId: string;
  readonly distributorId: string | null;
  readonly temporaryReference: string;
}

export const insertTemporaryEsim = async (tx: Transaction, esim: NewEsim, orderId: string): Promise<void> => {
  await tx
    .insertInto('sim')
    .values({
      account_id: esim.accountId,
      id: esim.id,
      kind: 'esim',
      state: 'temporary',
      provider_id: esim.providerId,
      distributor_id: esim.distributorId,
      temporary_reference: esim.temporaryReference,
      change_order_id: orderId,
    })
    .execute();
};

export interface OldSim {
  readonly state: SimState;
  readonly employeeId: string | null;
  readonly groupIds: readonly string[];
}

export const readOldSim = async (tx: Transaction, accountId: string, simId: string): Promise<OldSim> => {
  const { rows } = await sql<{ state: SimState; employee_id: string | null; group_ids: string[] }>`
    select s.state, s.employee_id, array(
      select g.group_id from sim_group g where g.account_id = s.account_id and g.sim_id = s.id order by g.group_id
    ) as group_ids
    from sim s where s.account_id = ${accountId} and s.id = ${simId}`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error('The SIM of a reserved line cannot have gone');
  return { state: row.state, employeeId: row.employee_id, groupIds: row.group_ids };
};

/** The new eSIM as it will serve the line: made now, or made of the temporary one, whose change ends with this. */
export const putEsimIntoService = async (
  tx: Transaction,
  esim: NewEsim,
  serves: { state: ServingState; iccid: string | null; eid: string | null; employeeId: string | null },
): Promise<void> => {
  const served = {
    state: serves.state,
    iccid: serves.iccid,
    eid: serves.eid,
    employee_id: serves.employeeId,
    change_order_id: null,
  };
  await tx
    .insertInto('sim')
    .values({
      account_id: esim.accountId,
      id: esim.id,
      kind: 'esim',
      provider_id: esim.providerId,
      distributor_id: esim.distributorId,
      temporary_reference: esim.temporaryReference,
      ...served,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doUpdateSet(served))
    .execute();
};

/** The old SIM goes: discarded, with no employee and in no group; the groups go on with the new one. */
export const discardOldSim = async (
  tx: Transaction,
  { accountId, oldSimId, newSimId }: { accountId: string; oldSimId: string; newSimId: string },
): Promise<void> => {
  await sql`
    with discarded as (
      update sim set state = 'discarded', discarded_at = now(), employee_id = null, change_order_id = null
      where account_id = ${accountId} and id = ${oldSimId}
    ), left_groups as (
      delete from sim_group where account_id = ${accountId} and sim_id = ${oldSimId} returning group_id
    )
    insert into sim_group (account_id, sim_id, group_id)
    select ${accountId}::uuid, ${newSimId}::uuid, group_id from left_groups`.execute(tx);
};

/** The line goes over to the new eSIM, which ends its change. */
export const switchLine = async (
  tx: Transaction,
  { accountId, lineId, newSimId }: { accountId: string; lineId: string; newSimId: string },
): Promise<void> => {
  await tx
    .updateTable('line')
    .set({ sim_id: newSimId, change_order_id: null })
    .where('account_id', '=', accountId)
    .where('id', '=', lineId)
    .execute();
};

/** Line and old SIM are free again and as they were. */
export const freeLineAndSim = async (
  tx: Transaction,
  { accountId, lineId, simId }: { accountId: string; lineId: string; simId: string },
): Promise<void> => {
  await sql`
    with freed as (
      update line set change_order_id = null where account_id = ${accountId} and id = ${lineId}
    )
    update sim set change_order_id = null where account_id = ${accountId} and id = ${simId}`.execute(tx);
};

/** Only after the replacement has become rolled back: until then the temporary eSIM is protected. */
export const deleteTemporaryEsim = async (
  tx: Transaction,
  { accountId, simId }: { accountId: string; simId: string },
): Promise<void> => {
  await tx.deleteFrom('sim').where('account_id', '=', accountId).where('id', '=', simId).execute();
};

/** Sets what a later word or entry brings for a SIM that serves already. */
export const setIdentifiers = async (
  tx: Transaction,
  { accountId, simId }: { accountId: string; simId: string },
  identifiers: { iccid?: string; eid?: string },
): Promise<void> => {
  await tx.updateTable('sim').set(identifiers).where('account_id', '=', accountId).where('id', '=', simId).execute();
};

import type { Sim } from '@simlane/contracts/http/fleet';
import type { SimKind, SimState } from '@simlane/contracts/sim';
import { toPage } from '@simlane/service-kit/pages';
import { type RawBuilder, sql } from 'kysely';
import type { SimInFleetView, Transaction } from '../database.ts';
import { beginsWith } from '@simlane/service-kit/beginning';
import { iccidBegins } from './line.repository.ts';
import { firstIds, type PageOfIds } from './page.ts';
import { lineIsVisible, simIsVisible, type Visibility } from './visibility.ts';

export interface SimFilters {
  readonly q?: string | undefined;
  readonly kind?: SimKind | undefined;
  readonly state?: SimState | undefined;
  readonly providerId?: string | undefined;
  readonly groupId?: string | undefined;
  readonly employeeId?: string | undefined;
}

type SimRow = SimInFleetView & { group_ids: string[] };

const selectSims = sql`
  select s.*, array(
    select g.group_id from sim_group g
    where g.account_id = s.account_id and g.sim_id = s.grouped_as_id order by g.group_id
  ) as group_ids
  from sim_in_fleet s`;

const toSim = (row: SimRow): Sim => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  providerId: row.provider_id,
  distributorId: row.distributor_id,
  iccid: row.iccid,
  temporaryReference: row.temporary_reference,
  eid: row.eid,
  lineId: row.line_id,
  employeeId: row.employee_id,
  groupIds: row.group_ids,
  changeInFlight: row.change_order_id === null ? null : { orderId: row.change_order_id },
  version: row.version,
  discardedAt: row.discarded_at === null ? null : row.discarded_at.toISOString(),
});

/** One page of SIMs, temporary eSIMs among them, in one statement. */
export const listSims = async (
  tx: Transaction,
  visibility: Visibility,
  filters: SimFilters,
  page: PageOfIds,
): Promise<{ items: Sim[]; nextCursor: string | null }> => {
  // The page is found on the table and only then looked at through the view, which has to join for each row.
  const sims = sql`select x.id from sim x where ${sql.join(simConditions(visibility, filters, page), sql` and `)}`;
  const ways = filters.q === undefined ? [sims] : simsBeginningWith(visibility.accountId, sims, filters.q);
  const { rows } = await sql<SimRow>`${selectSims}
    where ${simIsVisible(visibility)} and s.id in ${firstIds(ways, page)} order by s.id`.execute(tx);
  return toPage(rows, page.limit, ({ id }) => [id], toSim);
};

const simConditions = (visibility: Visibility, filters: SimFilters, page: PageOfIds): RawBuilder<unknown>[] => {
  const { kind, state, providerId, groupId, employeeId } = filters;
  const { accountId } = visibility;
  const conditions: RawBuilder<unknown>[] = [simIsVisible(visibility, 'x')];
  if (page.afterId !== null) conditions.push(sql`x.id > ${page.afterId}`);
  if (kind !== undefined) conditions.push(sql`x.kind = ${kind}`);
  if (state !== undefined) conditions.push(sql`x.state = ${state}`);
  if (providerId !== undefined) conditions.push(sql`x.provider_id = ${providerId}`);
  if (groupId !== undefined) {
    const members = sql`select g.sim_id from sim_group g where g.account_id = ${accountId} and g.group_id = ${groupId}`;
    conditions.push(sql`x.id in (${withIncoming(accountId, members)})`);
  }
  if (employeeId !== undefined) {
    const theirs = sql`select y.id from sim y where y.account_id = ${accountId} and y.employee_id = ${employeeId}`;
    conditions.push(sql`x.id in (${withIncoming(accountId, theirs)})`);
  }
  return conditions;
};

/** What is true of a SIM by group or employee is true of the temporary eSIM that is to replace it. */
const withIncoming = (accountId: string, simIds: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  ${simIds}
  union all
  select r.new_sim_id from sim_replacement r
  where r.account_id = ${accountId} and r.live_order_id is not null and r.new_sim_id is not null
    and r.old_sim_id in (${simIds})`;

/** By the beginning of an ICCID, also one that a temporary eSIM is to get, or of a temporary reference. */
const simsBeginningWith = (accountId: string, sims: RawBuilder<unknown>, q: string): RawBuilder<unknown>[] => [
  sql`${sims} and ${iccidBegins('x', q)}`,
  sql`${sims} and ${beginsWith('x.temporary_reference', q)} and (x.state = 'temporary' or x.iccid is null)`,
  sql`${sims} and x.id in (
    select r.new_sim_id from sim_replacement r
    where r.account_id = ${accountId} and r.live_order_id is not null and ${iccidBegins('r', q)})`,
];

export const findSim = async (tx: Transaction, visibility: Visibility, id: string): Promise<Sim | undefined> => {
  const { rows } = await sql<SimRow>`${selectSims} where ${simIsVisible(visibility)} and s.id = ${id}`.execute(tx);
  return rows[0] === undefined ? undefined : toSim(rows[0]);
};

export interface LockedSim {
  readonly id: string;
  readonly kind: SimKind;
  readonly state: SimState;
  readonly providerId: string;
  readonly iccid: string | null;
  readonly employeeId: string | null;
  readonly changeOrderId: string | null;
  readonly version: number;
}

interface LockedSimRow {
  id: string;
  kind: SimKind;
  state: SimState;
  provider_id: string;
  iccid: string | null;
  employee_id: string | null;
  change_order_id: string | null;
  version: number;
}

const lockedSims = sql`
  select s.id, s.kind, s.state, s.provider_id, s.iccid, s.employee_id, s.change_order_id, s.version from sim s`;

const toLockedSim = (row: LockedSimRow): LockedSim => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  providerId: row.provider_id,
  iccid: row.iccid,
  employeeId: row.employee_id,
  changeOrderId: row.change_order_id,
  version: row.version,
});

/** Takes the SIM for this transaction, and as it is in itself: a temporary eSIM has no employee here. */
export const lockSim = async (tx: Transaction, visibility: Visibility, id: string): Promise<LockedSim | undefined> => {
  const { rows } = await sql<LockedSimRow>`
    ${lockedSims} where ${simIsVisible(visibility)} and s.id = ${id} for update`.execute(tx);
  return rows[0] && toLockedSim(rows[0]);
};

/** Takes those of the SIMs that nobody else has taken, without waiting. */
export const lockSims = async (
  tx: Transaction,
  visibility: Visibility,
  ids: readonly string[],
): Promise<LockedSim[]> => {
  const { rows } = await sql<LockedSimRow>`
    ${lockedSims} where ${simIsVisible(visibility)} and s.id = any (${ids}::uuid[])
    order by s.id for update skip locked`.execute(tx);
  return rows.map(toLockedSim);
};

/** Takes the line that the SIM is on, if it is on one: before the SIM itself, as everybody does. */
export const lockLineOfSim = async (
  tx: Transaction,
  visibility: Visibility,
  simId: string,
): Promise<{ id: string; msisdn: string } | undefined> => {
  const { rows } = await sql<{ id: string; msisdn: string }>`
    select l.id, l.msisdn from line l where ${lineIsVisible(visibility)} and l.sim_id = ${simId} for update`.execute(
    tx,
  );
  return rows[0];
};

interface SimRef {
  readonly accountId: string;
  readonly id: string;
}

/** Puts the SIM into exactly these groups and says in which it was. The SIM's version counts it as a change. */
export const replaceSimGroups = async (
  tx: Transaction,
  sim: SimRef,
  groupIds: readonly string[],
): Promise<string[]> => {
  const left = await tx
    .deleteFrom('sim_group')
    .where('account_id', '=', sim.accountId)
    .where('sim_id', '=', sim.id)
    .returning('group_id')
    .execute();
  if (groupIds.length > 0) {
    await tx
      .insertInto('sim_group')
      .values(groupIds.map((group_id) => ({ account_id: sim.accountId, sim_id: sim.id, group_id })))
      .execute();
  }
  await updateSim(tx, sim, {});
  return left.map(({ group_id }) => group_id);
};

export const updateSim = async (
  tx: Transaction,
  sim: SimRef,
  change: { state?: SimState; employeeId?: string | null; iccid?: string; discardedAt?: Date },
): Promise<void> => {
  await tx
    .updateTable('sim')
    .set({
      // Also where nothing else changes: the groups of a SIM count as its own.
      version: sql`version + 1`,
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.employeeId === undefined ? {} : { employee_id: change.employeeId }),
      ...(change.iccid === undefined ? {} : { iccid: change.iccid }),
      ...(change.discardedAt === undefined ? {} : { discarded_at: change.discardedAt }),
    })
    .where('account_id', '=', sim.accountId)
    .where('id', '=', sim.id)
    .execute();
};

export const leaveAllGroups = async (tx: Transaction, sim: SimRef): Promise<void> => {
  await tx.deleteFrom('sim_group').where('account_id', '=', sim.accountId).where('sim_id', '=', sim.id).execute();
};

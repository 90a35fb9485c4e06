import type { Line } from '@simlane/contracts/http/fleet';
import type { SimKind, SimState, Slot } from '@simlane/contracts/sim';
import { toPage } from '@simlane/service-kit/pages';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { beginsWith } from '@simlane/service-kit/beginning';
import { firstIds, type PageOfIds } from './page.ts';
import { lineIsVisible, type Visibility } from './visibility.ts';

export interface LineFilters {
  readonly q?: string | undefined;
  readonly providerId?: string | undefined;
  readonly groupId?: string | undefined;
  readonly employeeId?: string | undefined;
  readonly simKind?: SimKind | undefined;
  readonly changeInFlight?: boolean | undefined;
}

interface LineRow {
  id: string;
  msisdn: string;
  provider_id: string;
  device_id: string | null;
  slot: Slot | null;
  employee_id: string | null;
  change_order_id: string | null;
  version: number;
  sim_id: string | null;
  sim_kind: SimKind;
  sim_state: SimState;
  sim_iccid: string | null;
  incoming_id: string | null;
  incoming_reference: string | null;
  incoming_iccid: string | null;
}

const selectLines = sql`
  select l.id, l.msisdn, l.provider_id, l.device_id, l.slot, l.employee_id, l.change_order_id, l.version,
    s.id as sim_id, s.kind as sim_kind, s.state as sim_state, s.iccid as sim_iccid,
    r.new_sim_id as incoming_id, r.temporary_reference as incoming_reference, r.iccid as incoming_iccid
  from line l
  left join sim s on s.account_id = l.account_id and s.id = l.sim_id
  left join sim_replacement r on r.account_id = l.account_id and r.order_id = l.change_order_id`;

const toLine = (row: LineRow): Line => ({
  id: row.id,
  msisdn: row.msisdn,
  providerId: row.provider_id,
  deviceId: row.device_id,
  slot: row.slot,
  employeeId: row.employee_id,
  sim: row.sim_id === null ? null : { id: row.sim_id, kind: row.sim_kind, state: row.sim_state, iccid: row.sim_iccid },
  incomingSim:
    row.incoming_id === null
      ? null
      : { id: row.incoming_id, temporaryReference: row.incoming_reference, iccid: row.incoming_iccid },
  changeInFlight: row.change_order_id === null ? null : { orderId: row.change_order_id },
  version: row.version,
});

/** One page of lines with their SIM and the incoming SIM, in one statement. */
export const listLines = async (
  tx: Transaction,
  visibility: Visibility,
  filters: LineFilters,
  page: PageOfIds,
): Promise<{ items: Line[]; nextCursor: string | null }> => {
  const conditions = sql.join(lineConditions(visibility, filters, page), sql` and `);
  const { q } = filters;
  const wanted = q === undefined ? conditions : sql`l.id in ${linesBeginningWith(q, conditions, page)}`;
  const { rows } = await sql<LineRow>`${selectLines}
    where ${lineIsVisible(visibility)} and ${wanted} order by l.id limit ${page.limit + 1}`.execute(tx);
  return toPage(rows, page.limit, ({ id }) => [id], toLine);
};

const lineConditions = (visibility: Visibility, filters: LineFilters, page: PageOfIds): RawBuilder<unknown>[] => {
  const { providerId, groupId, employeeId, simKind, changeInFlight } = filters;
  const conditions: RawBuilder<unknown>[] = [lineIsVisible(visibility)];
  if (page.afterId !== null) conditions.push(sql`l.id > ${page.afterId}`);
  if (providerId !== undefined) conditions.push(sql`l.provider_id = ${providerId}`);
  if (employeeId !== undefined) conditions.push(sql`l.employee_id = ${employeeId}`);
  if (simKind !== undefined) conditions.push(sql`s.kind = ${simKind}`);
  if (groupId !== undefined) {
    conditions.push(sql`l.sim_id in (
      select x.sim_id from sim_group x where x.account_id = ${visibility.accountId} and x.group_id = ${groupId})`);
  }
  if (changeInFlight !== undefined) {
    conditions.push(changeInFlight ? sql`l.change_order_id is not null` : sql`l.change_order_id is null`);
  }
  return conditions;
};

/** By the beginning of a number, with or without `+`, or of the ICCID of the SIM on the line. */
const linesBeginningWith = (q: string, conditions: RawBuilder<unknown>, page: PageOfIds): RawBuilder<unknown> => {
  const lines = sql`select l.id from line l left join sim s on s.account_id = l.account_id and s.id = l.sim_id
    where ${conditions}`;
  return firstIds([sql`${lines} and ${numberBegins('l', q)}`, sql`${lines} and ${iccidBegins('s', q)}`], page);
};

export const numberBegins = (line: string, q: string): RawBuilder<boolean> =>
  beginsWith(`${line}.msisdn`, q.startsWith('+') ? q : `+${q}`);
export const iccidBegins = (sim: string, q: string): RawBuilder<boolean> => beginsWith(`${sim}.iccid`, q.toUpperCase());

export const findLine = async (tx: Transaction, visibility: Visibility, id: string): Promise<Line | undefined> => {
  const { rows } = await sql<LineRow>`${selectLines} where ${lineIsVisible(visibility)} and l.id = ${id}`.execute(tx);
  return rows[0] === undefined ? undefined : toLine(rows[0]);
};

export interface LockedLine {
  readonly id: string;
  readonly deviceId: string | null;
  readonly slot: Slot | null;
  readonly version: number;
}

/** Takes the line for this transaction. Whoever needs its SIM too takes it after the line. */
export const lockLine = async (
  tx: Transaction,
  visibility: Visibility,
  id: string,
): Promise<LockedLine | undefined> => {
  const { rows } = await sql<{ id: string; device_id: string | null; slot: Slot | null; version: number }>`
    select l.id, l.device_id, l.slot, l.version from line l
    where ${lineIsVisible(visibility)} and l.id = ${id} for update`.execute(tx);
  const row = rows[0];
  return row && { id: row.id, deviceId: row.device_id, slot: row.slot, version: row.version };
};

/** Violates `line_slot` where another line is in that slot. */
export const putLineIntoSlot = async (
  tx: Transaction,
  line: { accountId: string; id: string },
  slot: { deviceId: string; number: Slot } | null,
): Promise<void> => {
  await tx
    .updateTable('line')
    .set({ device_id: slot?.deviceId ?? null, slot: slot?.number ?? null })
    .where('account_id', '=', line.accountId)
    .where('id', '=', line.id)
    .execute();
};

import type { Device } from '@simlane/contracts/http/fleet';
import { SLOTS, type SimKind, type SimState, type Slot } from '@simlane/contracts/sim';
import { toPage } from '@simlane/service-kit/pages';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { beginsWith } from '@simlane/service-kit/beginning';
import { iccidBegins, numberBegins } from './line.repository.ts';
import { firstIds, type PageOfIds } from './page.ts';
import { deviceIsVisible, employeeIsVisible, lineIsVisible, type Visibility } from './visibility.ts';

export interface DeviceFilters {
  readonly q?: string | undefined;
  readonly employeeId?: string | undefined;
}

interface DeviceRow {
  id: string;
  make: string;
  model: string;
  imei1: string | null;
  imei2: string | null;
  eid: string | null;
  esim_capable: 'yes' | 'no' | 'unknown';
  employee_id: string | null;
  version: number;
  lines: SlotRow[];
}

interface SlotRow {
  id: string;
  msisdn: string;
  provider_id: string;
  slot: Slot;
  change_order_id: string | null;
  sim_id: string | null;
  sim_kind: SimKind;
  sim_state: SimState;
  sim_iccid: string | null;
  incoming_id: string | null;
  incoming_reference: string | null;
  incoming_iccid: string | null;
}

const selectDevices = (visibility: Visibility) => sql`
  select d.id, d.make, d.model, d.imei1, d.imei2, d.eid, d.esim_capable, d.employee_id, d.version,
    coalesce((
      select json_agg(x) from (
        select l.id, l.msisdn, l.provider_id, l.slot, l.change_order_id,
          s.id as sim_id, s.kind as sim_kind, s.state as sim_state, s.iccid as sim_iccid,
          r.new_sim_id as incoming_id, r.temporary_reference as incoming_reference, r.iccid as incoming_iccid
        from line l
        left join sim s on s.account_id = l.account_id and s.id = l.sim_id
        left join sim_replacement r on r.account_id = l.account_id and r.order_id = l.change_order_id
        where l.device_id = d.id and ${lineIsVisible(visibility)}
      ) x), '[]'::json) as lines
  from device d`;

const toSlot = (slot: Slot, row: SlotRow | undefined): Device['slots'][number] => ({
  slot,
  line: row === undefined ? null : { id: row.id, msisdn: row.msisdn, providerId: row.provider_id },
  sim:
    row === undefined || row.sim_id === null
      ? null
      : { id: row.sim_id, kind: row.sim_kind, state: row.sim_state, iccid: row.sim_iccid },
  incomingSim:
    row === undefined || row.incoming_id === null
      ? null
      : { id: row.incoming_id, temporaryReference: row.incoming_reference, iccid: row.incoming_iccid },
  changeInFlight: row === undefined || row.change_order_id === null ? null : { orderId: row.change_order_id },
  qrCodeState: 'none',
});

const toDevice = (row: DeviceRow): Device => ({
  id: row.id,
  make: row.make,
  model: row.model,
  imei1: row.imei1,
  imei2: row.imei2,
  eid: row.eid,
  esimCapable: row.esim_capable,
  employeeId: row.employee_id,
  slots: SLOTS.map((slot) =>
    toSlot(
      slot,
      row.lines.find((line) => line.slot === slot),
    ),
  ),
  version: row.version,
});

/** One page of devices, each with its three slots, in one statement. */
export const listDevices = async (
  tx: Transaction,
  visibility: Visibility,
  { q, employeeId }: DeviceFilters,
  page: PageOfIds,
): Promise<{ items: Device[]; nextCursor: string | null }> => {
  const conditions: RawBuilder<unknown>[] = [deviceIsVisible(visibility)];
  if (page.afterId !== null) conditions.push(sql`d.id > ${page.afterId}`);
  if (employeeId !== undefined) conditions.push(sql`d.employee_id = ${employeeId}`);
  const all = sql.join(conditions, sql` and `);
  const wanted = q === undefined ? all : sql`d.id in ${firstIds(devicesBeginningWith(visibility, all, q), page)}`;
  const { rows } = await sql<DeviceRow>`${selectDevices(visibility)}
    where ${deviceIsVisible(visibility)} and ${wanted} order by d.id limit ${page.limit + 1}`.execute(tx);
  return toPage(rows, page.limit, ({ id }) => [id], toDevice);
};

/** By the beginning of an IMEI, a number, an ICCID, or of make, model or employee. */
const devicesBeginningWith = (
  visibility: Visibility,
  conditions: RawBuilder<unknown>,
  q: string,
): RawBuilder<unknown>[] => {
  const text = q.toLowerCase();
  const byLine = sql`select l.device_id as id from line l
    join device d on d.account_id = l.account_id and d.id = l.device_id`;
  return [
    ...['imei1', 'imei2', 'make_sought', 'model_sought'].map(
      (column) => sql`select d.id from device d where ${conditions} and ${beginsWith(`d.${column}`, text)}`,
    ),
    sql`${byLine} where ${conditions} and ${lineIsVisible(visibility)} and ${numberBegins('l', q)}`,
    sql`${byLine} join sim s on s.account_id = l.account_id and s.id = l.sim_id
      where ${conditions} and ${lineIsVisible(visibility)} and ${iccidBegins('s', q)}`,
    sql`select d.id from device d join employee e on e.account_id = d.account_id and e.id = d.employee_id
      where ${conditions} and ${employeeIsVisible(visibility)} and ${beginsWith('e.name_sought', text)}`,
  ];
};

export const findDevice = async (tx: Transaction, visibility: Visibility, id: string): Promise<Device | undefined> => {
  const { rows } = await sql<DeviceRow>`${selectDevices(visibility)}
    where ${deviceIsVisible(visibility)} and d.id = ${id}`.execute(tx);
  return rows[0] === undefined ? undefined : toDevice(rows[0]);
};

export const deviceExists = async (tx: Transaction, visibility: Visibility, id: string): Promise<boolean> => {
  const { rows } = await sql`select from device d where ${deviceIsVisible(visibility)} and d.id = ${id}`.execute(tx);
  return rows.length > 0;
};

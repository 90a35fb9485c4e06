import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import type { IccidHolder } from './sim-iccid.ts';

interface HolderRow {
  id: string;
  iccid: string;
  temporary_reference: string | null;
  discarded: boolean;
}

/**
 * Other SIMs that have or had this ICCID, the same digits with or without a check digit, or, being temporary
 * eSIMs, are to get it.
 */
export const iccidHolders = async (
  tx: Transaction,
  accountId: string,
  { iccid, exceptSimId }: { iccid: string; exceptSimId: string | null },
): Promise<IccidHolder[]> => {
  const withoutCheckDigit = iccid.slice(0, -1);
  const withCheckDigit = Array.from({ length: 10 }, (_, digit) => `${iccid}${digit}`);
  const alike = [iccid, withoutCheckDigit, ...withCheckDigit];
  const { rows } = await sql<HolderRow>`
    select x.id, x.iccid, x.temporary_reference, x.state = 'discarded' as discarded from sim x
    where x.account_id = ${accountId} and x.iccid = any(${alike}::text[])
      and x.id is distinct from ${exceptSimId}::uuid
    union all
    select r.new_sim_id, r.iccid, r.temporary_reference, false from sim_replacement r
    where r.account_id = ${accountId} and r.live_order_id is not null and r.iccid = ${iccid}
      and r.new_sim_id is not null and r.new_sim_id is distinct from ${exceptSimId}::uuid`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    name: row.temporary_reference ?? row.iccid,
    iccid: row.iccid,
    discarded: row.discarded,
  }));
};

/** Which of these ICCIDs a SIM in use has, and which one. A temporary eSIM has none yet. */
export const simsWithIccids = async (
  tx: Transaction,
  accountId: string,
  iccids: readonly string[],
  exceptSimId: string | null,
): Promise<ReadonlyMap<string, string>> => {
  if (iccids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; iccid: string }>`
    select x.id, x.iccid from sim x
    where x.account_id = ${accountId} and x.iccid = any(${[...iccids]}::text[]) and x.state <> 'discarded'
      and x.id is distinct from ${exceptSimId}::uuid`.execute(tx);
  return new Map(rows.map(({ id, iccid }) => [iccid, id]));
};

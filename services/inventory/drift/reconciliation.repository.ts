import { type Selectable, sql } from 'kysely';
import type { ServiceReconciliationTable, Transaction } from '../database.ts';

/** Of all SIMs of an account, under the account's id, or of one SIM, under the SIM's. */
export interface ReconciliationRef {
  readonly accountId: string;
  readonly id: string;
}

/** SIMs are taken by provider, so that one that does not answer can be passed by. */
export interface Place {
  readonly providerId: string;
  readonly simId: string;
}

export interface Reconciliation extends ReconciliationRef {
  readonly simId: string | null;
  /** Since when one is wanted that has not ended. */
  readonly askedAt: Date | null;
  readonly beganAt: Date | null;
  readonly endedAt: Date | null;
  /** Up to where the one that is under way has come. */
  readonly place: Place | null;
  readonly compared: number;
  readonly unread: number;
}

const toReconciliation = (row: Selectable<ServiceReconciliationTable>): Reconciliation => ({
  accountId: row.account_id,
  id: row.id,
  simId: row.sim_id,
  askedAt: row.asked_at,
  beganAt: row.began_at,
  endedAt: row.ended_at,
  place:
    row.place_provider_id === null || row.place_sim_id === null
      ? null
      : { providerId: row.place_provider_id, simId: row.place_sim_id },
  compared: row.compared,
  unread: row.unread,
});

const select = (tx: Transaction, { accountId, id }: ReconciliationRef) =>
  tx.selectFrom('service_reconciliation').selectAll().where('account_id', '=', accountId).where('id', '=', id);

export const findReconciliation = async (
  tx: Transaction,
  ref: ReconciliationRef,
): Promise<Reconciliation | undefined> => {
  const row = await select(tx, ref).executeTakeFirst();
  return row && toReconciliation(row);
};

export const lockReconciliation = async (
  tx: Transaction,
  ref: ReconciliationRef,
): Promise<Reconciliation | undefined> => {
  const row = await select(tx, ref).forUpdate().executeTakeFirst();
  return row && toReconciliation(row);
};

/** @returns whether it was not there */
export const insertReconciliation = async (
  tx: Transaction,
  { accountId, id }: ReconciliationRef,
  { simId }: { readonly simId: string | null },
): Promise<boolean> => {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('service_reconciliation')
    .values({
      account_id: accountId,
      id,
      sim_id: simId,
      asked_at: null,
      began_at: null,
      ended_at: null,
      place_provider_id: null,
      place_sim_id: null,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
};

export const updateReconciliation = async (
  tx: Transaction,
  { accountId, id }: ReconciliationRef,
  set: Partial<Pick<Reconciliation, 'askedAt' | 'beganAt' | 'endedAt' | 'place' | 'compared' | 'unread'>>,
): Promise<void> => {
  await tx
    .updateTable('service_reconciliation')
    .set({
      ...(set.askedAt === undefined ? {} : { asked_at: set.askedAt }),
      ...(set.beganAt === undefined ? {} : { began_at: set.beganAt }),
      ...(set.endedAt === undefined ? {} : { ended_at: set.endedAt }),
      ...(set.place === undefined
        ? {}
        : { place_provider_id: set.place?.providerId ?? null, place_sim_id: set.place?.simId ?? null }),
      ...(set.compared === undefined ? {} : { compared: set.compared }),
      ...(set.unread === undefined ? {} : { unread: set.unread }),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute();
};

/**
 * The next SIMs that a provider can be asked about, by provider and id, however their services stand: what is on the way
 * is told by their documents.
 */
export const simsAfter = async (
  tx: Transaction,
  { accountId, simId }: Reconciliation,
  { place, limit }: { readonly place: Place | null; readonly limit: number },
): Promise<(Place & { readonly iccid: string })[]> => {
  const { rows } = await sql<{ provider_id: string; sim_id: string; iccid: string }>`
    select ss.provider_id, ss.sim_id, s.iccid
    from sim_services ss join sim s on s.account_id = ss.account_id and s.id = ss.sim_id
    where ss.account_id = ${accountId} and s.state <> 'discarded' and s.iccid is not null
      ${simId === null ? sql`` : sql`and ss.sim_id = ${simId}`}
      ${place === null ? sql`` : sql`and (ss.provider_id, ss.sim_id) > (${place.providerId}::uuid, ${place.simId}::uuid)`}
    order by ss.provider_id, ss.sim_id limit ${limit}`.execute(tx);
  return rows.map((row) => ({ providerId: row.provider_id, simId: row.sim_id, iccid: row.iccid }));
};

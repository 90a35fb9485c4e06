import { type Selectable, sql, type UpdateObject } from 'kysely';
import type { OrderDatabase, Tx } from '../database.ts';
import type { StoredServiceCall } from './service-call.ts';

export type NewServiceCall = Pick<
  StoredServiceCall,
  'changeId' | 'simId' | 'providerId' | 'iccid' | 'options' | 'ratePlan' | 'effectiveOn' | 'bodyHash'
>;

/** Stores those calls of whose change there is none, and resolves to them. */
export const insertServiceCalls = async (
  tx: Tx,
  accountId: string,
  calls: readonly NewServiceCall[],
): Promise<StoredServiceCall[]> => {
  if (calls.length === 0) return [];
  const rows = await tx
    .insertInto('service_call')
    .values(
      calls.map((call) => ({
        account_id: accountId,
        change_id: call.changeId,
        sim_id: call.simId,
        provider_id: call.providerId,
        iccid: call.iccid,
        options: JSON.stringify(call.options),
        rate_plan: call.ratePlan,
        effective_on: call.effectiveOn,
        body_hash: call.bodyHash,
      })),
    )
    .onConflict((conflict) => conflict.columns(['account_id', 'change_id']).doNothing())
    .returningAll()
    .execute();
  return rows.map(toServiceCall);
};

const selectServiceCall = (tx: Tx, accountId: string) =>
  tx.selectFrom('service_call').selectAll().where('account_id', '=', accountId);

export const findServiceCall = async (
  tx: Tx,
  accountId: string,
  changeId: string,
): Promise<StoredServiceCall | undefined> => {
  const row = await selectServiceCall(tx, accountId).where('change_id', '=', changeId).executeTakeFirst();
  return row && toServiceCall(row);
};

/** Those that are there, in no order. */
export const findServiceCalls = async (
  tx: Tx,
  accountId: string,
  changeIds: readonly string[],
): Promise<StoredServiceCall[]> => {
  if (changeIds.length === 0) return [];
  const rows = await selectServiceCall(tx, accountId)
    .where('change_id', '=', sql<string>`any (${changeIds}::uuid[])`)
    .execute();
  return rows.map(toServiceCall);
};

/** By the id of the row, which its due row has. */
export const findServiceCallById = async (
  tx: Tx,
  accountId: string,
  id: string,
): Promise<StoredServiceCall | undefined> => {
  const row = await selectServiceCall(tx, accountId).where('id', '=', id).executeTakeFirst();
  return row && toServiceCall(row);
};

/** The call with its row locked: whatever is said about it is judged one after another. */
export const lockServiceCall = async (
  tx: Tx,
  accountId: string,
  changeId: string,
): Promise<StoredServiceCall | undefined> => {
  const row = await selectServiceCall(tx, accountId).where('change_id', '=', changeId).forUpdate().executeTakeFirst();
  return row && toServiceCall(row);
};

/** The same for many; those that are not there are left out. In one order for all: nobody waits for who waits for him. */
export const lockServiceCalls = async (
  tx: Tx,
  accountId: string,
  changeIds: readonly string[],
): Promise<StoredServiceCall[]> => {
  const rows = await selectServiceCall(tx, accountId)
    .where('change_id', '=', sql<string>`any (${changeIds}::uuid[])`)
    .orderBy('change_id')
    .forUpdate()
    .execute();
  return rows.map(toServiceCall);
};

/** The answers to these calls, whose rows are locked, are taken up to this version. */
export const setTakenVersions = async (
  tx: Tx,
  accountId: string,
  taken: readonly Pick<StoredServiceCall, 'id' | 'takenVersion'>[],
): Promise<void> => {
  if (taken.length === 0) return;
  await sql`
    update service_call set taken_version = now_is.taken_version
    from unnest(
      ${taken.map(({ id }) => id)}::uuid[], ${taken.map(({ takenVersion }) => takenVersion)}::integer[]
    ) as now_is (id, taken_version)
    where service_call.account_id = ${accountId} and service_call.id = now_is.id`.execute(tx);
};

/** Changes a call whose row is locked. */
export const updateServiceCall = async (
  tx: Tx,
  { accountId, id }: StoredServiceCall,
  changes: UpdateObject<OrderDatabase, 'service_call'>,
): Promise<StoredServiceCall> => {
  const row = await tx
    .updateTable('service_call')
    .set(changes)
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toServiceCall(row);
};

const toServiceCall = (row: Selectable<OrderDatabase['service_call']>): StoredServiceCall => ({
  accountId: row.account_id,
  id: row.id,
  changeId: row.change_id,
  simId: row.sim_id,
  providerId: row.provider_id,
  iccid: row.iccid,
  options: row.options,
  ratePlan: row.rate_plan,
  effectiveOn: row.effective_on,
  bodyHash: row.body_hash,
  attemptedAt: row.attempted_at,
  sentAt: row.sent_at,
  answeredAt: row.answered_at,
  answers: row.answers,
  version: row.version,
  takenVersion: row.taken_version,
});

import type { RatePlan, RatePlanVersion } from '@simlane/contracts/http/service-profiles';
import type { Tx } from '../database.ts';
import type { Resource } from '../resource.ts';
import { timeOf, timeOrNull } from '../time.ts';
import { firstHeld, type KeyedRequest, type Purpose, requestColumns, toVersion } from './versioned.repository.ts';

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('rate_plan')
    .select(['id', 'version', 'name', 'provider_id as providerId', 'code', 'archived_at as archivedAt'])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const toPlan = (row: Row): RatePlan => ({ ...row, archivedAt: timeOrNull(row.archivedAt) });

export const ratePlans = { select, toItem: toPlan } satisfies Resource<Row, RatePlan>;

/** The plan, held until the transaction ends. */
export const holdRatePlan = async (
  tx: Tx,
  accountId: string,
  id: string,
  purpose: Purpose,
): Promise<RatePlan | undefined> => {
  const row = await firstHeld(select(tx, accountId).where('id', '=', id), purpose);
  return row && toPlan(row);
};

/** Adds a plan in its first version; false, and nothing added, where the id or the request has been there before. */
export const addRatePlan = async (
  tx: Tx,
  accountId: string,
  plan: Omit<RatePlan, 'version' | 'archivedAt'>,
  by: { readonly sub: string; readonly request: KeyedRequest | null },
): Promise<boolean> => {
  const first: RatePlan = { ...plan, version: 1, archivedAt: null };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('rate_plan')
    .values({
      account_id: accountId,
      id: plan.id,
      provider_id: plan.providerId,
      ...columnsOf(first),
      ...requestColumns(by.request),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await addVersion(tx, accountId, first, by.sub);
  return true;
};

/** Makes the next version of a plan that is held to be changed. */
export const changeRatePlan = async (
  tx: Tx,
  accountId: string,
  plan: RatePlan,
  changes: Partial<Pick<RatePlan, 'name' | 'code' | 'archivedAt'>>,
  sub: string,
): Promise<RatePlan> => {
  const next = { ...plan, ...changes, version: plan.version + 1 };
  await tx
    .updateTable('rate_plan')
    .set(columnsOf(next))
    .where('account_id', '=', accountId)
    .where('id', '=', plan.id)
    .execute();
  await addVersion(tx, accountId, next, sub);
  return next;
};

const addVersion = async (tx: Tx, accountId: string, plan: RatePlan, sub: string): Promise<void> => {
  await tx
    .insertInto('rate_plan_version')
    .values({ account_id: accountId, rate_plan_id: plan.id, created_by: sub, ...columnsOf(plan) })
    .execute();
};

const columnsOf = ({ version, name, code, archivedAt }: RatePlan) => ({
  version,
  name,
  code,
  archived_at: timeOf(archivedAt),
});

/** The newest first, from the one before `before` on. */
export const listRatePlanVersions = async (
  tx: Tx,
  accountId: string,
  id: string,
  { before, most }: { before: number | null; most: number },
): Promise<RatePlanVersion[]> => {
  let query = tx
    .selectFrom('rate_plan_version')
    .select(['version', 'created_at', 'created_by', 'name', 'code', 'archived_at'])
    .where('account_id', '=', accountId)
    .where('rate_plan_id', '=', id)
    .orderBy('version', 'desc')
    .limit(most);
  if (before !== null) query = query.where('version', '<', before);
  return (await query.execute()).map(toVersion);
};

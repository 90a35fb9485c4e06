import type { RatePlan, ratePlanRoutes } from '@simlane/contracts/http/service-profiles';
import type { RouteBody } from '@simlane/contracts/http/route';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Db, Tx } from '../database.ts';
import { keyedRequest, makeOnce } from './making.service.ts';
import { addRatePlan, changeRatePlan, holdRatePlan, ratePlans } from './rate-plan.repository.ts';
import { readItem, requireProvider } from './reading.ts';
import { listProfilesUsing } from './service-profile.repository.ts';
import { codeInUse, inUse, requireUnarchived, requireVersion } from './versioned.ts';

/** @throws ProblemError `not_found` or `archived` (the provider), `idempotency_key_reused` */
export const createRatePlan = (
  db: Db,
  caller: Caller,
  body: RouteBody<typeof ratePlanRoutes.createRatePlan>,
  key: string,
): Promise<RatePlan> => {
  const { accountId, sub } = caller;
  const request = keyedRequest(caller, key, body);
  return inAccount(db, accountId, async (tx) => {
    const id = await makeOnce(tx, { table: 'rate_plan', accountId }, request, async () => {
      await requireProvider(tx, accountId, body.providerId);
      const fresh = uuidV7();
      return (await addRatePlan(tx, accountId, { id: fresh, ...body }, { sub, request })) ? fresh : undefined;
    });
    return readItem(tx, accountId, id, ratePlans);
  });
};

/**
 * Edits a plan in the version that the caller has read; what the command leaves out stays, and the same again makes no
 * version. The code is what the provider knows the plan by: while profiles have the plan, another code would be another plan
 * for all their SIMs.
 *
 * @throws ProblemError `stale_version`, `archived`, `used_by_profiles`
 */
export const editRatePlan = (
  db: Db,
  { accountId, sub }: Caller,
  { id, version }: { id: string; version: number },
  changes: RouteBody<typeof ratePlanRoutes.editRatePlan>,
): Promise<RatePlan> =>
  inAccount(db, accountId, async (tx) => {
    const plan = await takePlan(tx, accountId, id);
    requireVersion(plan.version, version);
    requireUnarchived('rate plan', plan);
    const { name = plan.name, code = plan.code } = changes;
    if (name === plan.name && code === plan.code) return plan;
    if (code !== plan.code) await requireUnused(tx, accountId, plan);
    return changeRatePlan(tx, accountId, plan, { name, code }, sub);
  });

const requireUnused = async (tx: Tx, accountId: string, plan: RatePlan): Promise<void> => {
  const profiles = await listProfilesUsing(tx, accountId, { ratePlanId: plan.id });
  if (profiles.length > 0) throw codeInUse(plan, profiles);
};

/** Archives a plan that no profile uses; a repeat changes nothing. @throws ProblemError `used_by_profiles` */
export const archiveRatePlan = (db: Db, { accountId, sub }: Caller, id: string): Promise<RatePlan> =>
  inAccount(db, accountId, async (tx) => {
    const plan = await takePlan(tx, accountId, id);
    if (plan.archivedAt !== null) return plan;
    const profiles = await listProfilesUsing(tx, accountId, { ratePlanId: id });
    if (profiles.length > 0) throw inUse('rate plan', plan, profiles);
    return changeRatePlan(tx, accountId, plan, { archivedAt: new Date().toISOString() }, sub);
  });

const takePlan = async (tx: Tx, accountId: string, id: string): Promise<RatePlan> => {
  const plan = await holdRatePlan(tx, accountId, id, 'to_change');
  if (plan === undefined) throw notFound();
  return plan;
};

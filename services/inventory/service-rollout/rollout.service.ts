import type {
  RolloutOver,
  RolloutWish,
  ServiceRollout,
  ServiceRolloutSim,
  ServiceRolloutSummary,
} from '@simlane/contracts/http/service-rollouts';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import type { RolloutSimState, ServiceRolloutState } from '@simlane/contracts/service-rollouts';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { type KeyedRequest, requireSameBody } from '@simlane/service-kit/idempotency-key';
import { onceUnderKey } from '@simlane/service-kit/once-under-key';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database, Transaction } from '../database.ts';
import type { PageOfIds, PageOfNewest } from '../fleet/page.ts';
import { timeNow } from '../sim-services/clock.ts';
import { byCaller } from '../timeline/origin.ts';
import { listTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { canarySize } from './rollout.ts';
import { endRollout, pauseRollout, runRollout } from './rollout-changing.ts';
import { type Rollouts, setOf, type Target, targetOf } from './rollout-ground.ts';
import { broughtBackNow, seenOf } from './rollout-preview.service.ts';
import { emptyRollout, requireAcceptedFaults } from './rollout-set.ts';
import type { Members } from './rollout-set.repository.ts';
import { addRolloutSims, countAnswers, countStates, listSims, wantFailedAgain } from './rollout-sims.repository.ts';
import { tally } from './rollout-tally.repository.ts';
import { requireSeen } from './rollout-token.ts';
import { toRolloutView, toSimView, toSummary } from './rollout-view.ts';
import {
  findRollout,
  findRolloutOfKey,
  insertRollout,
  listStoredRollouts,
  lockRollout,
  type RequestOrigin,
  type RolloutRef,
  type StoredRollout,
} from './rollout.repository.ts';

const noRollout = (): ProblemError => notFound('There is no such rollout');

/**
 * Fixes the set and starts the rollout, in one transaction. A repeat under the key is answered with the rollout as it is
 * by then.
 *
 * @throws ProblemError as the contract names them
 */
export const createRollout = (
  rollouts: Rollouts,
  caller: Caller,
  wish: RolloutWish,
  key: string,
): Promise<ServiceRollout> => {
  const { db, onDue } = rollouts;
  const { accountId, sub } = caller;
  const origin = { caller: sub, key, bodyHash: bodyHash(wish) };
  return onceUnderKey({
    find: () => readInAccount(db, accountId, (tx) => rolloutOfKey(tx, accountId, origin)),
    make: async () => {
      const target = await targetOf(rollouts, caller, wish);
      const backTo = await broughtBackNow(rollouts, caller, { wish, target });
      const made = await inAccount(db, accountId, (tx) => addRollout(tx, caller, { wish, target, backTo, origin }));
      onDue();
      return made;
    },
    constraint: 'service_rollout_key',
  });
};

const rolloutOfKey = async (
  tx: Transaction,
  accountId: string,
  origin: KeyedRequest,
): Promise<ServiceRollout | undefined> => {
  const before = await findRolloutOfKey(tx, accountId, origin);
  if (before === undefined) return undefined;
  requireSameBody(before, origin);
  return shown(tx, before);
};

const shown = async (tx: Transaction, rollout: StoredRollout): Promise<ServiceRollout> =>
  toRolloutView(rollout, await countStates(tx, rollout), timeNow());

const shownAfter = async (tx: Transaction, ref: RolloutRef): Promise<ServiceRollout> => {
  const rollout = await findRollout(tx, ref);
  if (rollout === undefined) throw noRollout();
  return shown(tx, rollout);
};

const addRollout = async (
  tx: Transaction,
  caller: Caller,
  {
    wish,
    target,
    backTo,
    origin,
  }: {
    readonly wish: RolloutWish;
    readonly target: Target;
    readonly backTo: Awaited<ReturnType<typeof broughtBackNow>>;
    readonly origin: KeyedRequest;
  },
): Promise<ServiceRollout> => {
  const set = await setOf(tx, caller, { over: wish.over, providerId: target.providerId });
  if (wish.previewToken !== undefined) {
    const rows = await tally(tx, set.members);
    requireSeen(wish.previewToken, seenOf(wish, { target, backTo, set, rows, now: timeNow() }).seen);
  }
  const { change, canary, stopAtFailureShare, acceptWarnings } = wish;
  requireAcceptedFaults(set.warnings, set.faults, acceptWarnings);
  const rollout = newRollout(caller, {
    kind: change.kind,
    profileId: change.kind === 'migrate' ? change.serviceProfileId : null,
    over: overOf(wish.over),
    stopAtFailureShare,
    bodyHash: origin.bodyHash,
  });
  const started = await startRollout(tx, rollout, { members: set.members, canary: canary?.sims, origin, caller });
  if (started === null) throw emptyRollout(set.faults);
  return shownAfter(tx, rollout);
};

const overOf = (over: RolloutOver): StoredRollout['over'] => {
  if ('serviceProfileId' in over) return { kind: 'service_profile', id: over.serviceProfileId };
  if ('groupId' in over) return { kind: 'group', id: over.groupId };
  return { kind: 'csv' in over ? 'csv' : 'sims', id: null };
};

/** One that has no SIMs yet. */
export const newRollout = (
  { accountId, sub }: Caller,
  given: Pick<StoredRollout, 'kind' | 'profileId' | 'over' | 'stopAtFailureShare' | 'bodyHash'> &
    Partial<Pick<StoredRollout, 'profile' | 'changeId'>>,
): StoredRollout => {
  const now = timeNow();
  return {
    accountId,
    id: uuidV7(),
    state: 'running',
    stoppedBecause: null,
    profile: null,
    changeId: null,
    sims: 0,
    waiting: 0,
    moves: 0,
    canary: 0,
    begunWith: { moves: 0, answered: 0 },
    answered: 0,
    quietSince: now,
    perMinute: null,
    requestedBy: sub,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    ...given,
  };
};

/** Writes the rollout with its SIMs, and wakes its workflow. Null where it has none: then it is not to be left so. */
export const startRollout = async (
  tx: Transaction,
  rollout: StoredRollout,
  {
    members,
    canary,
    origin,
    caller,
  }: {
    readonly members: Members;
    readonly canary: number | undefined;
    readonly origin: RequestOrigin | null;
    readonly caller: Caller;
  },
): Promise<StoredRollout | null> => {
  await insertRollout(tx, rollout, origin);
  const sims = await addRolloutSims(tx, rollout, members);
  if (sims === 0) return null;
  const started = { ...rollout, sims, waiting: sims, canary: canarySize(canary, sims) };
  await runRollout(tx, started, { event: 'rollout_created', now: rollout.createdAt, origin: byCaller(caller) });
  return started;
};

export const readRollout = (db: Database, { accountId }: Caller, id: string): Promise<ServiceRollout> =>
  readInAccount(db, accountId, (tx) => shownAfter(tx, { accountId, id }));

export const listRollouts = (
  db: Database,
  { accountId }: Caller,
  filters: { readonly state?: ServiceRolloutState | undefined },
  page: PageOfNewest,
): Promise<{ items: ServiceRolloutSummary[]; nextCursor: string | null }> =>
  readInAccount(db, accountId, async (tx) => {
    const { items, nextCursor } = await listStoredRollouts(tx, accountId, filters, page);
    return { items: items.map(toSummary), nextCursor };
  });

export const listRolloutSims = (
  db: Database,
  { accountId }: Caller,
  id: string,
  query: { readonly state?: RolloutSimState | undefined; readonly after: number; readonly limit: number },
): Promise<{ items: ServiceRolloutSim[]; nextCursor: string | null }> =>
  readInAccount(db, accountId, async (tx) => {
    const rollout = await findRollout(tx, { accountId, id });
    if (rollout === undefined) throw noRollout();
    const { items, nextCursor } = await listSims(tx, rollout, query, query);
    return { items: items.map((sim) => toSimView(sim, rollout)), nextCursor };
  });

export const readRolloutTimeline = (
  db: Database,
  { accountId }: Caller,
  id: string,
  page: PageOfIds,
): Promise<{ items: TimelineEntry[]; nextCursor: string | null }> =>
  readInAccount(db, accountId, async (tx) => {
    if ((await findRollout(tx, { accountId, id })) === undefined) throw noRollout();
    return listTimeline(tx, accountId, { type: 'service_rollout', id }, page);
  });

/** What a person decides about a rollout, carried out with the rollout held; null: it is so already. */
type Decision = (tx: Transaction, rollout: StoredRollout, by: { origin: Origin; now: Date }) => Promise<void> | null;

const decide = async (rollouts: Rollouts, caller: Caller, id: string, decision: Decision): Promise<ServiceRollout> => {
  const { accountId } = caller;
  const ref = { accountId, id };
  const decided = await inAccount(rollouts.db, accountId, async (tx) => {
    const rollout = await lockRollout(tx, ref);
    if (rollout === undefined) throw noRollout();
    await decision(tx, rollout, { origin: byCaller(caller), now: timeNow() });
    return shownAfter(tx, ref);
  });
  rollouts.onDue();
  return decided;
};

const notPossible = ({ state }: StoredRollout, what: string, fix: string): ProblemError =>
  new ProblemError('service_rollout_state', `The rollout is ${state}, and cannot be ${what}`, { fix });

export const pause = (rollouts: Rollouts, caller: Caller, id: string): Promise<ServiceRollout> =>
  decide(rollouts, caller, id, (tx, rollout, { origin }) => {
    if (rollout.state === 'paused') return null;
    if (rollout.state !== 'running') throw notPossible(rollout, 'paused', 'It moves nothing any more');
    return pauseRollout(tx, rollout, origin);
  });

export const resume = (rollouts: Rollouts, caller: Caller, id: string): Promise<ServiceRollout> =>
  decide(rollouts, caller, id, (tx, rollout, { origin, now }) => {
    if (rollout.state === 'running') return null;
    if (rollout.state !== 'paused') throw notPossible(rollout, 'resumed', 'Retry it: POST service-rollouts/{id}/retry');
    return runRollout(tx, rollout, { event: 'rollout_resumed', now, origin });
  });

/** What it has not reached is behind from then on. What it has moved is wanted, and goes on. */
export const cancel = (rollouts: Rollouts, caller: Caller, id: string): Promise<ServiceRollout> =>
  decide(rollouts, caller, id, (tx, rollout, { origin, now }) => {
    if (rollout.state === 'cancelled') return null;
    if (rollout.state === 'done') throw notPossible(rollout, 'cancelled', 'Each of its SIMs has had its turn');
    const cancelled = { ...rollout, state: 'cancelled' as const, stoppedBecause: null };
    return endRollout(tx, cancelled, { event: 'rollout_cancelled', hasFailures: false, now, origin });
  });

/** What has failed is wanted again, and what was not reached is taken; a canary goes first. */
export const retryRollout = (rollouts: Rollouts, caller: Caller, id: string): Promise<ServiceRollout> =>
  decide(rollouts, caller, id, (tx, rollout, by) => {
    if (rollout.state === 'running') return null;
    if (rollout.state === 'paused')
      throw notPossible(rollout, 'retried', 'Resume it: POST service-rollouts/{id}/resumption');
    return startAgain(tx, rollout, by);
  });

const startAgain = async (
  tx: Transaction,
  rollout: StoredRollout,
  { origin, now }: { readonly origin: Origin; readonly now: Date },
): Promise<void> => {
  const waiting = rollout.waiting + (await wantFailedAgain(tx, rollout));
  if (waiting === 0) return;
  const { answered } = await countAnswers(tx, rollout);
  const again = { ...rollout, waiting, answered, begunWith: { moves: rollout.moves, answered } };
  await runRollout(tx, again, { event: 'rollout_retried', now, origin });
};

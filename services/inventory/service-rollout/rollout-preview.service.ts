/** Previews of what changes many SIMs: counted in the database, told by the rules of `rollout-preview.ts`. */
import type { RolloutPreview } from '@simlane/contracts/http/rollout-preview';
import type { ServiceProfile } from '@simlane/contracts/http/service-profiles';
import type { RolloutWish, ServiceRolloutPreview } from '@simlane/contracts/http/service-rollouts';
import type { Configuration } from '@simlane/contracts/service-options';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import type { Transaction } from '../database.ts';
import { timeNow } from '../sim-services/clock.ts';
import { billingOf } from '../sim-services/service-catalog.ts';
import { canarySize } from './rollout.ts';
import { type Rollouts, type RolloutSet, setOf, type Target, targetOf } from './rollout-ground.ts';
import {
  countOf,
  laterPlan,
  membersIn,
  movedOptions,
  optionsMoved,
  type VersionKey,
  versionKey,
  waitReasons,
} from './rollout-preview.ts';
import { emptyRollout } from './rollout-set.ts';
import { followedVersions, type Members } from './rollout-set.repository.ts';
import { firstThatWait, type OwnOptions, tally, tallyDeviations, type TallyRow } from './rollout-tally.repository.ts';
import { encodeRolloutToken, type SeenByPreview } from './rollout-token.ts';

/** So many are named; the others are counted. */
export const MOST_NAMED = 20;

type BackTo = ReadonlyMap<string, ServiceProfile>;

export interface Counted {
  readonly rows: readonly TallyRow[];
  /** What the SIMs that deviate have of their own. */
  readonly own: readonly OwnOptions[];
  /** What each version holds that is followed. */
  readonly held: ReadonlyMap<VersionKey, Configuration>;
  readonly cannotChangeNow: RolloutPreview['cannotChangeNow'];
}

export const countMembers = async (tx: Transaction, accountId: string, members: Members): Promise<Counted> => {
  const rows = await tally(tx, members);
  const own = rows.some(({ deviates }) => deviates) ? await tallyDeviations(tx, accountId, members) : [];
  const held = new Map<VersionKey, Configuration>();
  for (const profileId of new Set(rows.map((row) => row.profileId))) {
    if (profileId === null) continue;
    for (const { version, options } of await followedVersions(tx, accountId, profileId)) {
      held.set(versionKey(profileId, version), options);
    }
  }
  const reasons = waitReasons(rows);
  const waiting = reasons.length === 0 ? [] : await firstThatWait(tx, { members, most: MOST_NAMED });
  const first = waiting.map((sim) => ({
    ...sim,
    reason: sim.iccid === null ? ('iccid_missing' as const) : ('call_open' as const),
  }));
  return { rows, own, held, cannotChangeNow: { reasons, first } };
};

/** What a rollout over these SIMs would change. Changes nothing. @throws ProblemError as making it does, but for what can be accepted */
export const previewRollout = async (
  rollouts: Rollouts,
  caller: Caller,
  wish: RolloutWish,
): Promise<ServiceRolloutPreview> => {
  const { accountId } = caller;
  const target = await targetOf(rollouts, caller, wish);
  const { set, counted } = await readInAccount(rollouts.db, accountId, async (tx) => {
    const found = await setOf(tx, caller, { over: wish.over, providerId: target.providerId });
    return { set: found, counted: await countMembers(tx, accountId, found.members) };
  });
  const { rows, own, held } = counted;
  const sims = countOf(rows);
  if (sims === 0) throw emptyRollout(set.faults);
  const backTo = await broughtBackTo(rollouts, caller, { target, rows });
  const toOf = (profileId: string | null) => (target.facts?.profile ?? backTo.get(profileId ?? ''))?.options;
  const seen = seenOf(wish, { target, backTo, set, rows, now: timeNow() });
  return {
    sims,
    canarySims: canarySize(wish.canary?.sims, sims),
    noOtherSim: null,
    options: optionsMoved(movedOptions(rows, { held, own, toOf })),
    later: seen.later,
    replacedSchedules: target.facts === null ? 0 : countOf(rows, ({ isScheduled }) => isScheduled),
    endedDeviations: countOf(rows, ({ deviates }) => deviates),
    deviations: { sims: 0, first: [] },
    cannotChangeNow: counted.cannotChangeNow,
    unusable: { rows: set.unusable, first: set.faults.slice(0, MOST_NAMED) },
    warnings: [...set.warnings],
    previewToken: encodeRolloutToken(seen.seen),
  };
};

/** Brought back, each SIM that deviates gets what its own profile holds; one that follows it gets nothing. By profile. */
const broughtBackTo = async (
  { serviceCatalog }: Rollouts,
  { accountId }: Caller,
  { target, rows }: { readonly target: Target; readonly rows: readonly TallyRow[] },
): Promise<BackTo> => {
  const newest = new Map<string, ServiceProfile>();
  if (target.facts !== null) return newest;
  const ids = rows.flatMap(({ profileId, deviates }) => (deviates && profileId !== null ? [profileId] : []));
  for (const id of new Set(ids)) newest.set(id, (await serviceCatalog.profile(accountId, id)).profile);
  return newest;
};

/** The same before the change is carried out, for its preview to be compared with. */
export const broughtBackNow = async (
  rollouts: Rollouts,
  caller: Caller,
  { wish, target }: { readonly wish: RolloutWish; readonly target: Target },
): Promise<BackTo> => {
  if (wish.previewToken === undefined || target.facts !== null) return new Map();
  const rows = await readInAccount(rollouts.db, caller.accountId, async (tx) => {
    const { members } = await setOf(tx, caller, { over: wish.over, providerId: null });
    return tally(tx, members);
  });
  return broughtBackTo(rollouts, caller, { target, rows });
};

/** What a preview has seen, to be compared when it is carried out. */
export const seenOf = (
  { previewToken: _token, acceptWarnings: _accepted, ...wish }: RolloutWish,
  {
    target: { facts },
    backTo,
    set,
    rows,
    now,
  }: {
    readonly target: Target;
    readonly backTo: BackTo;
    readonly set: RolloutSet;
    readonly rows: readonly TallyRow[];
    readonly now: Date;
  },
): { readonly seen: SeenByPreview; readonly later: RolloutPreview['later'] } => {
  const later = facts && laterPlan(rows, { plan: facts.ratePlan.code, billing: billingOf(facts), now });
  const seen = {
    wish,
    profileVersion: facts?.profile.version ?? null,
    backTo: Object.fromEntries([...backTo].map(([id, { version }]) => [id, version])),
    sims: countOf(rows),
    members: membersIn(rows),
    deviations: countOf(rows, ({ deviates }) => deviates),
    unusable: set.unusable,
    effectiveOn: later?.effectiveOn ?? null,
  };
  return { seen, later };
};

/** One portion of a rollout: decided, let go by the pace, moved, in one transaction. */
import type { RolloutPortion } from '@simlane/contracts/service-rollouts';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Transaction } from '../database.ts';
import { changeManyServices, type HeldServices, takeManyServices } from '../sim-services/changing.ts';
import { timeNow } from '../sim-services/clock.ts';
import { takePace } from '../sim-services/pace.ts';
import { roomToSend } from '../sim-services/room.ts';
import type { ProviderTerms, ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import {
  findChangeStates,
  insertChanges,
  setChangeStates,
  type StoredChange,
} from '../sim-services/sim-services.repository.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import type { Rollouts } from './rollout-ground.ts';
import { MOST_IN_A_PORTION, nextMove, ROOM_WAIT_MS, waitForAnswers, waitForPace } from './rollout.ts';
import { endRollout, keepRollout } from './rollout-changing.ts';
import { followedVersions, followersOf } from './rollout-set.repository.ts';
import { findRollout, lockRollout, type RolloutRef, type StoredRollout } from './rollout.repository.ts';
import {
  addLateSims,
  countAnswers,
  findOvertaken,
  type InTurn,
  nextInTurn,
  setTurnsTaken,
  type TurnTaken,
} from './rollout-sims.repository.ts';
import { type Turn, turnOf } from './turn.ts';

const noRollout = () => notFound('There is no such rollout');

/** When all that were looked at were held by somebody else. */
const AFTER_HELD_MS = 1_000;

/**
 * Moves the next SIMs, and says when to come again. A repeat moves the next ones: each SIM has its turn once. SIMs that
 * somebody else holds at this moment have theirs with a later portion.
 */
export const movePortion = async (services: Rollouts, ref: RolloutRef): Promise<RolloutPortion> => {
  const { db, onDue } = services;
  const { rollout, inTurn } = await readInAccount(db, ref.accountId, async (tx) => {
    const found = await findRollout(tx, ref);
    if (found === undefined) throw noRollout();
    return { rollout: found, inTurn: await nextInTurn(tx, ref, MOST_IN_A_PORTION) };
  });
  const known = await factsOf(services, rollout, inTurn);
  const portion = await inAccount(db, ref.accountId, async (tx) => {
    const held = await lockRollout(tx, ref);
    if (held === undefined) throw noRollout();
    return movePortionOf(tx, held, { ...known, now: timeNow() });
  });
  if (portion.moved > 0) onDue();
  return portion;
};

/** What the catalog has said before anything was taken. */
interface Known {
  /** By service profile. An edit needs none, a migration its target, the others those of their SIMs. */
  readonly facts: ReadonlyMap<string, ServiceProfileFacts>;
  readonly providers: ReadonlyMap<string, ProviderTerms>;
}

const factsOf = async (
  { serviceCatalog }: Rollouts,
  { accountId, kind, state, profileId }: StoredRollout,
  inTurn: readonly InTurn[],
): Promise<Known> => {
  const facts = new Map<string, ServiceProfileFacts>();
  const providers = new Map<string, ProviderTerms>();
  if (state !== 'running') return { facts, providers };
  const profileIds = kind === 'migrate' ? [profileId] : kind === 'reattach' ? inTurn.map((sim) => sim.profileId) : [];
  for (const id of new Set(profileIds)) if (id !== null) facts.set(id, await serviceCatalog.profile(accountId, id));
  for (const id of new Set(inTurn.map(({ providerId }) => providerId))) {
    providers.set(id, await serviceCatalog.provider(accountId, id));
  }
  return { facts, providers };
};

interface Ground extends Known {
  readonly now: Date;
}

const movePortionOf = async (tx: Transaction, before: StoredRollout, ground: Ground): Promise<RolloutPortion> => {
  const { now } = ground;
  const counts = { waiting: before.waiting, moves: before.moves, ...(await countAnswers(tx, before)) };
  const isQuiet = counts.answered === before.answered;
  const rollout = { ...before, answered: counts.answered, quietSince: isQuiet ? before.quietSince : now };
  const move = nextMove(rollout.state, counts, { terms: rollout, begunWith: rollout.begunWith });
  const target = ground.facts.get(rollout.profileId ?? '');
  if (move.kind === 'move' && rollout.kind === 'migrate' && target?.profile.archivedAt != null) {
    return stop(tx, rollout, { because: `The service profile “${target.profile.name}” was archived`, now });
  }
  switch (move.kind) {
    case 'none':
      return { state: rollout.state, moved: 0, again: null };
    case 'stop':
      return stop(tx, rollout, { because: move.because, now });
    case 'end': {
      const late = await addThoseBehind(tx, rollout);
      if (late > 0) {
        const longer = { ...rollout, sims: rollout.sims + late, waiting: late };
        await keepRollout(tx, longer, { lookIn: 0, now });
        return { state: rollout.state, moved: 0, again: 0 };
      }
      await endRollout(
        tx,
        { ...rollout, state: 'done' },
        { event: 'rollout_done', hasFailures: counts.failed > 0, now },
      );
      return { state: 'done', moved: 0, again: null };
    }
    case 'wait': {
      const again = waitForAnswers(now.getTime() - rollout.quietSince.getTime());
      await keepRollout(tx, rollout, { lookIn: again, now });
      return { state: rollout.state, moved: 0, again };
    }
    case 'move': {
      const room = await roomToSend(tx, rollout.accountId, now);
      if (room === 0) {
        await keepRollout(tx, rollout, { lookIn: ROOM_WAIT_MS, now });
        return { state: rollout.state, moved: 0, again: ROOM_WAIT_MS };
      }
      const most = Math.min(move.most, room);
      const { had, moved, perMinute, nextAt } = await moveNext(tx, rollout, { ...ground, most });
      const again = nextAt === null ? (had === 0 ? AFTER_HELD_MS : 0) : waitForPace(nextAt, now);
      const after = {
        ...rollout,
        waiting: rollout.waiting - had,
        moves: rollout.moves + moved,
        perMinute: perMinute ?? rollout.perMinute,
        quietSince: moved > 0 ? now : rollout.quietSince,
        startedAt: rollout.startedAt ?? now,
      };
      await keepRollout(tx, after, { lookIn: again, now });
      return { state: after.state, moved, again };
    }
  }
};

/**
 * Whoever came to an edited profile at the moment of the edit can have got the version before: who brought him had asked
 * for the profile a moment too early. An edit ends when nobody is behind.
 */
const addThoseBehind = async (tx: Transaction, rollout: StoredRollout): Promise<number> => {
  const { accountId, profile } = rollout;
  if (profile === null) return 0;
  const followed = await followedVersions(tx, accountId, profile.id);
  const versions = followed.map(({ version }) => version).filter((version) => version < profile.version);
  return addLateSims(tx, rollout, followersOf({ accountId }, { profileId: profile.id, versions }));
};

const stop = async (
  tx: Transaction,
  rollout: StoredRollout,
  { because, now }: { readonly because: string; readonly now: Date },
): Promise<RolloutPortion> => {
  const stopped = { ...rollout, state: 'stopped' as const, stoppedBecause: because };
  await endRollout(tx, stopped, { event: 'rollout_stopped', hasFailures: true, now });
  return { state: 'stopped', moved: 0, again: null };
};

interface Next {
  /** How many have had their turn. */
  readonly had: number;
  readonly moved: number;
  readonly perMinute: number | null;
  /** When the pace lets the next go; null where it is not what holds them up. */
  readonly nextAt: Date | null;
}

/** A SIM of this portion, held, with what becomes of it. */
interface SimInTurn {
  readonly held: HeldServices;
  /** Of its change: that is made now, or that has failed before. */
  readonly changeId: string;
  readonly hadChange: boolean;
  readonly turn: Turn;
}

const moveNext = async (
  tx: Transaction,
  rollout: StoredRollout,
  { most, ...ground }: Ground & { readonly most: number },
): Promise<Next> => {
  const { accountId } = rollout;
  const inTurn = await nextInTurn(tx, rollout, MOST_IN_A_PORTION);
  const held = await takeManyServices(
    tx,
    accountId,
    inTurn.map(({ simId }) => simId),
  );
  const all = await judgeTurns(tx, rollout, { inTurn, held, ...ground });
  const without = all.filter(({ turn }) => !isMove(turn) && turn.kind !== 'later');
  const paced = await letGo(tx, all.filter(({ turn }) => isMove(turn)).slice(0, most), ground);
  await moveSims(tx, rollout, paced.sims, ground.now);
  const turns = [...without, ...paced.sims].map(turnTaken);
  if (turns.length > 0) await setTurnsTaken(tx, rollout, turns);
  return { had: turns.length, moved: paced.sims.length, perMinute: paced.perMinute, nextAt: paced.nextAt };
};

const isMove = (turn: Turn): turn is Extract<Turn, { after: unknown }> => 'after' in turn;

const turnTaken = ({ held: { simId }, changeId, hadChange, turn }: SimInTurn): TurnTaken => {
  const outcome = turn.kind === 'unchanged' || turn.kind === 'superseded' ? turn.kind : null;
  return { simId, changeId: outcome === null || hadChange ? changeId : null, outcome };
};

/** What becomes of each that could be taken, in the order of their turns. */
const judgeTurns = async (
  tx: Transaction,
  rollout: StoredRollout,
  {
    inTurn,
    held,
    facts,
    providers,
    now,
  }: Ground & { readonly inTurn: readonly InTurn[]; readonly held: readonly HeldServices[] },
): Promise<SimInTurn[]> => {
  const bySim = new Map(held.map((one) => [one.simId, one]));
  const overtaken = await findOvertaken(tx, rollout, [...bySim.keys()]);
  const known = inTurn.flatMap(({ changeId }) => (changeId === null ? [] : [changeId]));
  const states = await findChangeStates(tx, rollout.accountId, known);
  return inTurn.flatMap(({ simId, changeId: before }) => {
    const one = bySim.get(simId);
    if (one === undefined) return [];
    const changeId = before ?? uuidV7();
    const isOvertaken = overtaken.has(simId);
    const state = before === null ? null : (states.get(before) ?? null);
    const provider = providers.get(one.sim.providerId);
    const turn = turnOf(one, { rollout, facts, provider, changeId, before: state, isOvertaken, now });
    return [{ held: one, changeId, hadChange: before !== null, turn }];
  });
};

/** As many of each provider's SIMs as it may be given now. */
const letGo = async (
  tx: Transaction,
  moving: readonly SimInTurn[],
  { providers, now }: Ground,
): Promise<{ readonly sims: SimInTurn[] } & Pick<Next, 'perMinute' | 'nextAt'>> => {
  const sims: SimInTurn[] = [];
  const rates: number[] = [];
  const nextTimes: number[] = [];
  // In one order for all: two rollouts over the same providers never wait for each other.
  for (const providerId of [...providers.keys()].toSorted()) {
    const theirs = moving.filter(({ held }) => held.sim.providerId === providerId);
    const [first] = theirs;
    if (first === undefined) continue;
    const { accountId } = first.held;
    const perMinute = providers.get(providerId)?.serviceChangesPerMinute ?? 0;
    rates.push(perMinute);
    const pace = await takePace(tx, { accountId, providerId, perMinute, wanted: theirs.length, now });
    sims.push(...theirs.slice(0, pace.granted));
    if (pace.granted < theirs.length) nextTimes.push(pace.nextAt.getTime());
  }
  return {
    sims,
    perMinute: rates.length === 0 ? null : Math.min(...rates),
    nextAt: nextTimes.length === 0 ? null : new Date(Math.min(...nextTimes)),
  };
};

/** One service change for each, or the one that had failed again; then the services, which settle what else is open. */
const moveSims = async (
  tx: Transaction,
  rollout: StoredRollout,
  sims: readonly SimInTurn[],
  now: Date,
): Promise<void> => {
  if (sims.length === 0) return;
  const { accountId, id, kind, requestedBy } = rollout;
  const origin: Origin = { source: 'workflow', actorId: requestedBy, causeId: id };
  const made = sims.flatMap(({ held, changeId, turn }) => (turn.kind === 'change' ? [{ held, changeId, turn }] : []));
  const changes = made.map(
    ({ held, changeId, turn }): StoredChange => ({
      id: changeId,
      accountId,
      simId: held.simId,
      rolloutId: id,
      kind,
      state: 'pending',
      requestedBy,
      reason: null,
      wants: turn.wants,
      changes: turn.changes,
      cancelled: false,
      createdAt: now,
      endedAt: null,
      bodyHash: id,
    }),
  );
  // The key of a change that nobody has asked for by a request of its own.
  await insertChanges(
    tx,
    changes.map((change) => ({ change, origin: { caller: ROLLOUT, key: `${id} ${change.simId}` } })),
  );
  const retried = sims.filter(({ turn }) => turn.kind === 'retry');
  await setChangeStates(
    tx,
    accountId,
    retried.map(({ changeId }) => ({ id: changeId, state: 'pending', endedAt: null })),
  );
  await changeManyServices(
    tx,
    accountId,
    sims.flatMap(({ held, changeId, turn }) =>
      isMove(turn) ? [{ held, after: turn.after, told: [toldOf(turn, { changeId, kind, rolloutId: id })] }] : [],
    ),
    { origin, now },
  );
};

const ROLLOUT = 'rollout';

const toldOf = (
  turn: Extract<Turn, { after: unknown }>,
  about: { changeId: string; kind: string; rolloutId: string },
) =>
  turn.kind === 'retry'
    ? ({ event: 'services_retried', data: about } as const)
    : ({ event: 'services_wanted', data: { ...about, ...turn.changes } } as const);

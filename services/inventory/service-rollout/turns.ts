/** The turns of the next SIMs of a rollout: taken, judged, let go by the pace, moved, and written down. */
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Transaction } from '../database.ts';
import { changeManyServices, type HeldServices, takeManyServices } from '../sim-services/changing.ts';
import { takePace } from '../sim-services/pace.ts';
import { afterSentTogether } from '../sim-services/services-owed.ts';
import type { ProviderTerms, ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import {
  findChangeStates,
  insertChanges,
  setChangeStates,
  type StoredChange,
} from '../sim-services/sim-services.repository.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import { MOST_IN_A_PORTION } from './rollout.ts';
import type { StoredRollout } from './rollout.repository.ts';
import {
  findOvertaken,
  handOnTurns,
  type InTurn,
  nextInTurn,
  setTurnsTaken,
  type TurnTaken,
} from './rollout-sims.repository.ts';
import { type Turn, turnOf } from './turn.ts';

/** What the catalog has said before anything was taken. */
export interface Known {
  /** By service profile. An edit needs none, a migration its target, the others those of their SIMs. */
  readonly facts: ReadonlyMap<string, ServiceProfileFacts>;
  readonly providers: ReadonlyMap<string, ProviderTerms>;
}

export interface Ground extends Known {
  readonly now: Date;
}

interface Next {
  /** How many have had their turn. */
  readonly had: number;
  /** The SIMs that were changed. */
  readonly moved: readonly string[];
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

/** At most `most` are changed; those that have nothing to change have their turns beside. */
export const moveNext = async (
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
  const handedOn = await handOnTurns(tx, rollout, endedOf(all));
  const without = all.filter(({ held: { simId }, turn }) => {
    return !isMove(turn) && turn.kind !== 'later' && !handedOn.has(simId);
  });
  const paced = await letGo(tx, all.filter(({ turn }) => isMove(turn)).slice(0, most), ground);
  await moveSims(tx, rollout, paced.sims, ground.now);
  const turns = [...without, ...paced.sims].map(turnTaken);
  if (turns.length > 0) await setTurnsTaken(tx, rollout, turns);
  return {
    had: turns.length,
    moved: paced.sims.map(({ held }) => held.simId),
    perMinute: paced.perMinute,
    nextAt: paced.nextAt,
  };
};

const endedOf = (all: readonly SimInTurn[]): string[] =>
  all.flatMap(({ held: { simId }, turn }) => (turn.kind === 'ended' ? [simId] : []));

const isMove = (turn: Turn): turn is Extract<Turn, { after: unknown }> => 'after' in turn;

const turnTaken = ({ held: { simId }, changeId, hadChange, turn }: SimInTurn): TurnTaken => {
  const outcome = outcomeOf(turn);
  return { simId, changeId: outcome === null || hadChange ? changeId : null, outcome };
};

const outcomeOf = ({ kind }: Turn): TurnTaken['outcome'] => {
  if (kind === 'ended') return 'superseded';
  return kind === 'unchanged' || kind === 'superseded' ? kind : null;
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
    { origin, now, lookAt: afterSentTogether(now) },
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

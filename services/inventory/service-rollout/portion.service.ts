/** One portion of a rollout: decided, let go by the pace, moved, in one transaction. */
import type { RolloutPortion } from '@simlane/contracts/service-rollouts';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Transaction } from '../database.ts';
import { timeNow } from '../sim-services/clock.ts';
import { AFTER_HELD_MS, ROOM_WAIT_MS, waitForPace } from '../sim-services/pace.ts';
import { askingAgain, holdVersions } from '../sim-services/profile-versions.ts';
import { MOST_SENT_TOGETHER, roomToSend } from '../sim-services/room.ts';
import { contentOf, type ProviderTerms, type ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import type { Rollouts } from './rollout-ground.ts';
import { MOST_IN_A_PORTION, nextMove, waitForAnswers } from './rollout.ts';
import { endRollout, keepRollout } from './rollout-changing.ts';
import { findRollout, lockRollout, type RolloutRef, type StoredRollout } from './rollout.repository.ts';
import { countAnswers, type InTurn, nextInTurn } from './rollout-sims.repository.ts';
import { type Ground, type Known, moveNext } from './turns.ts';

const noRollout = () => notFound('There is no such rollout');

/**
 * Moves the next SIMs, and says when to come again. A repeat moves the next ones: each SIM has its turn once. SIMs that
 * somebody else holds at this moment have theirs with a later portion.
 */
export const movePortion = (services: Rollouts, ref: RolloutRef): Promise<RolloutPortion> =>
  askingAgain(() => askAndMove(services, ref));

const askAndMove = async (services: Rollouts, ref: RolloutRef): Promise<RolloutPortion> => {
  const { db, onDue } = services;
  const { rollout, inTurn } = await readInAccount(db, ref.accountId, async (tx) => {
    const found = await findRollout(tx, ref);
    if (found === undefined) throw noRollout();
    return { rollout: found, inTurn: await nextInTurn(tx, ref, MOST_IN_A_PORTION) };
  });
  const known = await factsOf(services, rollout, inTurn);
  const portion = await inAccount(db, ref.accountId, async (tx) => {
    await holdVersions(tx, ref.accountId, [...known.facts.values()].map(contentOf));
    const held = await lockRollout(tx, ref);
    if (held === undefined) throw noRollout();
    return movePortionOf(tx, held, { ...known, now: timeNow() });
  });
  if (portion.moved > 0) onDue();
  return portion;
};

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
      const { accountId } = rollout;
      const providerIds = [...ground.providers.keys()];
      const room = await roomToSend(tx, { accountId, providerIds, most: MOST_SENT_TOGETHER, now });
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
        moves: rollout.moves + moved.length,
        perMinute: perMinute ?? rollout.perMinute,
        quietSince: moved.length > 0 ? now : rollout.quietSince,
        startedAt: rollout.startedAt ?? now,
      };
      await keepRollout(tx, after, { lookIn: again, now });
      return { state: after.state, moved: moved.length, ...(moved.length === 0 ? {} : { simIds: moved }), again };
    }
  }
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

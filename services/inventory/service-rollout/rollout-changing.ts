/** How a rollout is written: one way, so that its due row, its timeline and the edit that asked for it always follow. */
import type { ServiceChangeState } from '@simlane/contracts/service-changes';
import { setDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import { setChangeStates } from '../sim-services/sim-services.repository.ts';
import { addToTimeline, type Origin, type TimelineEvent } from '../timeline/timeline.repository.ts';
import { type StoredRollout, updateRollout } from './rollout.repository.ts';

/** The kind of due row that a rollout has while it runs; its workflow is woken by it. */
export const SERVICE_ROLLOUT = 'service_rollout';

/** A run that has not asked for its next portion so long after it should have is lost. */
const LOST_AFTER_MS = 60_000;

const byItself: Origin = { source: 'workflow', actorId: null, causeId: null };

/** It runs on, and its workflow comes again by itself. */
export const keepRollout = async (
  tx: Transaction,
  rollout: StoredRollout,
  { lookIn, now }: { readonly lookIn: number; readonly now: Date },
): Promise<void> => {
  await updateRollout(tx, rollout);
  const { accountId, id } = rollout;
  const dueAt = new Date(now.getTime() + lookIn + LOST_AFTER_MS);
  await setDue(tx, { kind: SERVICE_ROLLOUT, id, accountId, dueAt });
};

/** It has ended, by itself or because somebody has said so. */
export const endRollout = async (
  tx: Transaction,
  rollout: StoredRollout,
  {
    event,
    hasFailures,
    now,
    origin = byItself,
  }: {
    readonly event: TimelineEvent;
    readonly hasFailures: boolean;
    readonly now: Date;
    readonly origin?: Origin;
  },
): Promise<void> => {
  const ended = { ...rollout, endedAt: now };
  await updateRollout(tx, ended);
  await setEdit(tx, ended, { state: editState(ended, hasFailures), endedAt: now });
  await tellOf(tx, ended, { event, origin });
  await setDue(tx, { kind: SERVICE_ROLLOUT, id: ended.id, accountId: ended.accountId, dueAt: null });
};

const editState = ({ state }: StoredRollout, hasFailures: boolean): ServiceChangeState => {
  if (state === 'cancelled') return 'cancelled';
  return hasFailures ? 'failed' : 'done';
};

/** It runs from now on, or again; its workflow is woken. */
export const runRollout = async (
  tx: Transaction,
  rollout: StoredRollout,
  { event, now, origin }: { readonly event: TimelineEvent; readonly now: Date; readonly origin: Origin },
): Promise<void> => {
  const { accountId, id } = rollout;
  const running = { ...rollout, state: 'running' as const, stoppedBecause: null, endedAt: null, quietSince: now };
  await updateRollout(tx, running);
  await setEdit(tx, running, { state: 'pending', endedAt: null });
  await tellOf(tx, running, { event, origin });
  await setDue(tx, { kind: SERVICE_ROLLOUT, id, accountId, dueAt: now });
};

/** It stands still until somebody says otherwise. */
export const pauseRollout = async (tx: Transaction, rollout: StoredRollout, origin: Origin): Promise<void> => {
  const { accountId, id } = rollout;
  await updateRollout(tx, { ...rollout, state: 'paused' });
  await tellOf(tx, rollout, { event: 'rollout_paused', origin });
  await setDue(tx, { kind: SERVICE_ROLLOUT, id, accountId, dueAt: null });
};

const setEdit = async (
  tx: Transaction,
  { accountId, changeId }: StoredRollout,
  change: { readonly state: ServiceChangeState; readonly endedAt: Date | null },
): Promise<void> => {
  if (changeId !== null) await setChangeStates(tx, accountId, [{ id: changeId, ...change }]);
};

const tellOf = (
  tx: Transaction,
  { accountId, id, stoppedBecause }: StoredRollout,
  { event, origin }: { readonly event: TimelineEvent; readonly origin: Origin },
): Promise<void> =>
  addToTimeline(tx, accountId, origin, [
    { subject: { type: 'service_rollout', id }, event, ...(stoppedBecause === null ? {} : { reason: stoppedBecause }) },
  ]);

/** A rollout as it is shown. Pure. */
import type {
  ServiceRollout,
  ServiceRolloutSim,
  ServiceRolloutSummary,
} from '@simlane/contracts/http/service-rollouts';
import { ROLLOUT_SIM_STATES } from '@simlane/contracts/service-rollouts';
import { estimatedEnd } from './rollout.ts';
import type { StoredRollout } from './rollout.repository.ts';
import type { SimInRollout, StateCount } from './rollout-sims.repository.ts';

export const toSummary = (rollout: StoredRollout): ServiceRolloutSummary => ({
  id: rollout.id,
  change: {
    kind: rollout.kind,
    serviceProfileId: rollout.profileId,
    version: rollout.profile?.version ?? null,
    serviceChangeId: rollout.changeId,
  },
  over: rollout.over,
  state: rollout.state,
  stoppedBecause: rollout.stoppedBecause,
  sims: rollout.sims,
  canarySims: rollout.canary,
  stopAtFailureShare: rollout.stopAtFailureShare,
  requestedBy: rollout.requestedBy,
  createdAt: rollout.createdAt.toISOString(),
  startedAt: rollout.startedAt?.toISOString() ?? null,
  endedAt: rollout.endedAt?.toISOString() ?? null,
});

export const toRolloutView = (rollout: StoredRollout, counts: readonly StateCount[], now: Date): ServiceRollout => ({
  ...toSummary(rollout),
  counts: byState(counts),
  canaryCounts: byState(counts.filter(({ isCanary }) => isCanary)),
  estimatedEnd: rollout.state === 'running' ? (estimatedEnd(rollout, now)?.toISOString() ?? null) : null,
});

const byState = (counts: readonly StateCount[]): ServiceRollout['counts'] => {
  const sums = Object.fromEntries(ROLLOUT_SIM_STATES.map((state) => [state, 0])) as ServiceRollout['counts'];
  for (const { state, sims } of counts) sums[state] += sims;
  return sums;
};

export const toSimView = (
  { simId, iccid, position, state, changeId, failed }: SimInRollout,
  { canary }: StoredRollout,
): ServiceRolloutSim => ({
  simId,
  iccid,
  isCanary: position <= canary,
  state,
  serviceChangeId: changeId,
  failures: [
    ...Object.entries(failed?.options ?? {}).map(([name, { value, reason }]) => ({
      of: 'option' as const,
      name,
      value,
      reason,
    })),
    ...(failed?.plan == null
      ? []
      : [{ of: 'rate_plan' as const, name: failed.plan.value, value: failed.plan.value, reason: failed.plan.reason }]),
  ],
});

/**
 * One change of many SIMs, from the first portion until each SIM has had its turn and its answer.
 *
 *     move a portion → send its calls → the next at once, or when the pace allows, or when answers may have come → … → done
 *
 * Inventory knows what is moved next and whether anything is; here one portion goes after the other. A run can be started
 * again from nothing at any point, so one that grows long begins anew.
 */
import type { ServiceRolloutActivities } from '@simlane/contracts/activities';
import { SERVICE_ROLLOUT_CHANGED_SIGNAL, type ServiceRolloutInput } from '@simlane/contracts/service-rollouts';
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { STEP } from './activity-options.ts';
import { sendTogether } from './calls-together.ts';
import { showRolloutPhase, showWaiting } from './shown-to-operations.ts';

const { moveRolloutPortion } = proxyActivities<ServiceRolloutActivities>({ ...STEP, summary: 'Move the next portion' });
const changed = defineSignal(SERVICE_ROLLOUT_CHANGED_SIGNAL);

/** A portion is some ten events; a history of this length is still read in one go. */
const MOST_EVENTS = 4_000;

export async function serviceRollout(rollout: ServiceRolloutInput): Promise<void> {
  const state = { isStale: false, moved: 0 };
  setHandler(changed, () => void (state.isStale = true), {
    description: 'The rollout was paused, resumed, retried or cancelled: it is looked at again',
  });

  for (;;) {
    state.isStale = false;
    const portion = await moveRolloutPortion(rollout);
    state.moved += portion.moved;
    showRolloutPhase(portion.state);
    const nextAt = Date.now() + (portion.again ?? 0);
    // Absent from portions of runs that began before calls were sent together.
    if (portion.simIds !== undefined) await sendTogether({ accountId: rollout.accountId, simIds: portion.simIds });
    if (portion.again === null) {
      // Something was decided while the portion was moved.
      if (state.isStale) continue;
      return;
    }
    if (workflowInfo().historyLength > MOST_EVENTS) await continueAsNew<typeof serviceRollout>(rollout);
    const waitMs = nextAt - Date.now();
    if (waitMs > 0) {
      showWaiting(`${state.moved} SIMs moved by this run; waits for the pace, or for answers`);
      await condition(() => state.isStale, waitMs, { summary: 'Until the next portion' });
    }
  }
}

/**
 * The first of a month: the plans of a provider's SIMs, from the first that is due until none is.
 *
 *     take up a portion → send its calls → the next at once, or when the pace allows → … → nothing is due
 *
 * Inventory knows what is due and takes each plan up once; here one portion goes after the other. A run can be started
 * again from nothing at any point, so one that grows long begins anew.
 */
import type { ScheduledPlansActivities } from '@simlane/contracts/activities';
import type { ScheduledPlansInput } from '@simlane/contracts/scheduled-plans';
import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { STEP } from './activity-options.ts';
import { sendTogether } from './calls-together.ts';
import { showWaiting } from './shown-to-operations.ts';

const { turnScheduledPlans } = proxyActivities<ScheduledPlansActivities>({
  ...STEP,
  summary: 'Take up the next plans that are due',
});

/** A portion is some fifteen events; a history of this length is still read in one go. */
const MOST_EVENTS = 4_000;

export async function scheduledPlans(plans: ScheduledPlansInput): Promise<void> {
  for (let taken = 0; ; ) {
    const { simIds, again } = await turnScheduledPlans(plans);
    const nextAt = Date.now() + (again ?? 0);
    taken += simIds.length;
    if (simIds.length > 0) await sendTogether({ accountId: plans.accountId, simIds });
    if (again === null) return;
    if (workflowInfo().historyLength > MOST_EVENTS) await continueAsNew<typeof scheduledPlans>(plans);
    const waitMs = nextAt - Date.now();
    if (waitMs > 0) {
      showWaiting(`${taken} plans taken up by this run; waits for the pace`);
      await sleep(waitMs, { summary: 'Until the next portion' });
    }
  }
}

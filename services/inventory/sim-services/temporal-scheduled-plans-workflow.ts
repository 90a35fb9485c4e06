import {
  SCHEDULED_PLANS_WORKFLOW,
  type ScheduledPlansInput,
  scheduledPlansWorkflowId,
} from '@simlane/contracts/scheduled-plans';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { ScheduledPlansWorkflow } from './scheduled-plans-workflow.ts';

/** The workflow over Temporal. Nothing can change that a run of it has to hear of: each portion is read afresh. */
export const createTemporalScheduledPlansWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): ScheduledPlansWorkflow => {
  const plans = createDurableWorkflow<ScheduledPlansInput>({ ...options, type: SCHEDULED_PLANS_WORKFLOW });
  return {
    wake: ({ accountId, providerId }, { again }) =>
      plans.wake(
        {
          workflowId: scheduledPlansWorkflowId({ accountId, providerId }),
          input: { accountId, providerId },
          summary: "Rate plans of a provider's SIMs, at the beginning of a billing month",
          details: `Provider ${providerId}. Its pace is the serviceChangesPerMinute that the catalog has.`,
          searchAttributes: { AccountId: accountId },
          givesWay: true,
        },
        { signals: [], again },
      ),
  };
};

import {
  SERVICE_ROLLOUT_CHANGED_SIGNAL,
  SERVICE_ROLLOUT_WORKFLOW,
  type ServiceRolloutInput,
  serviceRolloutWorkflowId,
} from '@simlane/contracts/service-rollouts';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { RolloutWorkflow } from './rollout-workflow.ts';

/** The workflow over Temporal. */
export const createTemporalRolloutWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): RolloutWorkflow => {
  const rollouts = createDurableWorkflow<ServiceRolloutInput>({
    ...options,
    type: SERVICE_ROLLOUT_WORKFLOW,
    signal: SERVICE_ROLLOUT_CHANGED_SIGNAL,
  });
  return {
    wake: ({ accountId, id, state }, { again }) =>
      rollouts.wake(
        {
          workflowId: serviceRolloutWorkflowId(id),
          input: { accountId, rolloutId: id },
          summary: 'Rollout of a service change',
          details: `Rollout ${id}. Decisions about it are made through the inventory API.`,
          searchAttributes: { AccountId: accountId, Phase: state },
          givesWay: true,
        },
        { signals: [[]], again },
      ),
  };
};

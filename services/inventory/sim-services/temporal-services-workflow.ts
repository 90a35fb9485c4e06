import { SIM_SERVICES_CHANGED_SIGNAL } from '@simlane/contracts/service-changes';
import { SIM_SERVICES_WORKFLOW, type SimServicesInput, simServicesWorkflowId } from '@simlane/contracts/sim-services';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { ServicesWorkflow } from './services-workflow.ts';

/** The workflow over Temporal. */
export const createTemporalServicesWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): ServicesWorkflow => {
  const services = createDurableWorkflow<SimServicesInput>({
    ...options,
    type: SIM_SERVICES_WORKFLOW,
    signal: SIM_SERVICES_CHANGED_SIGNAL,
  });
  return {
    wake: ({ accountId, simId }, { again, givesWay }) =>
      services.wake(
        {
          workflowId: simServicesWorkflowId(simId),
          input: { accountId, simId },
          summary: 'Services of a SIM',
          details: `SIM ${simId}. Decisions about its services are made through the inventory API.`,
          searchAttributes: { AccountId: accountId },
          givesWay,
        },
        { signals: [[]], again },
      ),
  };
};

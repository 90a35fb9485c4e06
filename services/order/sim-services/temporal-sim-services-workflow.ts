import {
  SERVICE_CALL_ANSWERED_SIGNAL,
  type ServiceCallAnswered,
  SIM_SERVICES_WORKFLOW,
  type SimServicesInput,
  simServicesWorkflowId,
} from '@simlane/contracts/sim-services';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { SimServicesWorkflow } from './sim-services-workflow.ts';

/** The workflow over Temporal. */
export const createTemporalSimServicesWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): SimServicesWorkflow => {
  const simServices = createDurableWorkflow<SimServicesInput, [ServiceCallAnswered]>({
    ...options,
    type: SIM_SERVICES_WORKFLOW,
    signal: SERVICE_CALL_ANSWERED_SIGNAL,
  });
  return {
    wake: ({ accountId, simId, providerId, changeId }, { again }) =>
      simServices.wake(
        {
          workflowId: simServicesWorkflowId(simId),
          input: { accountId, simId },
          summary: 'Services of a SIM',
          details: `SIM ${simId}. Decisions about its services are made through the inventory API.`,
          searchAttributes: { AccountId: accountId, ProviderId: providerId },
        },
        { signals: [[{ changeId }]], again },
      ),
  };
};

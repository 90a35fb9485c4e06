import {
  SERVICE_RECONCILIATION_WORKFLOW,
  type ServiceReconciliationInput,
  serviceReconciliationWorkflowId,
} from '@simlane/contracts/drift';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { ReconciliationWorkflow } from './reconciliation-workflow.ts';

/** The workflow over Temporal. Nothing can change that a run of it has to hear of: each portion is read afresh. */
export const createTemporalReconciliationWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): ReconciliationWorkflow => {
  const reconciliations = createDurableWorkflow<ServiceReconciliationInput>({
    ...options,
    type: SERVICE_RECONCILIATION_WORKFLOW,
  });
  return {
    wake: ({ accountId, id }, { again }) =>
      reconciliations.wake(
        {
          workflowId: serviceReconciliationWorkflowId(id),
          input: { accountId, reconciliationId: id },
          summary: id === accountId ? 'Services of an account, compared' : 'Services of a SIM, compared',
          details: `${id === accountId ? 'Account' : 'SIM'} ${id}. What differs is decided through the inventory API.`,
          searchAttributes: { AccountId: accountId },
        },
        { signals: [], again },
      ),
  };
};

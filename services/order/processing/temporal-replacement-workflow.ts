import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  SIM_REPLACEMENT_WORKFLOW,
  type SimReplacementInput,
  simReplacementWorkflowId,
} from '@simlane/contracts/sim-replacement';
import { createDurableWorkflow, type DurableRun } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { StoredOrder } from '../ordering/order.ts';
import type { ReplacementWorkflow } from './replacement-workflow.ts';

/** The workflow over Temporal. */
export const createTemporalReplacementWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): ReplacementWorkflow => {
  const replacement = createDurableWorkflow<SimReplacementInput, [FactApplied]>({
    ...options,
    type: SIM_REPLACEMENT_WORKFLOW,
    signal: FACT_APPLIED_SIGNAL,
  });
  return {
    wake: (order, facts, { again }) =>
      replacement.wake(runOf(order), { signals: facts.map(({ factId, kind }) => [{ factId, kind }]), again }),
  };
};

const runOf = (order: StoredOrder): DurableRun<SimReplacementInput> => ({
  workflowId: simReplacementWorkflowId(order.id),
  input: { accountId: order.accountId, orderId: order.id },
  summary: `${order.orderNumber} ${order.action === 'switch_to_esim' ? 'switch to eSIM' : 'replace eSIM'}`,
  details: `Order ${order.id}, line ${order.lineId}. Decisions about it are made through the orders API.`,
  searchAttributes: {
    AccountId: order.accountId,
    ProviderId: order.providerId,
    OrderId: order.id,
    Phase: order.status,
    NeedsAttention: order.todos.length > 0,
  },
});

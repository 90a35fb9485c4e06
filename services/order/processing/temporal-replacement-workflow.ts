import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  SIM_REPLACEMENT_WORKFLOW,
  type SimReplacementInput,
  simReplacementWorkflowId,
} from '@simlane/contracts/sim-replacement';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { StoredOrder } from '../ordering/order.ts';
import type { ReplacementWorkflow } from './replacement-workflow.ts';

const ACCOUNT_ID = defineSearchAttributeKey('AccountId', 'KEYWORD');
const PROVIDER_ID = defineSearchAttributeKey('ProviderId', 'KEYWORD');
const ORDER_ID = defineSearchAttributeKey('OrderId', 'KEYWORD');
const PHASE = defineSearchAttributeKey('Phase', 'KEYWORD');
const NEEDS_ATTENTION = defineSearchAttributeKey('NeedsAttention', 'BOOL');

/** The workflow over a Temporal client. */
export const createTemporalReplacementWorkflow = (client: Client, taskQueue: string): ReplacementWorkflow => ({
  wake: async (order, facts) => {
    const options = startOptions(order, taskQueue);
    if (facts.length === 0) {
      await client.workflow.start(SIM_REPLACEMENT_WORKFLOW, options);
      return;
    }
    for (const fact of facts) {
      const signalArgs: [FactApplied] = [{ factId: fact.factId, kind: fact.kind }];
      await client.workflow.signalWithStart(SIM_REPLACEMENT_WORKFLOW, {
        ...options,
        signal: FACT_APPLIED_SIGNAL,
        signalArgs,
      });
    }
  },
});

type Start = WorkflowStartOptions<(input: SimReplacementInput) => Promise<unknown>>;

const startOptions = (order: StoredOrder, taskQueue: string): Start => ({
  taskQueue,
  workflowId: simReplacementWorkflowId(order.id),
  args: [{ accountId: order.accountId, orderId: order.id }],
  // A change is single because the order's row is; a run that ended too early is simply started again.
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  workflowIdConflictPolicy: 'USE_EXISTING',
  staticSummary: `${order.orderNumber} ${order.action === 'switch_to_esim' ? 'switch to eSIM' : 'replace eSIM'}`,
  staticDetails: `Order ${order.id}, line ${order.lineId}. Decisions about it are made through the orders API.`,
  typedSearchAttributes: [
    { key: ACCOUNT_ID, value: order.accountId },
    { key: PROVIDER_ID, value: order.providerId },
    { key: ORDER_ID, value: order.id },
    { key: PHASE, value: order.status },
    { key: NEEDS_ATTENTION, value: order.todos.length > 0 },
  ],
});

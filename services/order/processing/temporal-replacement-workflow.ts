import { isDeepStrictEqual } from 'node:util';
import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  SIM_REPLACEMENT_WORKFLOW,
  type SimReplacementInput,
  simReplacementWorkflowId,
} from '@simlane/contracts/sim-replacement';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { defaultPayloadConverter, defineSearchAttributeKey, WorkflowNotFoundError } from '@temporalio/common';
import type { StoredOrder } from '../ordering/order.ts';
import type { ReplacementWorkflow } from './replacement-workflow.ts';

const ACCOUNT_ID = defineSearchAttributeKey('AccountId', 'KEYWORD');
const PROVIDER_ID = defineSearchAttributeKey('ProviderId', 'KEYWORD');
const ORDER_ID = defineSearchAttributeKey('OrderId', 'KEYWORD');
const PHASE = defineSearchAttributeKey('Phase', 'KEYWORD');
const NEEDS_ATTENTION = defineSearchAttributeKey('NeedsAttention', 'BOOL');

/** The workflow over a Temporal client. */
export const createTemporalReplacementWorkflow = (client: Client, taskQueue: string): ReplacementWorkflow => ({
  wake: async (order, facts, { again }) => {
    const options = startOptions(order, taskQueue);
    if (again) await endHopelessRun(client, options);
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

/**
 * Anybody who can reach Temporal can start a run under this id: one that no worker of ours takes up, or one about
 * another order, would hold the order for ever. So would one of ours that fails at its own history: a signal that
 * nobody can read is enough. Such a run is ended; any other of ours is left alone, however long its steps try.
 */
const endHopelessRun = async (client: Client, options: Start): Promise<void> => {
  try {
    const handle = client.workflow.getHandle(options.workflowId);
    const run = await handle.describe();
    if (run.status.name !== 'RUNNING' && run.status.name !== 'PAUSED') return;
    const startsLater =
      (run.executionTime ?? run.startTime).getTime() - run.startTime.getTime() > LONGEST_START_DELAY_MS;
    const isOurs =
      run.type === SIM_REPLACEMENT_WORKFLOW &&
      run.taskQueue === options.taskQueue &&
      !startsLater &&
      isDeepStrictEqual(await inputOf(client, options.workflowId, run.runId), options.args);
    const isBroken = (run.raw.pendingWorkflowTask?.attempt ?? 0) >= TASKS_OF_A_BROKEN_RUN;
    if (isOurs && !isBroken) return;
    // By run id, so that what somebody has started anew meanwhile is not the one that is ended.
    await client.workflow
      .getHandle(options.workflowId, run.runId)
      .terminate(isOurs ? 'a run that cannot go on' : 'not a run that the order service started');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
};

/** A killed worker costs one attempt; a task that fails time after time would fail for ever. */
const TASKS_OF_A_BROKEN_RUN = 3;

/** Ours start at once. */
const LONGEST_START_DELAY_MS = 60_000;

/** What the run was started with: the first event of its history. */
const inputOf = async (client: Client, workflowId: string, runId: string): Promise<unknown> => {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  try {
    return payloads.map((payload) => defaultPayloadConverter.fromPayload(payload));
  } catch {
    return undefined;
  }
};

type Start = WorkflowStartOptions<(input: SimReplacementInput) => Promise<unknown>>;

/** A task takes milliseconds; one that a killed worker has taken along is given out again after this. */
const WORKFLOW_TASK_TIMEOUT = '5 seconds';

const startOptions = (order: StoredOrder, taskQueue: string): Start => ({
  taskQueue,
  workflowId: simReplacementWorkflowId(order.id),
  args: [{ accountId: order.accountId, orderId: order.id }],
  // A change is single because the order's row is; a run that ended too early is simply started again.
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  workflowIdConflictPolicy: 'USE_EXISTING',
  workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
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

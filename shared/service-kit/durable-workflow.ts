import { isDeepStrictEqual } from 'node:util';
import type { SEARCH_ATTRIBUTES } from '@simlane/contracts/search-attribute-names';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import {
  defaultPayloadConverter,
  defineSearchAttributeKey,
  type SearchAttributePair,
  WorkflowNotFoundError,
} from '@temporalio/common';
import type { Temporal } from './temporal.ts';

/** One business change and the run that carries it out, as operations see it. */
export interface DurableRun<Input> {
  /** Made of the business id: there is one run of it at a time, whoever starts it. */
  readonly workflowId: string;
  /** Ids only: it is kept and shown. */
  readonly input: Input;
  /** One line, and what else operations should know of it. */
  readonly summary: string;
  readonly details: string;
  readonly searchAttributes: SearchAttributes;
  /** Whether it gives way to everything else; a run that is under way keeps what it was started with. */
  readonly givesWay?: boolean;
}

type SearchAttributes = {
  readonly [Name in keyof typeof SEARCH_ATTRIBUTES]?: (typeof SEARCH_ATTRIBUTES)[Name] extends 'Bool'
    ? boolean
    : string;
};

export interface DurableWorkflow<Input, SignalArgs extends readonly unknown[]> {
  /**
   * The workflow runs and hears of these signals, in their order; it is started if it is not there. A repeat is
   * harmless as far as the workflow knows what it has heard of and what is done.
   *
   * @param options.signals the arguments of each signal; none: it only has to run
   * @param options.again it was woken before and nothing came of it: a run that is not as we start it, or cannot go
   *   on, is replaced by one that is
   */
  wake(
    run: DurableRun<Input>,
    options: { readonly signals: readonly SignalArgs[]; readonly again: boolean },
  ): Promise<void>;
}

/** A workflow that is started, and woken, by its business id. What keeps a change single for ever is the row of its service. */
export const createDurableWorkflow = <Input extends object, SignalArgs extends readonly unknown[] = []>(options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
  type: string;
  /** The signal by which it is woken; absent where nothing can change that a run of it has to hear of. */
  signal?: string;
}): DurableWorkflow<Input, SignalArgs> => {
  const { taskQueue, type, signal } = options;
  const { client } = options.temporal;
  return {
    wake: async (run, { signals, again }) => {
      const start = startOptions(run, taskQueue);
      if (again) await endHopelessRun(client, type, start);
      if (signal === undefined || signals.length === 0) {
        await client.workflow.start(type, start);
        return;
      }
      for (const args of signals) {
        const signalArgs: unknown[] = [...args];
        await client.workflow.signalWithStart(type, { ...start, signal, signalArgs });
      }
    },
  };
};

/** Of five, of which everything else has the third. */
const LOW_PRIORITY = 4;

type Start = WorkflowStartOptions<(input: object) => Promise<unknown>>;

/** A task takes milliseconds; one that a killed worker has taken along is given out again after this. */
const WORKFLOW_TASK_TIMEOUT = '5 seconds';

const startOptions = (run: DurableRun<object>, taskQueue: string): Start => ({
  taskQueue,
  workflowId: run.workflowId,
  args: [run.input],
  // A run that ended too early is simply started again.
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  workflowIdConflictPolicy: 'USE_EXISTING',
  workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
  staticSummary: run.summary,
  staticDetails: run.details,
  // Accounts in turn: a fleet of a hundred thousand SIMs is one of them.
  priority: {
    ...(run.givesWay === true ? { priorityKey: LOW_PRIORITY } : {}),
    ...(run.searchAttributes.AccountId === undefined ? {} : { fairnessKey: run.searchAttributes.AccountId }),
  },
  typedSearchAttributes: Object.entries(run.searchAttributes).map(([name, value]) => attribute(name, value)),
});

const attribute = (name: string, value: string | boolean): SearchAttributePair =>
  typeof value === 'boolean'
    ? { key: defineSearchAttributeKey(name, 'BOOL'), value }
    : { key: defineSearchAttributeKey(name, 'KEYWORD'), value };

/**
 * Anybody who can reach Temporal can start a run under this id: one that no worker of ours takes up, or one about
 * something else, would hold the change for ever. So would one of ours that fails at its own history: a signal that
 * nobody can read is enough. Such a run is ended; any other of ours is left alone, however long its steps try.
 */
const endHopelessRun = async (client: Client, type: string, start: Start): Promise<void> => {
  try {
    const handle = client.workflow.getHandle(start.workflowId);
    const run = await handle.describe();
    if (run.status.name !== 'RUNNING' && run.status.name !== 'PAUSED') return;
    const startsLater =
      (run.executionTime ?? run.startTime).getTime() - run.startTime.getTime() > LONGEST_START_DELAY_MS;
    const isOurs =
      run.type === type &&
      run.taskQueue === start.taskQueue &&
      !startsLater &&
      isDeepStrictEqual(await inputOf(client, start.workflowId, run.runId), start.args);
    const isBroken = (run.raw.pendingWorkflowTask?.attempt ?? 0) >= TASKS_OF_A_BROKEN_RUN;
    if (isOurs && !isBroken) return;
    // By run id, so that what somebody has started anew meanwhile is not the one that is ended.
    await client.workflow
      .getHandle(start.workflowId, run.runId)
      .terminate(isOurs ? 'a run that cannot go on' : 'not a run that a service of ours started');
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

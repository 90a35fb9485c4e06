/** Somebody who can reach Temporal and knows all about orders, but cannot reach our services or databases. */
import { FACT_APPLIED_SIGNAL, PROGRESS_QUERY, SIM_REPLACEMENT_WORKFLOW } from '@simlane/contracts/sim-replacement';
import { type SimReplacementProgress, simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import { connectTemporal } from '@simlane/service-kit/temporal';
import type { WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import { inject, vi } from 'vitest';

/** Hundreds of forged signals, each of which is looked into, beside everything else on the machine. */
const SETTLED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** So many tasks of a run have failed: no accident any more. */
const TASKS_OF_A_BROKEN_RUN = 3;

export const startForger = () => {
  const { address, namespace, taskQueue } = inject('stack').temporal;
  const { client, close } = connectTemporal({ address, namespace });
  const runOf = (orderId: string): WorkflowHandle => client.workflow.getHandle(simReplacementWorkflowId(orderId));

  const isBroken = async (orderId: string): Promise<boolean> =>
    ((await runOf(orderId).describe()).raw.pendingWorkflowTask?.attempt ?? 0) >= TASKS_OF_A_BROKEN_RUN;

  const isAtRest = async (orderId: string): Promise<boolean> => {
    const { waiting } = await runOf(orderId).query<SimReplacementProgress>(PROGRESS_QUERY);
    const { raw } = await runOf(orderId).describe();
    return waiting.length === 0 && (raw.pendingActivities ?? []).length === 0;
  };

  return {
    runOf,
    close,
    signal: (orderId: string, content: unknown, name: string = FACT_APPLIED_SIGNAL): Promise<void> =>
      runOf(orderId).signal(name, content),

    /** A signal whose content nobody can read. */
    unreadableSignal: async (orderId: string): Promise<void> => {
      await client.workflowService.signalWorkflowExecution({
        namespace,
        workflowExecution: { workflowId: simReplacementWorkflowId(orderId) },
        signalName: FACT_APPLIED_SIGNAL,
        input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') }] },
      });
    },

    /** Starts a run under an order's workflow id. */
    start: (orderId: string, options: ForgedStart): Promise<unknown> => {
      const { type = SIM_REPLACEMENT_WORKFLOW, ...rest } = options;
      return client.workflow.start(type, { taskQueue, workflowId: simReplacementWorkflowId(orderId), ...rest });
    },

    startWithSignal: (orderId: string, input: unknown, content: unknown): Promise<unknown> =>
      client.workflow.signalWithStart(SIM_REPLACEMENT_WORKFLOW, {
        taskQueue,
        workflowId: simReplacementWorkflowId(orderId),
        args: [input],
        signal: FACT_APPLIED_SIGNAL,
        signalArgs: [content],
      }),

    /** Resolves when the order's run has dealt with everything that it was told. */
    untilAtRest: (orderId: string) =>
      vi.waitUntil(() => isAtRest(orderId), { timeout: SETTLED_WITHIN_MS, interval: LOOK_EVERY_MS }),

    /** Resolves when the order's run gets nowhere. */
    untilBroken: (orderId: string) =>
      vi.waitUntil(() => isBroken(orderId), { timeout: SETTLED_WITHIN_MS, interval: LOOK_EVERY_MS }),
  };
};

export type Forger = ReturnType<typeof startForger>;
export type ForgedStart = Partial<Pick<WorkflowStartOptions, 'args' | 'taskQueue' | 'startDelay'>> & {
  readonly type?: string;
};

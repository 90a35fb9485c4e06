import { randomUUID } from 'node:crypto';
import { simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import { Client, Connection, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { StackInfo } from '../local/stack-info.ts';

/** As temporal.api.enums.v1.EventType has it. */
const WORKFLOW_TASK_COMPLETED = 7;

/** What operations can do to the workflow of an order, in the Temporal UI or by mistake. */
export interface OrderWorkflows {
  isRunning(orderId: string): Promise<boolean>;
  /** Ends the run, if it has not ended. */
  terminate(orderId: string): Promise<void>;
  cancel(orderId: string): Promise<void>;
  /** Resets the run to each of the points that it can be reset to, one after the other, the earliest last. */
  resetToEach(orderId: string): Promise<void>;
  close(): Promise<void>;
}

export const connectWorkflows = async ({ temporal }: StackInfo): Promise<OrderWorkflows> => {
  const connection = await Connection.connect({ address: temporal.address });
  const { namespace } = temporal;
  const client = new Client({ connection, namespace });
  const handleOf = (orderId: string): WorkflowHandle => client.workflow.getHandle(simReplacementWorkflowId(orderId));

  return {
    isRunning: async (orderId) => {
      const found = await handleOf(orderId).describe().catch(undefinedIfNotFound);
      return found?.status.name === 'RUNNING';
    },
    terminate: async (orderId) => {
      await handleOf(orderId).terminate('a drill').catch(undefinedIfNotFound);
    },
    cancel: async (orderId) => {
      await handleOf(orderId).cancel().catch(undefinedIfNotFound);
    },
    resetToEach: async (orderId) => {
      const { runId } = await handleOf(orderId).describe();
      const { events } = await handleOf(orderId).fetchHistory();
      const completed = (events ?? []).filter(({ eventType }) => Number(eventType) === WORKFLOW_TASK_COMPLETED);
      for (const { eventId } of completed.toReversed()) {
        if (eventId == null) continue;
        await connection.workflowService.resetWorkflowExecution({
          namespace,
          workflowExecution: { workflowId: simReplacementWorkflowId(orderId), runId },
          workflowTaskFinishEventId: eventId,
          requestId: randomUUID(),
          reason: 'a drill',
        });
      }
    },
    close: () => connection.close(),
  };
};

const undefinedIfNotFound = (error: unknown): undefined => {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
};

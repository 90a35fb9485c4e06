import type { Client } from '@temporalio/client';
import type { StackInfo } from '../local/stack-info.ts';
import { BARE_FAN_OUT, BARE_TASK_QUEUE } from './bare-messages.ts';
import { startBareProcess } from './bare-process.ts';
import { nowMs } from './clock.ts';

export interface BareFanOut {
  /** Runs so many empty activities in one workflow; resolves to how many there were in a second. */
  perSecond(activities: number): Promise<number>;
  stop(): Promise<void>;
}

const MS_IN_SECOND = 1000;

export async function startBareFanOut(
  { temporal }: StackInfo,
  client: Client,
  options: { readonly logFolder: string; readonly signal: AbortSignal },
): Promise<BareFanOut> {
  const { bare } = await startBareProcess({
    script: './bare-worker.ts',
    env: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
    ...options,
  });
  return {
    perSecond: async (activities) => {
      const began = nowMs();
      await client.workflow.execute(BARE_FAN_OUT, {
        taskQueue: BARE_TASK_QUEUE,
        workflowId: `bare-fan-out/${began}`,
        args: [activities],
      });
      return activities / ((nowMs() - began) / MS_IN_SECOND);
    },
    stop: () => bare.stop(),
  };
}

import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { StackInfo } from '../local/stack-info.ts';
import { BARE_TASK_QUEUE, BARE_WORD_SIGNAL, BARE_WORKFLOW, type BareNote, type BareStep } from './bare-messages.ts';
import { startBareProcess } from './bare-process.ts';

const REACHED_WITHIN_MS = 60_000;

/** One run of the bare workflow. */
export interface BareRun {
  readonly workflowId: string;
  /** Resolves to the time at which the step's activity was there, by the clock of `nowMs`. Rejects after a minute. */
  reached(step: BareStep): Promise<number>;
  /** Sends a word as a signal; resolves when the server has it. */
  say(): Promise<void>;
}

export interface BareReplacements {
  start(): Promise<BareRun>;
  stop(): Promise<void>;
}

export async function startBareReplacements(
  { temporal }: StackInfo,
  client: Client,
  options: { readonly logFolder: string; readonly signal: AbortSignal },
): Promise<BareReplacements> {
  const { bare } = await startBareProcess<unknown, BareNote>({
    script: './bare-worker.ts',
    env: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
    ...options,
  });
  const notes = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  bare.onMessage(({ run, step, atMs }) => {
    const key = `${run} ${step}`;
    notes.set(key, atMs);
    waiting.get(key)?.(atMs);
  });

  const reached = (run: string, step: BareStep): Promise<number> => {
    const key = `${run} ${step}`;
    const noted = notes.get(key);
    if (noted !== undefined) return Promise.resolve(noted);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Bare run ${run} did not reach step ${step}`)),
        REACHED_WITHIN_MS,
      );
      waiting.set(key, (atMs) => {
        clearTimeout(timer);
        waiting.delete(key);
        resolve(atMs);
      });
    });
  };

  return {
    start: async () => {
      const run = randomUUID();
      const workflowId = `bare/${run}`;
      const handle: WorkflowHandle = await client.workflow.start(BARE_WORKFLOW, {
        taskQueue: BARE_TASK_QUEUE,
        workflowId,
        args: [run],
      });
      return { workflowId, reached: (step) => reached(run, step), say: () => handle.signal(BARE_WORD_SIGNAL) };
    },
    stop: () => bare.stop(),
  };
}

import { randomUUID } from 'node:crypto';
import { connectTemporal, type Temporal } from '@simlane/service-kit/temporal';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { inject } from 'vitest';
import type {} from './provided-context.ts';

export const TEST_NAMESPACE = 'simlane';

export interface TestTemporal extends Temporal {
  readonly namespace: string;
  /** Of this call alone: workers of other test files take nothing from it. */
  readonly taskQueue: string;
}

/** A client to the Temporal server of the test run. */
export const connectTestTemporal = (): TestTemporal => ({
  ...connectTemporal({ address: inject('temporalAddress'), namespace: TEST_NAMESPACE }),
  namespace: TEST_NAMESPACE,
  taskQueue: `test-${randomUUID()}`,
});

export interface TestWorker {
  /** Resolves when the tasks under way have ended; rejects if the worker failed. */
  readonly stop: () => Promise<void>;
}

/** A worker that runs until it is stopped. */
export const createTestWorker = async (options: {
  workflowsPath: string;
  activities: object;
  taskQueue: string;
  worker?: Partial<WorkerOptions>;
}): Promise<TestWorker> => {
  quietRuntime();
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const worker = await Worker.create({
    connection,
    namespace: TEST_NAMESPACE,
    taskQueue: options.taskQueue,
    workflowsPath: options.workflowsPath,
    activities: options.activities,
    ...options.worker,
  });
  const run = worker.run();
  // Reported by stop; until then it must not count as unhandled.
  run.catch(() => undefined);
  return {
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run;
      await connection.close();
    },
  };
};

/** The runtime belongs to the process: whoever comes second finds it made. */
const quietRuntime = (): void => {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Made already.
  }
};

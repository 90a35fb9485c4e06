import { connectTestTemporal, createTestWorker, type TestWorker } from '@simlane/testing/workflow-environment';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** The workflows as they are, with activities of the test's own, on a worker that runs as long as the test file does. */
export const runWorkflows = (activities: object): ReturnType<typeof connectTestTemporal> => {
  const temporal = connectTestTemporal();
  let worker: TestWorker;
  beforeAll(async () => {
    const workflowsPath = path.join(import.meta.dirname, 'index.ts');
    worker = await createTestWorker({ workflowsPath, activities, taskQueue: temporal.taskQueue });
  });
  afterAll(async () => {
    await worker.stop();
    await temporal.close();
  });
  return temporal;
};

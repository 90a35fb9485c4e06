import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTestTemporal, createTestWorker, type TestTemporal, type TestWorker } from './workflow-environment.ts';

let temporal: TestTemporal;
let worker: TestWorker;
beforeAll(async () => {
  temporal = connectTestTemporal();
  worker = await createTestWorker({
    workflowsPath: fileURLToPath(new URL('./greeting.fixture.ts', import.meta.url)),
    activities: {},
    taskQueue: temporal.taskQueue,
  });
});
afterAll(async () => {
  await worker.stop();
  await temporal.close();
});

describe('the workflow environment', () => {
  it('runs a workflow on a task queue of this file', async () => {
    const { client, taskQueue } = temporal;
    const workflowId = `greeting-${randomUUID()}`;
    expect(await client.workflow.execute('greeting', { taskQueue, workflowId, args: ['you'] })).toBe('hello you');
  });

  it('answers the readiness check', async () => {
    await expect(temporal.check()).resolves.toBeUndefined();
  });
});

import { randomUUID } from 'node:crypto';
import { qrCodeRequestWorkflowId } from '@simlane/contracts/qr-code-request';
import { connectTestTemporal } from '@simlane/testing/workflow-environment';
import { afterAll, expect, it } from 'vitest';
import { createTemporalQrRequestWorkflow } from './temporal-qr-request-workflow.ts';

const temporal = connectTestTemporal();
const [accountId, requestId] = [randomUUID(), randomUUID()];
const handle = temporal.client.workflow.getHandle(qrCodeRequestWorkflowId(requestId));
afterAll(async () => {
  await handle.terminate('the test has ended');
  await temporal.close();
});

it('the workflow of a request runs, knows whose it is, and hears each time that something has changed', async () => {
  const workflow = createTemporalQrRequestWorkflow({ temporal, taskQueue: temporal.taskQueue });
  await workflow.wake({ accountId, requestId }, { again: false });
  const { runId } = await handle.describe();
  await workflow.wake({ accountId, requestId }, { again: true });
  expect(await handle.describe()).toMatchObject({ runId, type: 'qrCodeRequest', status: { name: 'RUNNING' } });
  const { events } = await handle.fetchHistory();
  const inputs = events?.flatMap((event) => [
    ...(event.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).map(({ data }) =>
      JSON.parse(Buffer.from(data ?? []).toString()),
    ),
    ...(event.workflowExecutionSignaledEventAttributes?.signalName ? ['heard'] : []),
  ]);
  expect(inputs).toEqual([{ accountId, requestId }, 'heard', 'heard']);
});

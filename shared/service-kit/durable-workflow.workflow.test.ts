import { randomUUID } from 'node:crypto';
import { connectTestTemporal } from '../testing/workflow-environment.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { createDurableWorkflow, type DurableRun } from './durable-workflow.ts';

const TYPE = 'greeting';
const SIGNAL = 'greeted';

/** Nobody works on its queue: a run stays as it was started, and what was signalled stands in its history. */
const temporal = connectTestTemporal();
const { client, taskQueue } = temporal;
const workflow = createDurableWorkflow<{ accountId: string }, [{ word: string }]>({
  temporal,
  taskQueue,
  type: TYPE,
  signal: SIGNAL,
});
const begun: string[] = [];
afterAll(async () => {
  for (const id of begun)
    await client.workflow
      .getHandle(id)
      .terminate('the test has ended')
      .catch(() => undefined);
  await temporal.close();
});

const aRun = (): DurableRun<{ accountId: string }> => {
  const accountId = randomUUID();
  const workflowId = `test/${accountId}`;
  begun.push(workflowId);
  return {
    workflowId,
    input: { accountId },
    summary: 'A test',
    details: 'Ends by itself.',
    searchAttributes: { AccountId: accountId },
  };
};

const describeRun = (id: string) => client.workflow.getHandle(id).describe();

const heard = async (id: string): Promise<unknown[]> => {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signalled }) =>
    signalled == null ? [] : [JSON.parse(Buffer.from(signalled.input?.payloads?.[0]?.data ?? []).toString())],
  );
};

describe('a durable workflow', () => {
  it('is started once, as operations are to see it, and hears of each signal in its order', async () => {
    const run = aRun();
    const words = ['one', 'two', 'three'].map((word): [{ word: string }] => [{ word }]);
    await workflow.wake(run, { signals: words.slice(0, 2), again: false });
    const { runId } = await describeRun(run.workflowId);
    await workflow.wake(run, { signals: words.slice(2), again: false });
    await workflow.wake(run, { signals: [], again: false });
    const described = await describeRun(run.workflowId);
    expect(described).toMatchObject({ runId, type: TYPE, taskQueue, status: { name: 'RUNNING' } });
    expect(await described.staticSummary()).toBe(run.summary);
    expect(described.searchAttributes.AccountId).toEqual([run.input.accountId]);
    expect(await heard(run.workflowId)).toEqual(words.flat());
  });

  it('has its turn among accounts, and gives way where nobody waits for it', async () => {
    const run = aRun();
    await workflow.wake(run, { signals: [], again: false });
    const fairnessKey = run.input.accountId;
    expect((await describeRun(run.workflowId)).priority).toMatchObject({ fairnessKey });
    const later = { ...aRun(), givesWay: true };
    await workflow.wake(later, { signals: [], again: false });
    expect((await describeRun(later.workflowId)).priority).toMatchObject({ priorityKey: 4 });
  });

  it('is started anew when a run of it has ended too early', async () => {
    const run = aRun();
    await workflow.wake(run, { signals: [], again: false });
    const { runId } = await describeRun(run.workflowId);
    await client.workflow.getHandle(run.workflowId).terminate('by an operator');
    await workflow.wake(run, { signals: [[{ word: 'again' }]], again: true });
    const next = await describeRun(run.workflowId);
    expect(next).toMatchObject({ status: { name: 'RUNNING' } });
    expect(next.runId).not.toBe(runId);
  });

  it('is left alone when it is as we start it, however often nothing came of it', async () => {
    const run = aRun();
    await workflow.wake(run, { signals: [], again: false });
    const { runId } = await describeRun(run.workflowId);
    for (let look = 0; look < 3; look++) await workflow.wake(run, { signals: [], again: true });
    expect(await describeRun(run.workflowId)).toMatchObject({ runId, status: { name: 'RUNNING' } });
  });

  it.each([
    ['of another type', { type: 'other' }],
    ['on a queue that nobody of ours works on', { taskQueue: `test-${randomUUID()}` }],
    ['about something else', { args: [{ accountId: randomUUID() }] }],
    ['that begins in a year', { startDelay: '365 days' }],
  ] as const)('takes the place of a run %s, once nothing came of waking that', async (_what, forged) => {
    const run = aRun();
    const { type = TYPE, ...different } = forged as { type?: string };
    await client.workflow.start(type, { workflowId: run.workflowId, taskQueue, args: [run.input], ...different });
    const foreign = await describeRun(run.workflowId);
    await workflow.wake(run, { signals: [], again: false });
    expect((await describeRun(run.workflowId)).runId).toBe(foreign.runId);
    await workflow.wake(run, { signals: [[{ word: 'now' }]], again: true });
    const ours = await describeRun(run.workflowId);
    expect(ours).toMatchObject({ type: TYPE, taskQueue, status: { name: 'RUNNING' } });
    expect(ours.runId).not.toBe(foreign.runId);
    expect(await heard(run.workflowId)).toEqual([{ word: 'now' }]);
  });

  it('without a signal only has to run', async () => {
    const run = aRun();
    const silent = createDurableWorkflow<{ accountId: string }>({ temporal, taskQueue, type: TYPE });
    await silent.wake(run, { signals: [], again: false });
    expect(await describeRun(run.workflowId)).toMatchObject({ type: TYPE, status: { name: 'RUNNING' } });
  });
});

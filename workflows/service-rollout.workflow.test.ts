import type { ServiceCallsActivities, ServiceRolloutActivities } from '@simlane/contracts/activities';
import {
  type RolloutPortion,
  SERVICE_ROLLOUT_CHANGED_SIGNAL,
  SERVICE_ROLLOUT_WORKFLOW,
  type ServiceRolloutInput,
  serviceRolloutWorkflowId,
} from '@simlane/contracts/service-rollouts';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

const rollouts = new Map<string, TestRollout>();

/** A rollout as the activity of the test finds it: what its portions come to; the last one again and again. */
interface TestRollout {
  portions: RolloutPortion[];
  asked: number;
  failures: number;
}

/** The SIMs whose calls were sent, in portions. Those of the SIM `unsent` never are. */
const sent: (readonly string[])[] = [];

const activities: ServiceRolloutActivities & ServiceCallsActivities = {
  moveRolloutPortion: async ({ rolloutId }: ServiceRolloutInput) => {
    const rollout = rollouts.get(rolloutId);
    if (rollout === undefined) throw new Error(`no rollout ${rolloutId}`);
    rollout.asked += 1;
    if (rollout.failures > 0) {
      rollout.failures -= 1;
      throw new Error('inventory does not answer');
    }
    const [portion] = rollout.portions;
    if (portion === undefined) throw new Error('the rollout has no portion');
    if (rollout.portions.length > 1) rollout.portions.shift();
    return portion;
  },
  sendServiceCalls: async ({ simIds }) => {
    sent.push(simIds);
    if (simIds.includes('unsent')) throw new Error('order does not answer');
    return { answered: simIds.length };
  },
};

const temporal = runWorkflows(activities);

const running = (again: number, moved = 10): RolloutPortion => ({ state: 'running', moved, again });
const DONE: RolloutPortion = { state: 'done', moved: 0, again: null };
const A_DAY_MS = 86_400_000;

const start = async (
  portions: RolloutPortion[],
  failures = 0,
): Promise<{ handle: WorkflowHandle; rollout: TestRollout }> => {
  const rolloutId = randomUUID();
  const rollout = { portions, asked: 0, failures };
  rollouts.set(rolloutId, rollout);
  const handle = await temporal.client.workflow.start(SERVICE_ROLLOUT_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: serviceRolloutWorkflowId(rolloutId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [{ accountId: randomUUID(), rolloutId }],
  });
  return { handle, rollout };
};

const hasAsked = (rollout: TestRollout, times: number) =>
  expect.poll(() => rollout.asked, { timeout: 10_000 }).toBe(times);

describe('a rollout', () => {
  it('asks for one portion after the other, at once or when it is told to, until it has ended', async () => {
    const { handle, rollout } = await start([running(0), running(50, 0), running(0), DONE]);
    await handle.result();
    expect(rollout.asked).toBe(4);
    await recordHistory(handle, 'rollout-done');
  });

  it('that was stopped, paused or cancelled ends its run', async () => {
    for (const state of ['stopped', 'paused', 'cancelled'] as const) {
      const { handle, rollout } = await start([running(0), { state, moved: 0, again: null }]);
      await handle.result();
      expect(rollout.asked).toBe(2);
      await recordHistory(handle, `rollout-${state}`);
    }
  });

  it('looks again at once when it has changed, however long it would have waited', async () => {
    const { handle, rollout } = await start([running(A_DAY_MS), DONE]);
    await hasAsked(rollout, 1);
    await handle.signal(SERVICE_ROLLOUT_CHANGED_SIGNAL);
    await handle.result();
    expect(rollout.asked).toBe(2);
    await recordHistory(handle, 'rollout-changed-meanwhile');
  });

  it('asks again until it is answered', async () => {
    const { handle, rollout } = await start([running(0), DONE], 2);
    await handle.result();
    expect(rollout.asked).toBe(4);
    await recordHistory(handle, 'rollout-at-the-third-try');
  });

  it('has the calls of each portion sent before it asks for the next', async () => {
    const portion = { ...running(0, 2), simIds: ['one', 'two'] };
    const { handle, rollout } = await start([portion, { ...running(0, 1), simIds: ['three'] }, DONE]);
    await handle.result();
    expect(rollout.asked).toBe(3);
    expect(sent.slice(-2)).toEqual([['one', 'two'], ['three']]);
    await recordHistory(handle, 'rollout-calls-sent-together');
  });

  it('goes on where they cannot be sent together: they have workflows of their own', async () => {
    const { handle, rollout } = await start([{ ...running(0, 1), simIds: ['unsent'] }, DONE]);
    await handle.result();
    expect(rollout.asked).toBe(2);
    expect(sent.filter(([first]) => first === 'unsent')).toHaveLength(6);
    await recordHistory(handle, 'rollout-calls-left-to-their-workflows');
  });

  it('begins a new run before its history grows long', async () => {
    const { handle, rollout } = await start([...Array.from({ length: 900 }, () => running(0)), DONE]);
    const { runId: first } = await handle.describe();
    await handle.result();
    expect(rollout.asked).toBe(901);
    const last = await handle.describe();
    expect(last.runId).not.toBe(first);
    const firstRun = await temporal.client.workflow.getHandle(handle.workflowId, first).describe();
    expect(firstRun.status.name).toBe('CONTINUED_AS_NEW');
    expect(firstRun.historyLength).toBeLessThan(4_100);
  });
});

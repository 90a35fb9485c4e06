import type { ScheduledPlansActivities, ServiceCallsActivities } from '@simlane/contracts/activities';
import {
  SCHEDULED_PLANS_WORKFLOW,
  type ScheduledPlansInput,
  type ScheduledPlansPortion,
  scheduledPlansWorkflowId,
} from '@simlane/contracts/scheduled-plans';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

/** What comes of each portion, in turn; after the last nothing is due. */
type Portion = ScheduledPlansPortion | 'fails';

/** What was asked for, in its order. The SIM `unsent` is never sent. */
interface Asked {
  readonly portions: Portion[];
  readonly steps: string[];
}

/** By account. */
const accounts = new Map<string, Asked>();

const askedOf = (accountId: string): Asked => {
  const asked = accounts.get(accountId);
  if (asked === undefined) throw new Error(`no account ${accountId}`);
  return asked;
};

const activities: ScheduledPlansActivities & ServiceCallsActivities = {
  turnScheduledPlans: async ({ accountId }) => {
    const { portions, steps } = askedOf(accountId);
    steps.push('portion');
    const portion = portions.shift() ?? { simIds: [], again: null };
    if (portion === 'fails') throw new Error('inventory does not answer');
    return portion;
  },
  sendServiceCalls: async ({ accountId, simIds }) => {
    askedOf(accountId).steps.push(`send ${simIds.join(' ')}`);
    if (simIds.includes('unsent')) throw new Error('order does not answer');
    return { answered: simIds.length };
  },
};

const temporal = runWorkflows(activities);

const start = async (portions: Portion[]) => {
  const input: ScheduledPlansInput = { accountId: randomUUID(), providerId: randomUUID() };
  const asked: Asked = { portions, steps: [] };
  accounts.set(input.accountId, asked);
  const handle = await temporal.client.workflow.start(SCHEDULED_PLANS_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: scheduledPlansWorkflowId(input),
    args: [input],
  });
  return { handle, steps: asked.steps };
};

describe("a provider's first of the month", () => {
  it('sends the calls of each portion before the next is taken up, until nothing is due', async () => {
    const { handle, steps } = await start([
      { simIds: ['one', 'two'], again: 0 },
      { simIds: ['three'], again: 0 },
    ]);
    await handle.result();
    expect(steps).toEqual(['portion', 'send one two', 'portion', 'send three', 'portion']);
    await recordHistory(handle, 'plans-of-two-portions');
  });

  it('waits for the pace, and sends nothing where nothing was taken up', async () => {
    const { handle, steps } = await start([
      { simIds: ['one'], again: 50 },
      { simIds: [], again: 50 },
      { simIds: ['two'], again: null },
    ]);
    await handle.result();
    expect(steps).toEqual(['portion', 'send one', 'portion', 'portion', 'send two']);
    await recordHistory(handle, 'plans-at-a-pace');
  });

  it('is tried again where a service does not answer', async () => {
    const { handle, steps } = await start(['fails', { simIds: ['one'], again: null }]);
    await handle.result();
    expect(steps).toEqual(['portion', 'portion', 'send one']);
    await recordHistory(handle, 'plans-at-the-second-try');
  });

  it('goes on where calls cannot be sent together: their SIMs have workflows of their own', async () => {
    const { handle, steps } = await start([
      { simIds: ['unsent'], again: 0 },
      { simIds: ['one'], again: null },
    ]);
    await handle.result();
    expect(steps.filter((step) => step === 'send unsent')).toHaveLength(6);
    expect(steps.at(-1)).toBe('send one');
    await recordHistory(handle, 'plans-left-to-their-workflows');
  });

  it('is nothing to a run that finds nothing due', async () => {
    const { handle, steps } = await start([]);
    await handle.result();
    expect(steps).toEqual(['portion']);
  });

  it('of many portions goes on in another run before its history is long', async () => {
    const { handle, steps } = await start(Array.from({ length: 700 }, () => ({ simIds: [], again: 0 })));
    await handle.result();
    expect(steps).toHaveLength(701);
    const first = await temporal.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    expect(first.historyLength).toBeLessThan(4_100);
  });
});

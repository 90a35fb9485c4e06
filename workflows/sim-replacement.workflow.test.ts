import type { FactRef, ReplacementClaim, SimReplacementActivities, StepOutcome } from '@simlane/contracts/activities';
import type { OrderStatus } from '@simlane/contracts/order';
import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  PROGRESS_QUERY,
  SIM_REPLACEMENT_WORKFLOW,
  type SimReplacementProgress,
  simReplacementWorkflowId,
} from '@simlane/contracts/sim-replacement';
import { connectTestTemporal, createTestWorker } from '@simlane/testing/workflow-environment';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';

const temporal = connectTestTemporal();
const orders = new Map<string, TestOrder>();
let worker: Awaited<ReturnType<typeof createTestWorker>>;

/** An order as the activities of the test find it. */
interface TestOrder {
  claim: ReplacementClaim;
  readonly calls: string[];
  submission: { outcome: 'accepted'; providerReference: string } | { outcome: 'rejected'; fact: FactApplied };
  submissionFailures: number;
  refusedFacts: Set<string>;
}

const activities: SimReplacementActivities = {
  claimOrder: async ({ orderId }) => called(orderId, 'claim').claim,
  submitOrder: async ({ orderId }) => {
    const order = called(orderId, 'submit');
    if (order.submissionFailures > 0) {
      order.submissionFailures -= 1;
      throw new Error('the provider does not answer');
    }
    return order.submission;
  },
  createTemporaryEsim: async (ref) => step(ref, 'temporary eSIM', 'in_progress'),
  replaceSim: async (ref) => step(ref, 'replace', 'processed'),
  rollBackReplacement: async (ref) => step(ref, 'roll back', 'cancelled'),
  tellManager: async ({ orderId }) => void called(orderId, 'tell'),
};

const called = (orderId: string, name: string): TestOrder => {
  const order = orders.get(orderId);
  if (order === undefined) throw new Error(`no order ${orderId}`);
  order.calls.push(name);
  return order;
};

const step = ({ orderId, factId }: FactRef, name: string, status: OrderStatus): StepOutcome => {
  const order = called(orderId, name);
  if (order.refusedFacts.has(factId)) return { carriedOut: false, status: 'confirmed', todos: [] };
  return { carriedOut: true, status, todos: status === 'processed' ? order.claim.todos : [] };
};

beforeAll(async () => {
  worker = await createTestWorker({
    workflowsPath: path.join(import.meta.dirname, 'index.ts'),
    activities,
    taskQueue: temporal.taskQueue,
  });
});

afterAll(async () => {
  await worker.stop();
  await temporal.close();
});

const newOrder = (changes: Partial<ReplacementClaim> & { order?: Partial<TestOrder> } = {}): string => {
  const orderId = randomUUID();
  const { order, ...claim } = changes;
  orders.set(orderId, {
    claim: {
      orderNumber: 'ORD-2026-000042',
      status: 'confirmed',
      providerId: randomUUID(),
      submitted: false,
      managerTold: false,
      todos: [],
      pending: [],
      ...claim,
    },
    calls: [],
    submission: { outcome: 'accepted', providerReference: 'REF-1' },
    submissionFailures: 0,
    refusedFacts: new Set(),
    ...order,
  });
  return orderId;
};

const start = (orderId: string): Promise<WorkflowHandle> =>
  temporal.client.workflow.start(SIM_REPLACEMENT_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: simReplacementWorkflowId(orderId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [{ accountId: randomUUID(), orderId }],
  });

const fact = (kind: FactApplied['kind']): FactApplied => ({ factId: randomUUID(), kind });
const say = (handle: WorkflowHandle, ...facts: FactApplied[]): Promise<unknown> =>
  Promise.all(facts.map((one) => handle.signal(FACT_APPLIED_SIGNAL, one)));

const progress = (handle: WorkflowHandle) => handle.query<SimReplacementProgress>(PROGRESS_QUERY);
const reached = (handle: WorkflowHandle, phase: OrderStatus) =>
  expect.poll(async () => (await progress(handle)).phase, { timeout: 10_000 }).toBe(phase);
const callsOf = (orderId: string) => orders.get(orderId)?.calls;

describe('a SIM replacement', () => {
  it('acknowledged, then processed: temporary eSIM, replaced, manager told', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await say(handle, fact('acknowledged'));
    await reached(handle, 'in_progress');
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'temporary eSIM', 'replace', 'tell']);
    await recordHistory(handle, 'acknowledged-then-processed');
  });

  it('processed without an acknowledgement: replaced at once', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'replace', 'tell']);
    await recordHistory(handle, 'processed-at-once');
  });

  it('cancelled after the temporary eSIM: rolled back, manager told', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await say(handle, fact('acknowledged'));
    await reached(handle, 'in_progress');
    await say(handle, fact('cancelled'));
    expect(await handle.result()).toBe('cancelled');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'temporary eSIM', 'roll back', 'tell']);
    await recordHistory(handle, 'cancelled-after-acknowledgement');
  });

  it('cancelled before any acknowledgement: rolled back', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await say(handle, fact('cancelled'));
    expect(await handle.result()).toBe('cancelled');
    await recordHistory(handle, 'cancelled-at-once');
  });

  it('rejected by the provider at submission: rolled back', async () => {
    const rejection = fact('rejected');
    const orderId = newOrder({ order: { submission: { outcome: 'rejected', fact: rejection } } });
    const handle = await start(orderId);
    expect(await handle.result()).toBe('cancelled');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'roll back', 'tell']);
    await recordHistory(handle, 'rejected-at-submission');
  });

  it('whose submission fails goes on trying, and is not rolled back because of a failure', async () => {
    const orderId = newOrder({ order: { submissionFailures: 3 } });
    const handle = await start(orderId);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'submit', 'submit', 'submit', 'replace', 'tell']);
    await recordHistory(handle, 'submitted-at-the-fourth-try');
  });

  it('hears a fact once, however often it is told', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    const acknowledged = fact('acknowledged');
    await say(handle, acknowledged, acknowledged, acknowledged);
    await reached(handle, 'in_progress');
    await say(handle, acknowledged, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)?.filter((call) => call === 'temporary eSIM')).toHaveLength(1);
  });

  it('ignores a fact that the order does not know', async () => {
    const forged = fact('processed');
    const orderId = newOrder({ order: { refusedFacts: new Set([forged.factId]) } });
    const handle = await start(orderId);
    await say(handle, forged);
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toContain('replace');
    expect((await progress(handle)).phase).toBe('confirmed');
    await say(handle, fact('cancelled'));
    expect(await handle.result()).toBe('cancelled');
    await recordHistory(handle, 'unknown-fact-ignored');
  });

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a text', ['processed']],
    ['an id that is none', [{ factId: 'nonsense', kind: 'cancelled' }]],
    ['a kind that is none', [{ factId: randomUUID(), kind: 'exploded' }]],
  ])('goes on after a signal with %s in it', async (_name, signalArguments) => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await handle.signal(FACT_APPLIED_SIGNAL, ...(signalArguments as [FactApplied]));
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'replace', 'tell']);
  });

  it('waits as long as it takes, and says where it is', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    await expect.poll(async () => (await progress(handle)).submitted, { timeout: 10_000 }).toBe(true);
    expect(await progress(handle)).toEqual({ phase: 'confirmed', submitted: true, waiting: [] });
    const { raw } = await handle.describe();
    expect(raw.workflowExecutionInfo?.status).toBe(1);
    await handle.terminate('end of the test');
  });
});

describe('a run that is started again from nothing', () => {
  it('skips what is done: an order in progress waits for the next word', async () => {
    const orderId = newOrder({ status: 'in_progress', submitted: true });
    const handle = await start(orderId);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'replace', 'tell']);
    await recordHistory(handle, 'started-again-in-progress');
  });

  it('carries out what is pending, in the order of intake, before what it is told', async () => {
    const [acknowledged, processed] = [fact('acknowledged'), fact('processed')];
    const orderId = newOrder({ submitted: true, pending: [acknowledged, processed] });
    const handle = await start(orderId);
    await say(handle, processed);
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'temporary eSIM', 'replace', 'tell']);
    await recordHistory(handle, 'started-again-with-pending-facts');
  });

  it('tells the manager of an end that he has not heard of', async () => {
    const orderId = newOrder({ status: 'cancelled', submitted: true });
    expect(await (await start(orderId)).result()).toBe('cancelled');
    expect(callsOf(orderId)).toEqual(['claim', 'tell']);
  });

  it('does nothing where nothing is to be done', async () => {
    const orderId = newOrder({ status: 'processed', submitted: true, managerTold: true });
    expect(await (await start(orderId)).result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim']);
    const unconfirmed = newOrder({ status: 'draft' });
    expect(await (await start(unconfirmed)).result()).toBe('not_confirmed');
    expect(callsOf(unconfirmed)).toEqual(['claim']);
  });
});

it('costs at most 50 events for a replacement with two words of the provider', async () => {
  const orderId = newOrder();
  const handle = await start(orderId);
  await say(handle, fact('acknowledged'));
  await reached(handle, 'in_progress');
  await say(handle, fact('processed'));
  await handle.result();
  expect((await handle.fetchHistory()).events?.length).toBeLessThanOrEqual(50);
});

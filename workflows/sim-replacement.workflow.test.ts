import type {
  FactRef,
  ReplacementClaim,
  SilenceOutcome,
  SimReplacementActivities,
  StepOutcome,
  SubmissionOutcome,
} from '@simlane/contracts/activities';
import type { OrderStatus } from '@simlane/contracts/order';
import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  PROGRESS_QUERY,
  SIM_REPLACEMENT_WORKFLOW,
  type SimReplacementProgress,
  simReplacementWorkflowId,
} from '@simlane/contracts/sim-replacement';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

const orders = new Map<string, TestOrder>();

/** An order as the activities of the test find it. */
interface TestOrder {
  claim: ReplacementClaim;
  readonly calls: string[];
  submission: SubmissionOutcome;
  /** Answers to submissions before that one. */
  earlierSubmissions: SubmissionOutcome[];
  submissionFailures: number;
  refusedFacts: Set<string>;
  /** Requests to the provider are answered when this resolves. */
  provider: Promise<void>;
  /** The question where the order stands is answered when this resolves. */
  lookup: Promise<void>;
  /** What noticing the silence leads to, one after the other. */
  silences: Partial<SilenceOutcome>[];
}

const activities: SimReplacementActivities = {
  claimOrder: async ({ orderId }) => called(orderId, 'claim').claim,
  submitOrder: async ({ orderId }) => {
    const order = called(orderId, 'submit');
    if (order.submissionFailures > 0) {
      order.submissionFailures -= 1;
      throw new Error('the provider does not answer');
    }
    return order.earlierSubmissions.shift() ?? order.submission;
  },
  createTemporaryEsim: async (ref) => step(ref, 'temporary eSIM', 'in_progress'),
  replaceSim: async (ref) => step(ref, 'replace', 'processed'),
  rollBackReplacement: async (ref) => step(ref, 'roll back', 'cancelled'),
  askProvider: async (ref) => {
    const order = called(ref.orderId, 'ask provider');
    await order.provider;
    return { carriedOut: true, status: order.claim.status, todos: [], waitsUntil: null };
  },
  giveNotice: async ({ orderId }) => {
    const { claim } = called(orderId, 'notice');
    return { carriedOut: true, status: claim.status, todos: [] };
  },
  noticeSilence: async ({ orderId }) => {
    const order = called(orderId, 'silence');
    await order.lookup;
    const outcome = order.silences.shift();
    return { carriedOut: true, status: order.claim.status, todos: [], pending: [], waitsUntil: null, ...outcome };
  },
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

const temporal = runWorkflows(activities);

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
    earlierSubmissions: [],
    submissionFailures: 0,
    refusedFacts: new Set(),
    provider: Promise.resolve(),
    lookup: Promise.resolve(),
    silences: [],
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

  it('whose provider asks for an hour does not wait for it when a word comes', async () => {
    const orderId = newOrder({ order: { earlierSubmissions: [{ outcome: 'later', afterSeconds: 3600 }] } });
    const handle = await start(orderId);
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toEqual(['claim', 'submit']);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'submit', 'replace', 'tell']);
    await recordHistory(handle, 'asked-for-time');
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

  it('hears a fact that somebody has told under a wrong kind before', async () => {
    const orderId = newOrder();
    const handle = await start(orderId);
    const acknowledged = fact('acknowledged');
    await say(handle, { ...acknowledged, kind: 'silence_noted' });
    await say(handle, acknowledged);
    await reached(handle, 'in_progress');
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
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
    ['an id of no version', [{ factId: '01a20094-da99-0992-0357-cf63ddba09b5', kind: 'cancelled' }]],
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
    expect(await progress(handle)).toEqual({
      phase: 'confirmed',
      submitted: true,
      waitsUntil: null,
      todos: [],
      waiting: [],
    });
    const { raw } = await handle.describe();
    expect(raw.workflowExecutionInfo?.status).toBe(1);
    await handle.terminate('end of the test');
  });
});

describe('a provider that is silent', () => {
  const soon = () => new Date(Date.now() + 300).toISOString();

  it('is asked when its time has passed, and again at each deadline that follows', async () => {
    const orderId = newOrder({
      order: {
        submission: { outcome: 'accepted', providerReference: 'REF-1', waitsUntil: soon() },
        silences: [{ waitsUntil: soon() }, { waitsUntil: null, todos: ['provider_silent'] }],
      },
    });
    const handle = await start(orderId);
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toEqual(['claim', 'submit', 'silence', 'silence']);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'submit', 'silence', 'silence', 'replace', 'tell']);
    await recordHistory(handle, 'silence-noticed-twice');
  });

  it('whose answer is a word has it carried out, and the manager is told what is pending beside it', async () => {
    const [processed, noted] = [fact('processed'), fact('silence_noted')];
    const orderId = newOrder({
      status: 'in_progress',
      submitted: true,
      waitsUntil: soon(),
      order: { silences: [{ pending: [noted, processed] }] },
    });
    const handle = await start(orderId);
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)?.toSorted()).toEqual(['claim', 'notice', 'replace', 'silence', 'tell']);
    await recordHistory(handle, 'silence-answered');
  });

  it('is asked beside the story: a word that comes meanwhile does not wait for the answer', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const orderId = newOrder({ submitted: true, waitsUntil: soon(), order: { lookup: answered } });
    const handle = await start(orderId);
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toContain('silence');
    await say(handle, fact('processed'));
    await reached(handle, 'processed');
    answer();
    expect(await handle.result()).toBe('processed');
    await recordHistory(handle, 'spoken-while-asked');
  });

  it('that speaks in time is not asked', async () => {
    const orderId = newOrder({ submitted: true, waitsUntil: new Date(Date.now() + 60_000).toISOString() });
    const handle = await start(orderId);
    await say(handle, fact('processed'));
    expect(await handle.result()).toBe('processed');
    expect(callsOf(orderId)).toEqual(['claim', 'replace', 'tell']);
    await recordHistory(handle, 'spoken-in-time');
  });
});

describe('what is said to provider and manager beside the story', () => {
  it('holds up no word: the line is moved while the provider does not answer a request', async () => {
    let answer: () => void = () => undefined;
    const provider = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const orderId = newOrder({ submitted: true, order: { provider } });
    const handle = await start(orderId);
    await say(handle, fact('cancellation_requested'));
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toContain('ask provider');
    await say(handle, fact('processed'));
    await reached(handle, 'processed');
    await expect.poll(() => callsOf(orderId), { timeout: 10_000 }).toContain('tell');
    answer();
    expect(await handle.result()).toBe('processed');
    await recordHistory(handle, 'cancellation-asked-beside-the-story');
  });

  it('is waited for at the end: the provider hears of a cancellation that operations decided', async () => {
    const [cancelled, request] = [fact('cancelled'), fact('cancellation_requested')];
    const orderId = newOrder({ submitted: true, pending: [cancelled, request] });
    const handle = await start(orderId);
    expect(await handle.result()).toBe('cancelled');
    expect(callsOf(orderId)?.toSorted()).toEqual(['ask provider', 'claim', 'roll back', 'tell']);
    await recordHistory(handle, 'cancelled-by-operations');
  });

  it('is done for an order that has ended, where a conflict is resolved later', async () => {
    const pending = [fact('reversal_requested')];
    const orderId = newOrder({ status: 'cancelled', submitted: true, managerTold: true, pending });
    expect(await (await start(orderId)).result()).toBe('cancelled');
    expect(callsOf(orderId)).toEqual(['claim', 'ask provider']);
  });
});

it('an order that was decided before anything was sent is rolled back without having been submitted', async () => {
  const orderId = newOrder({ pending: [fact('cancelled')], order: { submission: { outcome: 'not_needed' } } });
  const handle = await start(orderId);
  expect(await handle.result()).toBe('cancelled');
  expect(callsOf(orderId)).toEqual(['claim', 'submit', 'roll back', 'tell']);
  await recordHistory(handle, 'cancelled-before-submission');
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

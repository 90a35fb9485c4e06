import { orderDecisionRoutes } from '@simlane/contracts/http/order-decisions';
import { orderRoutes } from '@simlane/contracts/http/order';
import { beforeAll, describe, expect, it } from 'vitest';
import { exampleAccounts } from '../seed/example-data.ts';
import { findInstalledCutoverLines } from '../seed/stories.ts';
import { type Manager, startManager, type Switch } from './fleet-manager.fixture.ts';
import { type Operations, startOperations } from './operations.fixture.ts';
import { freshIccid, type OwnProvider, startProvider } from './own-provider.fixture.ts';
import { whilePaused } from './stack-process.fixture.ts';

const [english, french] = exampleAccounts();

let manager: Manager;
let operations: Operations;
let provider: OwnProvider;
beforeAll(async () => {
  manager = await startManager();
  operations = await startOperations(english.id);
  provider = await startProvider('Second Thoughts Mobile', 10);
});

const cancel = (by: Manager, id: string) =>
  by.api.call(orderDecisionRoutes.requestCancellation, { params: { id }, body: { reason: 'No longer needed' } });

const kinds = async (id: string) => (await manager.facts(id)).map(({ kind }) => kind);
const todos = async (id: string) => (await manager.order(id)).todos.map(({ code }) => code);
const atProvider = async (id: string) => (await manager.sandbox.orders(id))[0];

/** The line is as before: the old SIM serves it and no change is in flight. */
const expectUntouched = async ({ line, sim }: Switch): Promise<void> => {
  const { sim: serving, incomingSim, changeInFlight } = await manager.line(line.id);
  expect({ serving, incomingSim, changeInFlight }).toEqual({
    serving: line.sim,
    incomingSim: null,
    changeInFlight: null,
  });
  const { state, iccid, lineId, groupIds, employeeId } = sim;
  expect(await manager.sim(sim.id)).toMatchObject({ state, iccid, lineId, groupIds, employeeId });
};

const expectReplaced = async ({ line, sim }: Switch, iccid: string): Promise<void> => {
  const after = await manager.line(line.id);
  expect(after.sim).toMatchObject({ kind: 'esim', state: 'active', iccid });
  expect(after.changeInFlight).toBeNull();
  expect(await manager.sim(sim.id)).toMatchObject({ state: 'discarded', lineId: null });
};

describe('a manager who asks for cancellation', () => {
  it('before the order was sent has it at once, and the provider never hears of the order', async () => {
    const made = await whilePaused('worker', async () => {
      const confirmed = await manager.confirmedSwitch({ lineId: provider.freshLine() });
      expect((await cancel(manager, confirmed.order.id)).cancellation).toBeNull();
      return confirmed;
    });
    const { id } = made.order;
    await manager.reaches(id, 'cancelled');
    expect((await manager.order(id)).endReason).toBe('manager');
    await manager.until(async () => (await manager.messages(id)).length > 0);
    expect(await manager.messages(id)).toEqual(['order_finished']);
    expect(await manager.sandbox.requests(id)).toEqual([]);
    await expectUntouched(made);
  });

  it('afterwards has it when the provider says so', async () => {
    const rules = [{ cancellation: 'accept' as const, cancelledAfterMs: 300 }];
    const made = await manager.submittedSwitch({ lineId: provider.freshLine(), rules });
    const { id } = made.order;
    expect((await cancel(manager, id)).cancellation?.state).toBe('requested');
    await manager.reaches(id, 'cancelled');
    expect((await manager.order(id)).cancellation?.state).toBe('passed_on');
    expect(await atProvider(id)).toMatchObject({ cancellations: 1, status: 'cancelled' });
    await expectUntouched(made);
  });

  it('may be refused, is told so, and the order goes on', async () => {
    const rules = [{ cancellation: 'refuse' as const, detail: 'The eSIM is being made.' }];
    const made = await manager.submittedSwitch({ lineId: provider.freshLine(), rules });
    const { id, orderNumber } = made.order;
    await cancel(manager, id);
    await manager.until(async () => (await manager.order(id)).cancellation?.state === 'refused');
    expect(await manager.order(id)).toMatchObject({
      status: 'confirmed',
      cancellation: { refusal: 'The eSIM is being made.' },
      needsAttention: false,
    });
    expect(await manager.mailsAbout(orderNumber)).toBe(1);
    expect(await manager.messages(id)).toEqual(['order_waiting']);

    const iccid = freshIccid();
    await manager.sandbox.signal(id, { type: 'order.acknowledged' });
    await manager.sandbox.signal(id, { type: 'order.processed', data: { iccid } });
    await manager.reaches(id, 'processed');
    await expectReplaced(made, iccid);
    await manager.until(async () => (await manager.messages(id)).length > 1);
    expect(await manager.messages(id)).toEqual(['order_waiting', 'order_finished']);
  });
});

describe('operations', () => {
  it('cancel an order in progress: the temporary eSIM is gone, the provider is told, the old SIM untouched', async () => {
    const made = await manager.submittedSwitch({ lineId: provider.freshLine() });
    const { id } = made.order;
    await manager.sandbox.signal(id, { type: 'order.acknowledged' });
    await manager.reaches(id, 'in_progress');
    const temporary = (await manager.order(id)).newSim;
    expect((await manager.line(made.line.id)).incomingSim?.id).toBe(temporary?.id);

    await operations.decide(id, { decision: 'cancel' });
    await manager.reaches(id, 'cancelled');
    await manager.until(async () => (await atProvider(id))?.cancellations === 1);
    expect(await manager.order(id)).toMatchObject({ endReason: 'operations', newSim: temporary, todos: [] });
    await expectUntouched(made);
  });

  it('mark an order processed, with the ICCID; what the provider then says of the same eSIM changes nothing', async () => {
    const made = await manager.submittedSwitch({ lineId: provider.freshLine() });
    const { id } = made.order;
    const iccid = freshIccid();
    await operations.decide(id, { decision: 'mark_processed', iccid });
    await manager.reaches(id, 'processed');
    await manager.sandbox.signal(id, { type: 'order.processed', data: { iccid } });
    await expectReplaced(made, iccid);
    const words = (await manager.facts(id)).filter(({ kind }) => kind === 'processed');
    expect(words.map(({ source, disposition }) => [source, disposition])).toEqual([
      ['operations', 'applied'],
      ['provider', 'duplicate'],
    ]);
    expect(await todos(id)).toEqual([]);
  });
});

describe('an eSIM that the provider has made for an order that it had cancelled', () => {
  const conflicting = async (
    iccid: string,
    rules: NonNullable<Parameters<Manager['submittedSwitch']>[0]>['rules'] = [],
  ) => {
    const made = await manager.submittedSwitch({ lineId: provider.freshLine(), rules });
    const { id } = made.order;
    await manager.sandbox.signal(id, { type: 'order.cancelled', data: { reason: 'Out of stock' } });
    await manager.reaches(id, 'cancelled');
    await manager.sandbox.signal(id, { type: 'order.processed', data: { iccid } });
    const conflict = (await manager.order(id)).todos.find(({ code }) => code === 'conflict');
    await expectUntouched(made);
    return { made, id, factId: conflict?.causeId ?? '' };
  };

  it('is adopted by a new order, which its manager confirms and nobody submits', async () => {
    const iccid = freshIccid();
    const { made, id, factId } = await conflicting(iccid);
    const decided = await operations.decide(id, { decision: 'resolve_conflict', factId, resolution: 'adopt' });
    const adoptingId = String(decided.todos[0]?.data.adoptingOrderId);
    expect(await manager.order(adoptingId)).toMatchObject({ status: 'draft', adoptedFrom: { orderId: id, factId } });

    await manager.api.call(orderRoutes.confirm, { params: { id: adoptingId }, body: {} });
    await manager.reaches(adoptingId, 'processed');
    await expectReplaced(made, iccid);
    expect(await manager.order(id)).toMatchObject({ status: 'cancelled', adoptedBy: adoptingId, todos: [] });
    expect(await atProvider(id)).toMatchObject({ accepted: 1, submissions: 1 });
    expect(await manager.sandbox.requests(adoptingId)).toEqual([]);
  });

  it('is taken back, and the provider’s word that it is cancelled ends the conflict', async () => {
    const rules = [{ cancellation: 'accept' as const, cancelledAfterMs: 300 }];
    const { made, id, factId } = await conflicting(freshIccid(), rules);
    await operations.decide(id, { decision: 'resolve_conflict', factId, resolution: 'reverse_at_provider' });
    await manager.until(async () => (await todos(id)).length === 0);
    expect(await kinds(id)).toContain('reversal_passed_on');
    expect(await atProvider(id)).toMatchObject({ cancellations: 1, status: 'cancelled' });
    await expectUntouched(made);
  });
});

describe('where the installation is what counts', () => {
  const lines = [...findInstalledCutoverLines(french)];
  let claire: Manager;
  beforeAll(async () => {
    claire = await startManager('manager-fr');
  });

  /** The provider has delivered the eSIM; the old SIM serves the line. */
  const delivered = async (iccid: string): Promise<Switch> => {
    const lineId = lines.pop();
    if (lineId === undefined) throw new Error('no line is left whose cut-over is the installation');
    const made = await claire.submittedSwitch({ lineId });
    await claire.sandbox.signal(made.order.id, { type: 'order.processed', data: { iccid } });
    await claire.reaches(made.order.id, 'in_progress');
    expect((await claire.line(lineId)).sim).toMatchObject({ id: made.sim.id, state: made.sim.state });
    return made;
  };

  it.each([
    ['the provider says it', (id: string) => claire.sandbox.signal(id, { type: 'order.installed' })],
    [
      'the manager confirms it',
      (id: string) => claire.api.call(orderDecisionRoutes.confirmInstallation, { params: { id }, body: {} }),
    ],
  ])('the old SIM serves the line until %s', async (_who, install) => {
    const iccid = freshIccid();
    const { order, line } = await delivered(iccid);
    await install(order.id);
    await claire.reaches(order.id, 'processed');
    expect((await claire.line(line.id)).sim).toMatchObject({ kind: 'esim', iccid });
  });
});

describe('a provider that is silent for longer than it has', () => {
  let silent: OwnProvider;
  beforeAll(async () => {
    silent = await startProvider('Silent Mobile', 2, { timeToAcknowledge: 'PT3S', timeToProcess: 'PT3S' });
  });

  it('is asked and reminded; then there is a to-do and one mail, until it speaks', async () => {
    const made = await manager.submittedSwitch({ lineId: silent.freshLine() });
    const { id, orderNumber } = made.order;
    await manager.until(async () => (await todos(id)).includes('provider_silent'));
    expect(await manager.mailsAbout(orderNumber)).toBe(1);
    expect(await manager.messages(id)).toEqual(['order_waiting']);
    expect(await kinds(id)).toEqual(expect.arrayContaining(['provider_asked', 'provider_reminded', 'silence_noted']));
    expect((await atProvider(id))?.reminders).toBe(1);
    expect((await manager.order(id)).status).toBe('confirmed');

    const iccid = freshIccid();
    await manager.sandbox.signal(id, { type: 'order.processed', data: { iccid } });
    expect(await todos(id)).toEqual([]);
    await manager.reaches(id, 'processed');
    await expectReplaced(made, iccid);
  });

  it('but whose signals were lost is asked, and the order goes on by its answers', async () => {
    const iccid = freshIccid();
    const steps = [
      { afterMs: 100, signal: 'order.acknowledged' as const, silent: true },
      { afterMs: 4_000, signal: 'order.processed' as const, data: { iccid }, silent: true },
    ];
    const made = await manager.submittedSwitch({ lineId: silent.freshLine(), rules: [{ steps }] });
    const { id } = made.order;
    await manager.reaches(id, 'in_progress');
    await manager.reaches(id, 'processed');
    await expectReplaced(made, iccid);
    expect(await manager.sandbox.deliveries(id)).toEqual([]);
    expect((await atProvider(id))?.reminders).toBe(0);
    expect(await kinds(id)).not.toContain('silence_noted');
  });
});

describe('a submission that the provider took although its answer was lost', () => {
  it.each(['hang', 'garbage'] as const)('(%s) is found there, and sent no second time', async (submission) => {
    const rules = [{ submission, acceptedAnyway: true, times: 1 }];
    const made = await manager.submittedSwitch({ lineId: provider.freshLine(), rules });
    const { id } = made.order;
    expect(await atProvider(id)).toMatchObject({ accepted: 1, submissions: 1 });
    const reference = (await manager.order(id)).providerReference;
    expect(reference).toBe((await atProvider(id))?.providerReference);

    const iccid = freshIccid();
    await manager.sandbox.signal(id, { type: 'order.processed', data: { iccid } });
    await manager.reaches(id, 'processed');
    await expectReplaced(made, iccid);
  });
});

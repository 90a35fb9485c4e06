import { ACTIONABLE_FACTS } from '@simlane/contracts/facts';
import { orderRoutes } from '@simlane/contracts/http/order';
import type { OrderStatus } from '@simlane/contracts/order';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleAccounts } from '../seed/example-data.ts';
import { dueAgain } from './due-again.fixture.ts';
import { completeDraft } from '../demo/complete-draft.ts';
import { type Manager, startManager, type Switch } from './fleet-manager.fixture.ts';
import { freshIccid, type OwnProvider, startProvider } from './own-provider.fixture.ts';
import { type ForgedStart, type Forger, startForger } from './temporal-forger.fixture.ts';

const [{ id: accountId }, { id: otherAccountId }] = exampleAccounts();
const YEAR = '365 days';

let manager: Manager;
let claire: Manager;
let provider: OwnProvider;
let forger: Forger;
let processed: Switch;
let french: Switch;
beforeAll(async () => {
  [manager, claire] = await Promise.all([startManager(), startManager('manager-fr')]);
  provider = await startProvider('Forged Mobile', 30);
  forger = startForger();
  french = await claire.submittedSwitch();
  await claire.sandbox.signal(french.order.id, { type: 'order.acknowledged' });
  processed = await manager.submittedSwitch({ lineId: provider.freshLine() });
  for (const type of [
    'order.acknowledged',
    'order.acknowledged',
    'order.processed',
    'order.acknowledged',
    'order.cancelled',
  ]) {
    await manager.sandbox.signal(processed.order.id, { type });
  }
  await manager.reaches(processed.order.id, 'processed');
  await manager.until(async () =>
    (await manager.facts(processed.order.id)).some(({ kind }) => kind === 'manager_told'),
  );
  await claire.reaches(french.order.id, 'in_progress');
});
afterAll(() => forger.close());

const inProgress = async (): Promise<Switch> => {
  const made = await manager.submittedSwitch({ lineId: provider.freshLine() });
  await manager.sandbox.signal(made.order.id, { type: 'order.acknowledged' });
  await manager.sandbox.signal(made.order.id, { type: 'order.acknowledged' });
  await manager.reaches(made.order.id, 'in_progress');
  return made;
};

/** The provider's word still moves the line, once, and the manager hears of it, once. */
const expectRightEnd = async ({ order, line, sim }: Switch): Promise<void> => {
  await manager.reaches(order.id, 'processed');
  expect((await manager.line(line.id)).sim).toMatchObject({ kind: 'esim', state: 'active' });
  expect(await manager.sim(sim.id)).toMatchObject({ state: 'discarded', lineId: null });
  await manager.until(async () => (await manager.facts(order.id)).some(({ kind }) => kind === 'manager_told'));
  expect(await manager.messages(order.id)).toEqual(['order_finished']);
  expect((await manager.sandbox.orders(order.id)).map(({ accepted }) => accepted)).toEqual([1]);
  const effects = (await manager.facts(order.id)).map(({ kind }) => kind);
  for (const once of ['submitted', 'sim_replaced', 'manager_told'] as const) {
    expect(effects.filter((kind) => kind === once)).toEqual([once]);
  }
};

const says = (orderId: string, type: string) =>
  manager.sandbox.signal(orderId, { type, ...(type === 'order.processed' ? { data: { iccid: freshIccid() } } : {}) });

/** Resolves when the order has the status, whoever holds its workflow id. */
const goesOn = (orderId: string, status: OrderStatus): Promise<void> =>
  manager.until(async () => {
    await dueAgain(orderId);
    return (await manager.order(orderId)).status === status;
  });

/** No fact, in the forms that a careless or malicious sender gives it. */
const GARBAGE: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  'processed',
  [],
  {},
  { factId: null, kind: 'processed' },
  { factId: {}, kind: [] },
  { factId: 'processed', kind: 'processed' },
  { factId: `${randomUUID()}/../claim`, kind: 'processed' },
  // In the form of a UUID, but of no version that there is.
  { factId: '00000000-0000-0000-0000-000000000001', kind: 'processed' },
  { factId: '01a20094-da99-0992-0357-cf63ddba09b5', kind: 'acknowledged' },
  { factId: randomUUID(), kind: 'constructor' },
  { factId: randomUUID(), kind: 'sim_replaced' },
  { factId: randomUUID(), kind: 'x'.repeat(100_000) },
  [{ factId: randomUUID(), kind: 'processed' }],
];
const UNKNOWN_SIGNALS = ['processed', 'replaceSim', 'constructor', '__proto__', 'fact-applied'] as const;

describe('signals about an order that waits, sent straight to Temporal', () => {
  it('with facts that are invented, of another order, of another account, or not applied change nothing', async () => {
    const made = await inProgress();
    const { id } = made.order;
    const before = await manager.everythingAbout(made);
    const foreign = [await claire.everythingAbout(french), await manager.everythingAbout(processed)];
    const facts = [before, ...foreign].flatMap((about) => about.facts.map((fact) => fact.id));
    for (const factId of [...facts, randomUUID(), randomUUID()]) {
      for (const kind of ACTIONABLE_FACTS) await forger.signal(id, { factId, kind });
    }
    await forger.untilAtRest(id);
    expect(await manager.everythingAbout(made)).toEqual(before);
    expect([await claire.everythingAbout(french), await manager.everythingAbout(processed)]).toEqual(foreign);

    await says(id, 'order.processed');
    await expectRightEnd(made);
  });

  it('five hundred of no form, or of a name that there is not, change nothing', async () => {
    const made = await inProgress();
    const { id } = made.order;
    const before = await manager.everythingAbout(made);
    for (let count = 0; count < 500; count += 1) {
      const name = count % 3 === 0 ? UNKNOWN_SIGNALS[count % UNKNOWN_SIGNALS.length] : undefined;
      await forger.signal(id, GARBAGE[count % GARBAGE.length], name);
    }
    await forger.untilAtRest(id);
    expect(await manager.everythingAbout(made)).toEqual(before);

    await says(id, 'order.processed');
    await expectRightEnd(made);
  });

  it('that cannot be read break the run, which is ended and replaced', async () => {
    const made = await inProgress();
    const { id } = made.order;
    const before = await manager.everythingAbout(made);
    await forger.unreadableSignal(id);
    await forger.untilBroken(id);
    expect(await manager.everythingAbout(made)).toEqual(before);

    await says(id, 'order.processed');
    await goesOn(id, 'processed');
    await expectRightEnd(made);
  });
});

describe('a run of an order', () => {
  it.each([
    ['cancelled', (id: string) => forger.runOf(id).cancel()],
    ['terminated', (id: string) => forger.runOf(id).terminate('because I can')],
  ])('%s by somebody changes nothing: the next word starts another', async (_what, end) => {
    const made = await inProgress();
    const { id } = made.order;
    const before = await manager.everythingAbout(made);
    await end(id);
    await manager.until(async () => (await forger.runOf(id).describe()).status.name !== 'RUNNING');
    expect(await manager.everythingAbout(made)).toEqual(before);

    await says(id, 'order.processed');
    await expectRightEnd(made);
  });

  it('answers what it is asked, and nothing changes by it', async () => {
    const made = await inProgress();
    const before = await manager.everythingAbout(made);
    const run = forger.runOf(made.order.id);
    expect(await run.query('progress', ...GARBAGE)).toMatchObject({ phase: 'in_progress', waiting: [] });
    await expect(run.query('orderedBy')).rejects.toThrow('orderedBy');
    await expect(run.executeUpdate('replaceSim')).rejects.toThrow('Update failed');
    expect(await manager.everythingAbout(made)).toEqual(before);
  });

  it('that has ended, started anew with facts that were not applied, ends at once and does nothing', async () => {
    const before = await manager.everythingAbout(processed);
    const { id: orderId } = processed.order;
    expect(new Set(before.facts.map(({ disposition }) => disposition))).toEqual(
      new Set(['recorded', 'applied', 'duplicate', 'stale', 'conflict']),
    );
    for (const { id: factId } of before.facts) {
      for (const kind of ACTIONABLE_FACTS) {
        await forger.startWithSignal(orderId, { accountId, orderId }, { factId, kind });
      }
    }
    expect(await forger.runOf(orderId).result()).toBe('processed');
    expect(await manager.everythingAbout(processed)).toEqual(before);
  });
});

describe("a run that somebody else has started under an order's workflow id", () => {
  const FORGED: readonly (readonly [name: string, start: (orderId: string) => ForgedStart])[] = [
    ["with another account's id", (orderId) => ({ args: [{ accountId: otherAccountId, orderId }] })],
    ["with another order's id", () => ({ args: [{ accountId, orderId: processed.order.id }] })],
    ["with another account's order", () => ({ args: [{ accountId: otherAccountId, orderId: french.order.id }] })],
    ['with more than an order', (orderId) => ({ args: [{ accountId, orderId, status: 'processed' }] })],
    ['with nothing', () => ({ args: [] })],
    ['on another task queue', (orderId) => ({ args: [{ accountId, orderId }], taskQueue: 'mine' })],
    ['of another type', (orderId) => ({ args: [{ accountId, orderId }], type: 'mine' })],
    ['to begin in a year', (orderId) => ({ args: [{ accountId, orderId }], startDelay: YEAR })],
  ];

  it.concurrent.each(FORGED)(
    'while the order waits, %s, holds it up for no longer than a delivery',
    async (_how, start) => {
      const made = await inProgress();
      const { id } = made.order;
      const before = await manager.everythingAbout(made);
      await forger.runOf(id).terminate();
      await forger.start(id, start(id));
      await says(id, 'order.processed');
      await goesOn(id, 'processed');
      await expectRightEnd(made);
      const { order, facts } = await manager.everythingAbout(made);
      expect(facts.slice(0, before.facts.length)).toEqual(before.facts);
      expect(order.todos).toEqual([]);
    },
  );

  it.concurrent.each(FORGED)(
    'before it was confirmed, %s, holds it up for no longer than a delivery',
    async (_how, start) => {
      const line = await manager.line(provider.freshLine());
      const sim = await manager.sim(line.sim?.id ?? '');
      const { id } = await completeDraft(manager.api, line.id, 'switch_to_esim');
      await forger.start(id, start(id));
      expect((await manager.order(id)).status).toBe('draft');
      const order = await manager.api.call(orderRoutes.confirm, { params: { id }, body: {} });
      await manager.until(async () => {
        await dueAgain(id);
        return (await manager.order(id)).submittedAt !== null;
      });
      await says(id, 'order.processed');
      await expectRightEnd({ order, line, sim });
    },
  );

  it('even with its own ids, finds a draft unconfirmed and does nothing', async () => {
    const { id: orderId } = await completeDraft(manager.api, provider.freshLine(), 'switch_to_esim');
    await forger.start(orderId, { args: [{ accountId, orderId }] });
    expect(await forger.runOf(orderId).result()).toBe('not_confirmed');
    expect(await manager.order(orderId)).toMatchObject({ status: 'draft', submittedAt: null });
    expect(await manager.sandbox.requests(orderId)).toEqual([]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';
import { LEASES_UNTIL_STUCK } from './owed.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RECEIVED = { outcome: 'found', order: { status: 'received' } } as const;

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.provider.lookups = [];
  order.provider.reminders = [];
  order.provider.asked.length = 0;
});

const at = atWork(() => order);
const { read, noticeSilence, letPass, kinds, todos } = at;

const inDays = async (orderId: string): Promise<number> =>
  Math.round((Date.parse((await read(orderId)).waitsUntil ?? '') - Date.now()) / (DAY_MS / 10)) / 10;
const calls = (orderId: string) =>
  order.provider.asked.filter((one) => one.orderId === orderId).map(({ call }) => call);

describe('the time that a provider has', () => {
  it('is the time to acknowledge from the submission, then the time to process from the acknowledgement', async () => {
    const id = await at.submittedOrder();
    expect(await inDays(id)).toBe(2);
    await at.say('acknowledged', id);
    await at.carryOut(id, (await at.lastFact(id, 'acknowledged')).id);
    expect(await inDays(id)).toBe(10);
    expect((await at.claim(id)).waitsUntil).toBe((await read(id)).waitsUntil);
  });

  it('ends with the order', async () => {
    expect((await read(await at.processedOrder({}))).waitsUntil).toBeNull();
    expect((await read(await at.cancelledOrder())).waitsUntil).toBeNull();
  });

  it('is watched by the due loop too: 15 minutes after the deadline the workflow is woken', async () => {
    const id = await at.submittedOrder();
    await letPass(id, '47 hours 50 minutes');
    await order.handleDue(id);
    const due = (await at.dueAt(id))?.getTime() ?? 0;
    expect(Math.round((due - Date.now()) / 60_000)).toBe(25);
  });
});

describe('a provider that is silent', () => {
  it('is asked and reminded, then there is a to-do and the manager is told, and nothing is cancelled', async () => {
    const id = await at.submittedOrder();
    await letPass(id, '2 days');
    order.provider.lookups = [RECEIVED, RECEIVED, RECEIVED];
    expect((await noticeSilence(id)).body).toMatchObject({ status: 'confirmed', todos: [], pending: [] });
    expect(calls(id)).toEqual(['lookUp', 'remind']);
    expect(await inDays(id)).toBe(0.2);

    await letPass(id, '1 day');
    const noted = (await noticeSilence(id)).body;
    expect(noted).toMatchObject({ todos: ['provider_silent'], pending: [{ kind: 'silence_noted' }] });
    expect(await read(id)).toMatchObject({ status: 'confirmed', todos: [{ responsible: 'operations' }] });
    await order.callInternal('PUT', `/orders/${id}/facts/${noted.pending[0]?.factId}/notice-given`, {
      body: { messageId: id },
    });
    expect((await at.claim(id)).pending).toEqual([]);

    await letPass(id, '1 day');
    await noticeSilence(id);
    expect(calls(id)).toEqual(['lookUp', 'remind', 'lookUp', 'lookUp']);
    expect(await kinds(id)).toEqual([
      'draft_created',
      'confirmation_requested',
      'confirmed',
      'submitted',
      'provider_asked',
      'provider_reminded',
      'provider_asked',
      'silence_noted',
      'manager_told',
      'provider_asked',
    ]);
  });

  it('and cannot be reached is as silent as one that says nothing', async () => {
    const id = await at.inProgressOrder();
    order.provider.reminders = ['no answer'];
    await letPass(id, '10 days');
    expect((await noticeSilence(id)).status).toBe(200);
    await letPass(id, '2 days');
    await noticeSilence(id);
    expect(await read(id)).toMatchObject({ status: 'in_progress', todos: [{ code: 'provider_silent' }] });
    expect(await kinds(id)).not.toContain('provider_reminded');
  });

  it('answers with a word: it is a fact, is carried out, and nobody is reminded', async () => {
    const id = await at.submittedOrder();
    await letPass(id, '2 days');
    order.provider.lookups = [{ outcome: 'found', order: { status: 'cancelled', reason: 'Out of stock' } }];
    expect((await noticeSilence(id)).body.pending).toMatchObject([{ kind: 'cancelled' }]);
    expect(calls(id)).toEqual(['lookUp']);
    expect(await at.lastFact(id, 'cancelled')).toMatchObject({ source: 'provider', reason: 'Out of stock' });
  });

  it('that speaks after all ends the to-do', async () => {
    const id = await at.submittedOrder();
    for (const days of ['2 days', '1 day']) {
      await letPass(id, days);
      await noticeSilence(id);
    }
    expect(await todos(id)).toEqual(['provider_silent']);
    await at.say('acknowledged', id);
    expect(await todos(id)).toEqual([]);
  });

  it('that speaks without going on has its time anew, and its silence is noticed again', async () => {
    const id = await at.inProgressOrder();
    for (const days of ['10 days', '2 days']) {
      await letPass(id, days);
      await noticeSilence(id);
    }
    await at.say('acknowledged', id);
    expect(await todos(id)).toEqual([]);
    expect(await inDays(id)).toBe(10);
    for (const days of ['11 days', '2 days']) {
      await letPass(id, days);
      await noticeSilence(id);
    }
    expect(await todos(id)).toEqual(['provider_silent']);
  });

  it('that fills in an identifier when it is asked, and no more, is still silent', async () => {
    const id = await at.inProgressOrder();
    await letPass(id, '10 days');
    await noticeSilence(id);
    await letPass(id, '2 days');
    order.provider.lookups = [{ outcome: 'found', order: { status: 'acknowledged', iccid: '8988211000000530082' } }];
    await noticeSilence(id);
    expect(await todos(id)).toEqual(['provider_silent']);
  });

  it('is left alone before the deadline, by a repeat, while a word is carried out, and after the end', async () => {
    const early = await at.submittedOrder();
    await noticeSilence(early);
    const repeated = await at.submittedOrder();
    await letPass(repeated, '2 days');
    await Promise.all([noticeSilence(repeated), noticeSilence(repeated), noticeSilence(repeated)]);
    expect((await kinds(repeated)).filter((kind) => kind === 'provider_asked')).toHaveLength(1);
    const keys = order.provider.asked.filter(({ call, orderId }) => call === 'remind' && orderId === repeated);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
    const spoken = await at.submittedOrder();
    await letPass(spoken, '2 days');
    await at.say('acknowledged', spoken);
    expect((await noticeSilence(spoken)).body.pending).toMatchObject([{ kind: 'acknowledged' }]);
    const ended = await at.cancelledOrder();
    await noticeSilence(ended);
    expect([...calls(early), ...calls(spoken), ...calls(ended)]).toEqual([]);
  });
});

describe('an order that gets nowhere', () => {
  it('is stuck after 20 leases: a to-do, once, while it is tried on; progress ends it', async () => {
    const { id } = await order.confirmedOrder();
    const dueBefore = await at.dueAt(id);
    await order.handleDue(id, LEASES_UNTIL_STUCK - 1);
    expect(await todos(id)).toEqual([]);
    await order.handleDue(id, LEASES_UNTIL_STUCK);
    await order.handleDue(id, LEASES_UNTIL_STUCK + 1);
    expect(await todos(id)).toEqual(['stuck']);
    expect((await kinds(id)).filter((kind) => kind === 'stuck_noticed')).toHaveLength(1);
    expect(await at.dueAt(id)).toEqual(dueBefore);
    expect(order.workflow.wakes.filter(({ orderId, again }) => orderId === id && again)).toHaveLength(3);
    await at.submit(id);
    expect(await todos(id)).toEqual([]);
  });

  it('and only waits is never stuck: each look at it is all that was to be done', async () => {
    const id = await at.submittedOrder();
    await order.handleDue(id, LEASES_UNTIL_STUCK);
    expect(await todos(id)).toEqual([]);
    expect(Math.round(((await at.dueAt(id))?.getTime() ?? 0) / DAY_MS - Date.now() / DAY_MS)).toBe(1);
  });
});

import type { Order } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';

const ICCID = '8988211000000530082';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.provider.cancellations = [];
  order.provider.asked.length = 0;
});

const at = atWork(() => order);
const { say, submit, carryOut, read, lastFact, kinds, ask } = at;
const pendingOf = async (orderId: string) => (await at.claim(orderId)).pending.map(({ kind }) => kind);

const askToCancel = (orderId: string, body: object = {}) =>
  order.call<Order & Partial<Omit<Problem, 'status'>>>('POST', `/orders/${orderId}/cancellation-requests`, { body });

describe('a manager who asks for cancellation', () => {
  it('before the first attempt to submit it decides at once', async () => {
    const { id } = await order.confirmedOrder();
    expect((await askToCancel(id, { reason: 'Not needed' })).status).toBe(200);
    const cancelled = await lastFact(id, 'cancelled');
    expect(cancelled).toMatchObject({
      source: 'user',
      actorId: 'user-1',
      reason: 'Not needed',
      disposition: 'applied',
    });
    await carryOut(id, cancelled.id);
    expect(await read(id)).toMatchObject({ status: 'cancelled', endReason: 'manager', endDetail: 'Not needed' });
    expect((await askToCancel(id)).body.status).toBe('cancelled');
    expect((await kinds(id)).filter((kind) => kind === 'cancelled')).toHaveLength(1);
  });

  it('and the submission exclude each other: what was sent is asked for, what was cancelled is not sent', async () => {
    for (let n = 0; n < 10; n += 1) {
      const { id } = await order.confirmedOrder();
      await Promise.all([submit(id), askToCancel(id)]);
      const wasSent = order.provider.submitted.some((submission) => submission.order.orderId === id);
      expect(await pendingOf(id)).toEqual([wasSent ? 'cancellation_requested' : 'cancelled']);
    }
  });

  it('after it has the provider asked, once however often he asks, and the order goes on until the provider decides', async () => {
    const id = await at.submittedOrder();
    await Promise.all([askToCancel(id), askToCancel(id), askToCancel(id)]);
    expect(await read(id)).toMatchObject({ status: 'confirmed', cancellation: { state: 'requested' } });
    const { id: factId } = await lastFact(id, 'cancellation_requested');
    await ask(id, factId);
    await ask(id, factId);
    expect(order.provider.asked).toEqual([
      { call: 'requestCancellation', orderId: id, key: `sim-replacement/${id}:${factId}` },
    ]);
    expect(await read(id)).toMatchObject({ status: 'confirmed', cancellation: { state: 'passed_on' } });
    expect((await kinds(id)).filter((kind) => kind.startsWith('cancellation'))).toEqual([
      'cancellation_requested',
      'cancellation_passed_on',
    ]);
    await say('processed', id, { iccid: ICCID });
    await carryOut(id, (await lastFact(id, 'processed')).id);
    expect((await read(id)).status).toBe('processed');
    expect(await askToCancel(id)).toMatchObject({ status: 409, body: { code: 'order_state' } });
  });

  it('is told where the provider refuses; the order says so, goes on, and can be asked for again', async () => {
    const id = await at.inProgressOrder();
    await askToCancel(id);
    order.provider.cancellations = [{ outcome: 'refused', detail: 'Too far on.' }];
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    expect(await read(id)).toMatchObject({
      status: 'in_progress',
      todos: [],
      cancellation: { state: 'refused', refusal: 'Too far on.' },
    });
    expect(await pendingOf(id)).toEqual(['cancellation_refused']);
    const refusal = await lastFact(id, 'cancellation_refused');
    const notice = await order.callInternal('GET', `/orders/${id}/facts/${refusal.id}`);
    expect(notice.body).toMatchObject({ notice: { why: 'cancellation_refused', detail: 'Too far on.' } });
    await askToCancel(id);
    expect((await kinds(id)).filter((kind) => kind === 'cancellation_requested')).toHaveLength(2);
  });

  it('is not lost where the provider gives no answer, nor taken for a decision where it knows no such order', async () => {
    const id = await at.submittedOrder();
    await askToCancel(id);
    const { id: factId } = await lastFact(id, 'cancellation_requested');
    order.provider.cancellations = ['no answer', { outcome: 'unknown_order' }];
    expect((await ask(id, factId)).status).toBe(503);
    expect((await ask(id, factId)).status).toBe(503);
    expect(await pendingOf(id)).toEqual(['cancellation_requested']);
    expect((await ask(id, factId)).status).toBe(200);
  });

  it('and whose provider does so has ended the order himself', async () => {
    const id = await at.submittedOrder();
    await askToCancel(id);
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    await say('cancelled', id);
    await carryOut(id, (await lastFact(id, 'cancelled')).id);
    expect(await read(id)).toMatchObject({ status: 'cancelled', endReason: 'manager' });
  });

  it('is not told of a refusal that came after the line was moved', async () => {
    const id = await at.submittedOrder();
    await askToCancel(id);
    order.provider.cancellations = [{ outcome: 'refused', detail: 'Too late.' }];
    order.provider.beforeAnswering = async () => void (await say('processed', id));
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    expect(await pendingOf(id)).toEqual(['processed']);
    expect((await kinds(id)).at(-1)).toBe('request_overtaken');
  });

  it('is overtaken by what moves the line: the provider is not asked any more', async () => {
    const id = await at.submittedOrder();
    await askToCancel(id);
    await say('processed', id);
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    expect(order.provider.asked).toEqual([]);
    expect((await kinds(id)).at(-1)).toBe('request_overtaken');
  });

  it('whose profile has the action off for that slot is refused, with the condition; what else is unmet does not count', async () => {
    const notEnabled = {
      code: 'enabled_in_profile',
      state: 'not_met',
      detail: 'Switch to eSIM is not enabled for slot 1 in the profile Depot',
      fix: 'Enable it; an administrator can do it',
      whoCanFix: 'administrator',
    } as const;
    const inFlight = { ...notEnabled, code: 'no_change_in_flight' } as const;
    const id = await at.submittedOrder();
    order.inventory.availability = { display: 'blocked', conditions: [notEnabled, inFlight] };
    const refused = await askToCancel(id);
    expect([refused.status, refused.body.code, refused.body.conditions]).toEqual([
      422,
      'action_not_available',
      [notEnabled],
    ]);
    order.inventory.availability = { display: 'blocked', conditions: [inFlight] };
    expect((await askToCancel(id)).status).toBe(200);
    order.inventory.availability = {};
  });

  it('of a draft, of a processed or of a foreign order is refused', async () => {
    const { id: draft } = await order.draft();
    expect(await askToCancel(draft)).toMatchObject({ status: 409, body: { code: 'order_state' } });
    const path = `/orders/${await at.submittedOrder()}/cancellation-requests`;
    expect((await order.call('POST', path, { body: {}, accountId: order.otherAccountId })).status).toBe(404);
    expect((await order.call('POST', path, { body: {}, roles: ['viewer'] })).status).toBe(403);
    expect((await order.call('POST', path, { body: { reson: 'typo' } })).status).toBe(400);
  });
});

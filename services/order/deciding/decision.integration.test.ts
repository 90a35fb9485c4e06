import { uuidV7 } from '@simlane/service-kit/uuid-v7';
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
const { say, carryOut, read, facts, lastFact, kinds, todos, ask, decide, letPass } = at;
const pendingOf = async (orderId: string) => (await at.claim(orderId)).pending.map(({ kind }) => kind);

describe('a decision of operations', () => {
  it('to remind has the provider reminded now', async () => {
    const id = await at.submittedOrder();
    await decide(id, { decision: 'remind' });
    const fact = await lastFact(id, 'reminder_requested');
    expect(fact).toMatchObject({ source: 'operations', actorId: 'operations-1', reason: 'Told by phone' });
    await ask(id, fact.id);
    expect(order.provider.asked).toMatchObject([{ call: 'remind', orderId: id }]);
    expect((await kinds(id)).at(-1)).toBe('provider_reminded');
  });

  it('to extend the time moves the deadline and ends the to-do of the silence', async () => {
    const id = await at.submittedOrder();
    for (let n = 0; n < 2; n += 1) {
      await letPass(id, '3 days');
      await at.noticeSilence(id);
    }
    expect(await todos(id)).toEqual(['provider_silent']);
    const until = new Date(Date.now() + 5 * 24 * 3_600_000).toISOString();
    expect((await decide(id, { decision: 'extend', until })).body).toMatchObject({ waitsUntil: until, todos: [] });
    for (const early of ['2020-01-01T00:00:00Z', new Date(Date.now() + 3_600_000).toISOString()]) {
      expect(await decide(id, { decision: 'extend', until: early })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/until' }] },
      });
    }
  });

  it('to mark as processed moves the line, with the ICCID if it names one', async () => {
    const id = await at.inProgressOrder();
    expect(await decide(id, { decision: 'mark_processed', iccid: '123' })).toMatchObject({
      status: 422,
      body: { code: 'iccid_invalid', errors: [{ pointer: '/iccid' }] },
    });
    await decide(id, { decision: 'mark_processed', iccid: `${ICCID}F` });
    expect(await lastFact(id, 'processed')).toMatchObject({
      source: 'operations',
      disposition: 'applied',
      reason: 'Told by phone',
      data: { iccid: ICCID },
    });
    expect(await pendingOf(id)).toEqual(['processed']);
  });

  it('to cancel rolls back and tells the provider', async () => {
    const id = await at.inProgressOrder();
    await decide(id, { decision: 'cancel' });
    expect(await pendingOf(id)).toEqual(['cancelled', 'cancellation_requested']);
    await carryOut(id, (await lastFact(id, 'cancelled')).id);
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    expect(order.provider.asked).toMatchObject([{ call: 'requestCancellation', orderId: id }]);
    expect(await read(id)).toMatchObject({ status: 'cancelled', endReason: 'operations', todos: [] });
    await say('cancelled', id);
    expect(await lastFact(id, 'cancelled')).toMatchObject({ disposition: 'duplicate' });
  });

  it('to cancel what was never sent has nothing to tell the provider', async () => {
    const { id } = await order.confirmedOrder();
    await decide(id, { decision: 'cancel' });
    expect(await pendingOf(id)).toEqual(['cancelled']);
  });

  it('to cancel, which the provider refuses, is a conflict that the provider can end by its word', async () => {
    const id = await at.inProgressOrder();
    await decide(id, { decision: 'cancel' });
    await carryOut(id, (await lastFact(id, 'cancelled')).id);
    order.provider.cancellations = [{ outcome: 'refused', detail: 'Too far on.' }];
    await ask(id, (await lastFact(id, 'cancellation_requested')).id);
    expect(await read(id)).toMatchObject({ status: 'cancelled', todos: [{ code: 'conflict' }] });
    await say('cancelled', id);
    expect(await todos(id)).toEqual([]);
  });

  it('that the state does not allow is refused with the state and what is possible', async () => {
    const cases: [string, object, string[]][] = [
      [(await order.draft()).id, { decision: 'cancel' }, []],
      [(await order.confirmedOrder()).id, { decision: 'remind' }, ['mark_processed', 'cancel']],
      [await at.submittedOrder(), { decision: 'resubmit' }, ['remind', 'extend', 'mark_processed', 'cancel']],
      [await at.processedOrder({}), { decision: 'mark_processed' }, []],
      [await at.cancelledOrder(), { decision: 'cancel' }, []],
      [
        await at.inProgressOrder(),
        { decision: 'resolve_conflict', factId: uuidV7(), resolution: 'no_effect' },
        ['remind', 'extend', 'mark_processed', 'cancel'],
      ],
    ];
    for (const [id, body, possible] of cases) {
      const { status } = await read(id);
      const before = await facts(id);
      const refusal = await decide(id, body);
      expect(refusal).toMatchObject({ status: 409, body: { code: 'order_state', possible } });
      expect(refusal.body.detail).toContain(`is ${status}`);
      expect(await facts(id)).toEqual(before);
    }
  });

  it('is made once per Idempotency-Key, also at the same time, and needs a reason and operations', async () => {
    const id = await at.submittedOrder();
    const key = uuidV7();
    const answers = await Promise.all([1, 2, 3].map(() => decide(id, { decision: 'remind' }, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await kinds(id)).filter((kind) => kind === 'reminder_requested')).toHaveLength(1);
    expect(await decide(id, { decision: 'cancel' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect((await decide(id, { decision: 'remind', reason: undefined })).status).toBe(400);
    expect((await decide(id, { decision: 'explode' })).status).toBe(400);
    const path = `/orders/${id}/decisions`;
    const body = { decision: 'cancel', reason: 'Mine' };
    expect((await order.call('POST', path, { body, key: uuidV7(), roles: ['administrator'] })).status).toBe(403);
    expect((await order.call('POST', path, { body, roles: ['operations'] })).status).toBe(400);
    const foreign = { body, key: uuidV7(), roles: ['operations' as const], accountId: order.otherAccountId };
    expect((await order.call('POST', path, foreign)).status).toBe(404);
  });
});

import type { Order } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';

const ICCID = '8988211000000530082';
const OTHER_ICCID = '8965030119110000013';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.provider.answers = [];
  order.provider.cancellations = [];
  order.provider.asked.length = 0;
});

const at = atWork(() => order);
const { say, submit, carryOut, read, facts, lastFact, kinds, todos, ask, decide, letPass } = at;

const askToCancel = (orderId: string, body: object = {}) =>
  order.call<Order & Partial<Omit<Problem, 'status'>>>('POST', `/orders/${orderId}/cancellation-requests`, { body });
const pendingOf = async (orderId: string) => (await at.claim(orderId)).pending.map(({ kind }) => kind);

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

  it('of a draft, of a processed or of a foreign order is refused', async () => {
    const { id: draft } = await order.draft();
    expect(await askToCancel(draft)).toMatchObject({ status: 409, body: { code: 'order_state' } });
    const path = `/orders/${await at.submittedOrder()}/cancellation-requests`;
    expect((await order.call('POST', path, { body: {}, accountId: order.otherAccountId })).status).toBe(404);
    expect((await order.call('POST', path, { body: {}, roles: ['viewer'] })).status).toBe(403);
    expect((await order.call('POST', path, { body: { reson: 'typo' } })).status).toBe(400);
  });
});

describe('a provider whose cut-over is the installation', () => {
  beforeAll(() => {
    order.catalog.cutoverOn = 'installed';
  });
  afterAll(() => {
    order.catalog.cutoverOn = 'processed';
  });

  it('acknowledges with `processed`, its ICCID kept, and moves the line with `installed`', async () => {
    const id = await at.submittedOrder();
    await say('processed', id, { iccid: ICCID });
    const { id: factId } = await lastFact(id, 'acknowledged');
    await carryOut(id, factId);
    expect(await lastFact(id, 'acknowledged')).toMatchObject({ data: { iccid: ICCID, said: 'processed' } });
    expect((await read(id)).status).toBe('in_progress');
    await say('installed', id);
    expect(await pendingOf(id)).toEqual(['processed']);
    await carryOut(id, (await lastFact(id, 'processed')).id);
    expect((await read(id)).status).toBe('processed');
  });

  it('can be cancelled until then', async () => {
    const id = await at.submittedOrder();
    await say('processed', id);
    await say('cancelled', id);
    expect(await lastFact(id, 'cancelled')).toMatchObject({ disposition: 'applied' });
  });

  it('lets a manager confirm the installation, once', async () => {
    const install = (orderId: string) => order.call('POST', `/orders/${orderId}/installation`, { body: {} });
    const id = await at.submittedOrder();
    expect((await install(id)).status).toBe(409);
    await say('processed', id);
    expect((await install(id)).status).toBe(200);
    expect((await install(id)).status).toBe(200);
    const said = (await facts(id)).filter(({ kind }) => kind === 'processed');
    expect(said).toMatchObject([{ source: 'user', actorId: 'user-1', disposition: 'applied' }]);
  });

  it('that waits for the installation leaves that as a to-do of the manager', async () => {
    const id = await at.submittedOrder();
    await say('processed', id);
    await carryOut(id, (await lastFact(id, 'acknowledged')).id);
    for (let n = 0; n < 2; n += 1) {
      await letPass(id, '10 days');
      await at.noticeSilence(id);
    }
    expect((await read(id)).todos).toMatchObject([{ code: 'installation_missing', responsible: 'manager' }]);
    const { id: factId } = await lastFact(id, 'silence_noted');
    expect((await order.callInternal('GET', `/orders/${id}/facts/${factId}`)).body).toMatchObject({
      notice: { why: 'installation_missing' },
    });
    await say('installed', id);
    expect(await todos(id)).toEqual([]);
  });
});

it('an installation is nothing to confirm where the provider says itself that the eSIM serves the line', async () => {
  const id = await at.inProgressOrder();
  expect(await order.call('POST', `/orders/${id}/installation`, { body: {} })).toMatchObject({
    status: 409,
    body: { code: 'order_state' },
  });
});

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

describe('a conflict', () => {
  /** An order that was cancelled, of which the provider then says that it is processed. */
  const liveEsimOfNobody = async () => {
    const id = await at.cancelledOrder();
    await say('processed', id, { iccid: ICCID });
    const { id: factId } = await lastFact(id, 'processed');
    return { id, factId };
  };
  const resolve = (id: string, factId: string, resolution: string, key?: string) =>
    decide(id, { decision: 'resolve_conflict', factId, resolution }, key);

  const adoptingOrderOf = async (id: string): Promise<string> =>
    String((await read(id)).todos.find(({ data }) => data.adoptingOrderId !== undefined)?.data.adoptingOrderId);

  it('without effect is settled, and only once', async () => {
    const { id, factId } = await liveEsimOfNobody();
    expect((await resolve(id, factId, 'no_effect')).body).toMatchObject({
      status: 'cancelled',
      todos: [],
      closed: true,
    });
    expect(await lastFact(id, 'conflict_resolved')).toMatchObject({
      causeId: factId,
      data: { resolution: 'no_effect' },
    });
    expect((await resolve(id, factId, 'no_effect')).status).toBe(409);
  });

  it('can be reversed at the provider, whose word that it is cancelled ends it', async () => {
    const { id, factId } = await liveEsimOfNobody();
    await resolve(id, factId, 'reverse_at_provider');
    expect(await todos(id)).toEqual(['conflict']);
    await ask(id, (await lastFact(id, 'reversal_requested')).id);
    expect(order.provider.asked).toMatchObject([{ call: 'requestCancellation', orderId: id }]);
    await say('cancelled', id);
    expect(await todos(id)).toEqual([]);
  });

  it('is not settled by an older word that comes again', async () => {
    const { id } = await liveEsimOfNobody();
    await say('cancelled', id);
    expect(await todos(id)).toEqual(['conflict']);
  });

  it('that the provider does not reverse stays, with its words', async () => {
    const { id, factId } = await liveEsimOfNobody();
    await resolve(id, factId, 'reverse_at_provider');
    order.provider.cancellations = [{ outcome: 'refused', detail: 'It is in use.' }];
    await ask(id, (await lastFact(id, 'reversal_requested')).id);
    expect((await read(id)).todos).toMatchObject([{ code: 'conflict', causeId: factId, data: { word: 'processed' } }]);
    expect((await read(id)).todos[0]?.detail).toContain('It is in use.');
    expect((await resolve(id, factId, 'no_effect')).body.todos).toEqual([]);
  });

  it('can be adopted: a new order, confirmed the ordinary way, takes over what the provider did, and nothing is sent', async () => {
    const { id, factId } = await liveEsimOfNobody();
    const former = await read(id);
    const key = uuidV7();
    await resolve(id, factId, 'adopt', key);
    const adoptingOrderId = await adoptingOrderOf(id);
    expect((await resolve(id, factId, 'adopt', key)).status).toBe(200);
    expect((await resolve(id, factId, 'adopt')).status).toBe(409);
    expect(await read(adoptingOrderId)).toMatchObject({
      status: 'draft',
      adoptedFrom: { orderId: id, factId },
      article: former.article,
      deliveryContact: former.deliveryContact,
      orderedBy: former.orderedBy,
    });
    expect(await todos(id)).toEqual(['conflict']);

    const confirmed = await order.call('POST', `/orders/${adoptingOrderId}/confirmation`, { body: {} });
    expect(confirmed.body).toMatchObject({ status: 'confirmed', providerReference: former.providerReference });
    expect(await read(id)).toMatchObject({ todos: [], adoptedBy: adoptingOrderId, status: 'cancelled' });
    expect(await lastFact(adoptingOrderId, 'processed')).toMatchObject({
      disposition: 'applied',
      causeId: factId,
      data: { iccid: ICCID },
    });
    expect((await submit(adoptingOrderId)).body).toMatchObject({ outcome: 'accepted' });
    expect(order.provider.submitted.filter(({ order: sent }) => sent.orderId === adoptingOrderId)).toEqual([]);
    expect(await pendingOf(adoptingOrderId)).toEqual(['processed']);
    await carryOut(adoptingOrderId, (await lastFact(adoptingOrderId, 'processed')).id);

    // The provider knows one order, and what it goes on to say of it is meant for the one that has adopted it.
    await say('processed', id, { iccid: ICCID });
    expect(await lastFact(adoptingOrderId, 'processed')).toMatchObject({ disposition: 'duplicate' });
    expect(await todos(id)).toEqual([]);
  });

  const confirm = (id: string) =>
    order.call<Order & Partial<Omit<Problem, 'status'>>>('POST', `/orders/${id}/confirmation`, { body: {} });

  it.each(['reverse_at_provider', 'no_effect'])(
    'that was to be adopted and is then resolved with %s cannot be adopted any more: the line keeps its SIM',
    async (resolution) => {
      const { id, factId } = await liveEsimOfNobody();
      await resolve(id, factId, 'adopt');
      const adoptingOrderId = await adoptingOrderOf(id);
      await resolve(id, factId, resolution);
      expect(await confirm(adoptingOrderId)).toMatchObject({ status: 409, body: { code: 'order_state' } });
      expect((await read(adoptingOrderId)).status).toBe('draft');
    },
  );

  it('of which the provider says that it is gone cannot be adopted any more', async () => {
    const { id, factId } = await liveEsimOfNobody();
    await resolve(id, factId, 'adopt');
    await order.signal({ type: 'order.cancelled', orderId: id, occurredAt: '2026-11-20T11:00:00Z', data: {} });
    expect((await confirm(await adoptingOrderOf(id))).status).toBe(409);
  });

  it('of an order that two words speak of is adopted once, and then nothing can be taken back', async () => {
    const { id, factId } = await liveEsimOfNobody();
    await say('processed', id, { iccid: ICCID });
    const { id: second } = await lastFact(id, 'processed');
    await resolve(id, factId, 'adopt');
    expect((await resolve(id, second, 'adopt')).status).toBe(409);
    const adoptingOrderId = await adoptingOrderOf(id);
    expect((await confirm(adoptingOrderId)).status).toBe(200);
    expect(await todos(id)).toEqual([]);
    expect((await resolve(id, second, 'reverse_at_provider')).status).toBe(409);
    await carryOut(adoptingOrderId, (await lastFact(adoptingOrderId, 'processed')).id);

    // Adopted once more: what the provider says of the first order reaches the last.
    await say('processed', id, { iccid: OTHER_ICCID });
    const { id: third } = await lastFact(adoptingOrderId, 'processed');
    order.inventory.simKind = 'esim';
    await resolve(adoptingOrderId, third, 'adopt');
    const last = await adoptingOrderOf(adoptingOrderId);
    expect(await confirm(last)).toMatchObject({ status: 200, body: { action: 'replace_esim' } });
    order.inventory.simKind = 'physical';
    await say('processed', id, { iccid: OTHER_ICCID });
    expect(await lastFact(last, 'processed')).toMatchObject({ disposition: 'duplicate' });
    await decide(last, { decision: 'remind' });
    await carryOut(last, (await facts(last)).find(({ kind }) => kind === 'processed')?.id ?? '');
  });

  it('whose adopting draft has expired can be adopted again', async () => {
    const { id, factId } = await liveEsimOfNobody();
    await resolve(id, factId, 'adopt');
    const adoptingOrderId = await adoptingOrderOf(id);
    await order.database.adminDb
      .updateTable('order')
      .set({ expires_at: new Date(0) })
      .where('id', '=', adoptingOrderId)
      .execute();
    expect((await resolve(id, factId, 'adopt')).status).toBe(200);
  });

  it('about a line that was moved can neither be adopted nor reversed: that would cut it off', async () => {
    const id = await at.processedOrder({ iccid: ICCID });
    await say('cancelled', id);
    const { id: factId } = await lastFact(id, 'cancelled');
    for (const resolution of ['adopt', 'reverse_at_provider']) {
      expect(await resolve(id, factId, resolution)).toMatchObject({ status: 409, body: { possible: ['no_effect'] } });
    }
    await say('processed', id, { iccid: OTHER_ICCID });
    const { id: other } = await lastFact(id, 'processed');
    expect(await resolve(id, other, 'reverse_at_provider')).toMatchObject({
      body: { possible: ['adopt', 'no_effect'] },
    });
    expect(await resolve(id, (await lastFact(id, 'submitted')).id, 'no_effect')).toMatchObject({ status: 409 });
  });
});

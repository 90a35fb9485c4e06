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
  order.provider.cancellations = [];
  order.provider.asked.length = 0;
});

const at = atWork(() => order);
const { say, submit, carryOut, read, facts, lastFact, todos, ask, decide } = at;
const pendingOf = async (orderId: string) => (await at.claim(orderId)).pending.map(({ kind }) => kind);

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

  it('is adopted with the terms that the order went to the provider with, whatever the catalog says since', async () => {
    order.catalog.cutoverOn = 'installed';
    const id = await at.cancelledOrder();
    order.catalog.cutoverOn = 'processed';
    await say('installed', id, { iccid: ICCID });
    await resolve(id, (await lastFact(id, 'processed')).id, 'adopt');
    const adoptingOrderId = await adoptingOrderOf(id);
    await confirm(adoptingOrderId);
    await say('processed', id, { iccid: OTHER_ICCID });
    expect(await lastFact(adoptingOrderId, 'acknowledged')).toMatchObject({ disposition: 'stale' });
    expect(await todos(adoptingOrderId)).toEqual([]);
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

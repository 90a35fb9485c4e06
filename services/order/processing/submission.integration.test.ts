import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.provider.answers = [];
  order.provider.lookups = [];
});

const { say, submit, read, kinds, todos, letPass, decide, lastFact } = atWork(() => order);

const sent = (orderId: string): number =>
  order.provider.submitted.filter((submission) => submission.order.orderId === orderId).length;

/** An order of which nobody knows whether it has reached the provider. */
const unknownOrder = async (): Promise<string> => {
  const { id } = await order.confirmedOrder();
  order.provider.answers = ['no answer'];
  expect((await submit(id)).status).toBe(503);
  return id;
};

describe('a submission whose outcome is unknown', () => {
  it('asks the provider before it sends again, and sends nothing that the provider has', async () => {
    const id = await unknownOrder();
    order.provider.lookups = [{ outcome: 'found', order: { status: 'received', providerReference: 'REF-FOUND' } }];
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted', providerReference: 'REF-FOUND' });
    expect(sent(id)).toBe(1);
    expect(await read(id)).toMatchObject({ status: 'confirmed', providerReference: 'REF-FOUND', todos: [] });
  });

  it('takes what the provider says beyond our order for a fact like a signal', async () => {
    const id = await unknownOrder();
    const iccid = '8988211000000530082';
    order.provider.lookups = [{ outcome: 'found', order: { status: 'processed', iccid } }];
    await submit(id);
    expect(await lastFact(id, 'processed')).toMatchObject({
      source: 'provider',
      disposition: 'applied',
      data: { iccid },
    });
  });

  it('sends it again under the same key where the provider does not answer, and where it does not have it', async () => {
    const id = await unknownOrder();
    order.provider.answers = ['no answer'];
    order.provider.lookups = ['no answer', { outcome: 'unknown_order' }];
    expect((await submit(id)).status).toBe(503);
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(sent(id)).toBe(3);
  });

  it('gives the provider the time that it asks for in answer to the question, and sends nothing meanwhile', async () => {
    const id = await unknownOrder();
    order.provider.lookups = ['come again in 30 min'];
    const { status, headers } = await submit(id);
    expect([status, headers['retry-after']]).toEqual([503, '1800']);
    expect(sent(id)).toBe(1);
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(sent(id)).toBe(2);
  });

  it('leaves a to-do after an hour, which goes once the outcome is known', async () => {
    const id = await unknownOrder();
    await letPass(id, '61 minutes');
    order.provider.answers = ['no answer'];
    await submit(id);
    expect(await read(id)).toMatchObject({
      status: 'confirmed',
      todos: [{ code: 'submission_unknown', responsible: 'operations' }],
    });
    await submit(id);
    expect(await todos(id)).toEqual([]);
  });

  it('is not repeated once the provider may have forgotten the key, unless it says that it does not have the order', async () => {
    const id = await unknownOrder();
    await letPass(id, '25 hours');
    expect((await submit(id)).status).toBe(503);
    expect((await submit(id)).status).toBe(503);
    expect(sent(id)).toBe(1);
    order.provider.lookups = [{ outcome: 'unknown_order' }];
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(sent(id)).toBe(2);
  });

  it('is repeated after that where operations release it', async () => {
    const id = await unknownOrder();
    await letPass(id, '25 hours');
    await submit(id);
    expect((await decide(id, { decision: 'resubmit' })).status).toBe(200);
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(sent(id)).toBe(2);
    expect((await decide(id, { decision: 'resubmit' })).status).toBe(409);
  });

  it('is settled by any signal for the order, and its to-do with it', async () => {
    const id = await unknownOrder();
    await letPass(id, '2 hours');
    order.provider.answers = ['no answer'];
    await submit(id);
    await say('acknowledged', id);
    expect(await todos(id)).toEqual([]);
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(sent(id)).toBe(2);
  });
});

it('nothing is sent of an order that was cancelled before the first attempt, and it is not shown as submitted', async () => {
  const { id } = await order.confirmedOrder();
  await order.call('POST', `/orders/${id}/cancellation-requests`, { body: {} });
  expect((await submit(id)).body).toEqual({ outcome: 'not_needed' });
  expect(sent(id)).toBe(0);
  expect((await read(id)).submittedAt).toBeNull();
  expect(await kinds(id)).not.toContain('submitted');
});

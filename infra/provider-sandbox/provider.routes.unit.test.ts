import { providerRequestKey, submissionKey } from '@simlane/contracts/http/provider';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AcceptedOrder, ReceivedRequest } from './control-api.ts';
import { anOrder, CREDENTIAL, startTestSandbox, type TestSandbox, WITHIN } from './sandbox.fixture.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await startTestSandbox();
});

afterEach(() => sandbox.close());

describe('orders', () => {
  test('are accepted once, however often the key comes, with the same answer', async () => {
    const order = anOrder();
    const answers = await Promise.all([sandbox.submit(order), sandbox.submit(order), sandbox.submit(order)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    const [accepted] = await sandbox.list<AcceptedOrder>(`/orders?orderId=${order.orderId}`);
    expect(accepted).toMatchObject({
      accepted: 1,
      submissions: 3,
      status: 'received',
      key: submissionKey(order.orderId),
      ...answers[0]?.json(),
    });
  });

  test('under the same key with another body are refused, and counted twice under another key', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    const other = await sandbox.submit({ ...order, comment: 'another' });
    expect(other.statusCode).toBe(422);
    await sandbox.submit(order, { key: 'another key' });
    expect((await sandbox.list<AcceptedOrder>('/orders'))[0]).toMatchObject({ accepted: 2, submissions: 3 });
  });

  test('with a wrong credential are 401, and noted with no body, key or credential taken as good', async () => {
    const order = anOrder();
    expect((await sandbox.submit(order, { as: 'another-credential' })).statusCode).toBe(401);
    expect(await sandbox.list('/orders')).toEqual([]);
    const requests = await sandbox.list<ReceivedRequest>('/requests');
    expect(requests).toMatchObject([{ status: 401, providerId: sandbox.providerId }]);
    expect(JSON.stringify(requests)).not.toContain('another-credential');
  });

  test('are rejected, failed and left unanswered as rules say, so often as they say', async () => {
    const rejected = anOrder();
    await sandbox.control('PUT', `/orders/${rejected.orderId}/rules`, {
      rules: [{ submission: 'reject', detail: 'No stock' }],
    });
    expect((await sandbox.submit(rejected)).json()).toMatchObject({
      status: 409,
      code: 'rejected',
      detail: 'No stock',
    });

    const lost = anOrder();
    const rules = [{ submission: 'fail', httpStatus: 503, retryAfterSeconds: 1, acceptedAnyway: true, times: 2 }];
    await sandbox.control('PUT', `/orders/${lost.orderId}/rules`, { rules });
    const answers = [await sandbox.submit(lost), await sandbox.submit(lost), await sandbox.submit(lost)];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 202]);
    expect(answers[0]?.headers['retry-after']).toBe('1');
    expect(await sandbox.list<AcceptedOrder>('/orders')).toMatchObject([
      { orderId: lost.orderId, accepted: 1, submissions: 3 },
    ]);

    const garbled = anOrder();
    await sandbox.control('PUT', `/orders/${garbled.orderId}/rules`, { rules: [{ submission: 'garbage' }] });
    expect((await sandbox.submit(garbled)).headers['content-type']).toContain('text/html');
  });

  test('that hang are noted without a status, and do not keep the sandbox from closing', async () => {
    const order = anOrder();
    await sandbox.control('PUT', '/rules', { rules: [{ msisdn: order.msisdn, submission: 'hang' }] });
    const address = await sandbox.app.listen({ host: '127.0.0.1', port: 0 });
    const pending = fetch(`${address}/providers/${sandbox.providerId}/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${CREDENTIAL}`,
        'idempotency-key': submissionKey(order.orderId),
        'content-type': 'application/json',
      },
      body: JSON.stringify(order),
    }).catch((error: unknown) => error);
    await vi.waitFor(async () => {
      const requests = await sandbox.list<ReceivedRequest>(`/requests?orderId=${order.orderId}`);
      expect(requests).toMatchObject([{ status: null, idempotencyKey: submissionKey(order.orderId) }]);
    }, WITHIN);
    await sandbox.app.close();
    expect(await pending).toBeInstanceOf(Error);
  });

  test('fail with whichever status and body a rule says, which is not always a problem of ours', async () => {
    const order = anOrder();
    const failures = [
      { httpStatus: 409, problemCode: 'duplicate_msisdn' },
      { httpStatus: 422, failsWith: 'empty' },
      { httpStatus: 502, failsWith: 'garbage' },
      { httpStatus: 429, failsWith: 'empty', retryAfterSeconds: 3 },
    ];
    const answers = [];
    for (const failure of failures) {
      await sandbox.control('PUT', '/rules', { rules: [{ submission: 'fail', ...failure }] });
      answers.push(await sandbox.submit(order));
    }
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([409, 422, 502, 429]);
    expect(answers[0]?.json()).toMatchObject({ status: 409, code: 'duplicate_msisdn' });
    expect(answers[1]?.body).toBe('');
    expect(answers[2]?.headers['content-type']).toContain('text/html');
    expect(answers[3]?.headers['retry-after']).toBe('3');
    expect(await sandbox.list('/orders')).toEqual([]);
  });
});

describe('lookups', () => {
  test('find what was accepted, and answer 404 in the words of the provider where nothing was', async () => {
    const order = anOrder();
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({
      status: 404,
      code: 'unknown_order',
    });
    await sandbox.submit(order);
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({ status: 'received' });
  });

  test('fail, are garbled and know nothing as rules say, so often as they say', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    await sandbox.control('PUT', `/orders/${order.orderId}/rules`, {
      rules: [
        { lookup: 'fail', httpStatus: 404, failsWith: 'garbage', times: 1 },
        { lookup: 'garbage', times: 2 },
        { lookup: 'redirect', times: 3 },
        { lookup: 'unknown', times: 4 },
      ],
    });
    const answers = [];
    for (let lookup = 0; lookup < 5; lookup += 1) answers.push(await sandbox.ask(`/orders/${order.orderId}`));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 200, 307, 404, 200]);
    expect(answers[0]?.headers['content-type']).toContain('text/html');
    expect(answers[3]?.json()).toMatchObject({ code: 'unknown_order' });
    expect(answers[4]?.json()).toMatchObject({ status: 'received' });
  });

  test('obey the rules of an order whose submission was not accepted', async () => {
    const order = anOrder();
    const rules = [{ msisdn: order.msisdn, submission: 'fail', lookup: 'fail', httpStatus: 503, retryAfterSeconds: 2 }];
    await sandbox.control('PUT', '/rules', { rules });
    await sandbox.submit(order);
    const answer = await sandbox.ask(`/orders/${order.orderId}`);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
  });
});

describe.each(['cancellation', 'reminders'] as const)('%s', (what) => {
  const rule = (asked: string, more: object = {}) => ({
    rules: [{ [what === 'reminders' ? 'reminder' : what]: asked, ...more }],
  });
  const counted = async () => {
    const [order] = await sandbox.list<AcceptedOrder>('/orders');
    return what === 'reminders' ? order?.reminders : order?.cancellations;
  };

  test('are counted once per key, and noted each time with it', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    for (const fact of ['one', 'one', 'another']) {
      expect((await sandbox.request(what, order.orderId, fact)).statusCode).toBe(202);
    }
    expect(await counted()).toBe(2);
    const requests = await sandbox.list<ReceivedRequest>(`/requests?orderId=${order.orderId}`);
    expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      submissionKey(order.orderId),
      providerRequestKey(order.orderId, 'one'),
      providerRequestKey(order.orderId, 'one'),
      providerRequestKey(order.orderId, 'another'),
    ]);
  });

  test('need a key, one that stands for nothing else', async () => {
    const [order, other] = [anOrder(), anOrder()];
    await sandbox.submit(order);
    await sandbox.submit(other);
    const url = `/orders/${order.orderId}/${what}`;
    expect((await sandbox.ask(url, { method: 'POST' })).json()).toMatchObject({ code: 'idempotency_key_missing' });
    await sandbox.ask(url, { method: 'POST', key: 'a key' });
    const reused = await sandbox.ask(`/orders/${other.orderId}/${what}`, { method: 'POST', key: 'a key' });
    expect(reused.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  test('of an order that was not accepted are 404', async () => {
    const answer = await sandbox.request(what, anOrder().orderId, 'one');
    expect(answer.json()).toMatchObject({ status: 404, code: 'unknown_order' });
  });

  test('fail and are garbled as rules say, so often as they say, and are still counted once', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    const path = `/orders/${order.orderId}/rules`;
    await sandbox.control('PUT', path, rule('fail', { httpStatus: 503, retryAfterSeconds: 1, times: 1 }));
    const failed = await sandbox.request(what, order.orderId, 'one');
    expect([failed.statusCode, failed.headers['retry-after']]).toEqual([503, '1']);
    await sandbox.control('PUT', path, rule('garbage', { times: 2 }));
    expect((await sandbox.request(what, order.orderId, 'one')).headers['content-type']).toContain('text/html');
    expect((await sandbox.request(what, order.orderId, 'one')).statusCode).toBe(202);
    expect(await counted()).toBe(1);
  });
});

describe('a cancellation', () => {
  const cancelled = async (orderId: string) => (await sandbox.ask(`/orders/${orderId}`)).json().status === 'cancelled';

  test('that was refused under a key is refused to every repeat of it, and decided anew under another', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    await sandbox.control('PUT', '/rules', { rules: [{ cancellation: 'refuse', detail: 'Printed already' }] });
    const refused = { status: 409, code: 'cancellation_refused', detail: 'Printed already' };
    expect((await sandbox.request('cancellation', order.orderId, 'one')).json()).toMatchObject(refused);
    await sandbox.control('PUT', '/rules', { rules: [] });
    expect((await sandbox.request('cancellation', order.orderId, 'one')).json()).toMatchObject(refused);
    expect((await sandbox.request('cancellation', order.orderId, 'another')).statusCode).toBe(202);
  });

  test('that was accepted is followed by nothing, or by the signal in place of the steps that are left', async () => {
    const [quiet, followed] = [anOrder(), anOrder()];
    const steps = [{ afterMs: 60_000, signal: 'order.processed' }];
    await sandbox.control('PUT', '/rules', { rules: [{ steps }] });
    for (const order of [quiet, followed]) await sandbox.submit(order);
    const cancelledAfterMs = 20;
    await sandbox.control('PUT', `/orders/${followed.orderId}/rules`, {
      rules: [{ cancellation: 'accept', cancelledAfterMs }],
    });
    await sandbox.request('cancellation', quiet.orderId, 'one');
    await sandbox.request('cancellation', followed.orderId, 'one');
    await sandbox.request('cancellation', followed.orderId, 'one');
    await vi.waitFor(() => expect(sandbox.receiver.received).toHaveLength(1), WITHIN);
    expect(sandbox.verified(0)).toMatchObject({ type: 'order.cancelled', orderId: followed.orderId });
    expect(await cancelled(followed.orderId)).toBe(true);
    expect(await cancelled(quiet.orderId)).toBe(false);
  });

  test('whose answer is lost is carried out all the same, and a repeat hears so', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    await sandbox.control('PUT', '/rules', {
      rules: [{ cancellation: 'fail', acceptedAnyway: true, times: 1, cancelledAfterMs: 0 }],
    });
    expect((await sandbox.request('cancellation', order.orderId, 'one')).statusCode).toBe(500);
    await vi.waitFor(async () => expect(await cancelled(order.orderId)).toBe(true), WITHIN);
    expect((await sandbox.request('cancellation', order.orderId, 'one')).statusCode).toBe(202);
    expect(await sandbox.list<AcceptedOrder>('/orders')).toMatchObject([{ cancellations: 1 }]);
  });

  test('has its delay only from a rule that speaks of cancellation', async () => {
    const answer = await sandbox.control('PUT', '/rules', { rules: [{ cancelledAfterMs: 5 }] });
    expect(answer.statusCode).toBe(400);
  });
});

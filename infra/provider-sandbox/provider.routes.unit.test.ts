import { submissionKey } from '@simlane/contracts/http/provider';
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

  test('can be asked for, cancelled and reminded of', async () => {
    const order = anOrder();
    expect((await sandbox.ask(`/orders/${order.orderId}`)).statusCode).toBe(404);
    await sandbox.submit(order);
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({ status: 'received' });
    expect((await sandbox.ask(`/orders/${order.orderId}/reminders`, 'POST')).statusCode).toBe(202);
    expect((await sandbox.ask(`/orders/${order.orderId}/cancellation`, 'POST')).statusCode).toBe(202);
    await sandbox.control('PUT', '/rules', { rules: [{ cancellation: 'refuse' }] });
    expect((await sandbox.ask(`/orders/${order.orderId}/cancellation`, 'POST')).json()).toMatchObject({
      status: 409,
      code: 'cancellation_refused',
    });
    expect(await sandbox.list<AcceptedOrder>('/orders')).toMatchObject([{ reminders: 1, cancellations: 2 }]);
  });
});

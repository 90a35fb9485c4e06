import { randomUUID } from 'node:crypto';
import { isWrittenForm, readActivationCode } from '@simlane/contracts/activation-code';
import { hasValidCheckDigit } from '@simlane/contracts/iccid';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Delivery, SentSignal } from './control-api.ts';
import { anOrder, aSignalSecret, startTestSandbox, type TestSandbox, WITHIN } from './sandbox.fixture.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await startTestSandbox();
});

afterEach(() => sandbox.close());

describe('signals', () => {
  test('said by hand are signed, carry the reference and a valid ICCID, and come back with the answer', async () => {
    const order = anOrder();
    const { providerReference } = (await sandbox.submit(order)).json();
    const answer = await sandbox.control('POST', `/orders/${order.orderId}/signals`, {
      type: 'order.processed',
      data: { iccid: 'generate' },
      repeat: 2,
    });
    const { deliveries } = answer.json<{ deliveries: SentSignal[] }>();
    expect(deliveries).toMatchObject([
      { status: 202, body: '{"intake":"accepted"}' },
      { status: 202, messageId: deliveries[0]?.messageId },
    ]);
    expect(sandbox.verified(0)).toEqual(sandbox.verified(1));
    const said = z
      .object({ data: z.object({ iccid: z.string() }) })
      .loose()
      .parse(sandbox.verified(0));
    expect(said).toMatchObject({ type: 'order.processed', orderId: order.orderId, providerReference });
    expect(said.data.iccid).toMatch(/^8944\d{15}$/);
    expect(hasValidCheckDigit(said.data.iccid)).toBe(true);
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({
      status: 'processed',
      iccid: said.data.iccid,
    });
  });

  test('carry an activation code in the form it is written in, the same one for the same order; or any other as told', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    const code = async (activationCode: string): Promise<string> => {
      const url = `/orders/${order.orderId}/signals`;
      await sandbox.control('POST', url, { type: 'order.acknowledged', data: { activationCode } });
      const said = sandbox.verified(sandbox.receiver.received.length - 1);
      return z.object({ data: z.object({ activationCode: z.string() }) }).parse(said).data.activationCode;
    };
    const minted = await code('generate');
    const reading = readActivationCode(minted);
    expect(reading).toMatchObject({ ok: true, code: { smdpAddress: 'RSP.SANDBOX.EXAMPLE' } });
    expect(reading.ok && isWrittenForm(reading.code)).toBe(true);
    expect(await code('generate')).toBe(minted);
    expect(await code('1$RSP.SANDBOX.EXAMPLE$GIVEN')).toBe('1$RSP.SANDBOX.EXAMPLE$GIVEN');
    const asked = (await sandbox.ask(`/orders/${order.orderId}`)).json();
    expect(asked).toMatchObject({ activationCode: '1$RSP.SANDBOX.EXAMPLE$GIVEN' });
  });

  test('can be old, forged, about an order nobody has, or no signal at all; none of that changes the order', async () => {
    const order = anOrder();
    await sandbox.submit(order);
    const url = `/orders/${order.orderId}/signals`;
    await sandbox.control('POST', url, { type: 'order.processed', timestamp: '2020-01-01T00:00:00Z' });
    await sandbox.control('POST', url, { type: 'order.processed', secret: aSignalSecret() });
    const other = randomUUID();
    await sandbox.control('POST', url, { type: 'order.processed', orderId: other });
    await sandbox.control('POST', `/orders/${randomUUID()}/signals`, {
      type: 'order.processed',
      providerId: sandbox.providerId,
    });
    await sandbox.control('POST', `/connections/${sandbox.providerId}/raw-signals`, { body: 'no signal' });
    expect(() => sandbox.verified(0)).toThrow('too old');
    expect(() => sandbox.verified(1)).toThrow('No matching signature');
    expect(sandbox.verified(2)).toMatchObject({ orderId: other });
    expect(sandbox.receiver.received[4]?.body).toBe('no signal');
    expect(
      (await sandbox.control('POST', `/orders/${randomUUID()}/signals`, { type: 'order.processed' })).statusCode,
    ).toBe(404);
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({ status: 'received' });
  });

  test('follow from rules, by time and in the wrong order if they say so, until they are taken in', async () => {
    sandbox.receiver.answerWith(500, 503);
    await sandbox.control('PUT', '/rules', {
      rules: [
        { providerId: randomUUID(), steps: [{ afterMs: 0, signal: 'order.rejected' }] },
        {
          providerId: sandbox.providerId,
          steps: [
            { afterMs: 60, signal: 'order.acknowledged' },
            { afterMs: 10, signal: 'order.processed', data: { iccid: 'generate' } },
            { afterMs: 0, signal: 'order.processed', silent: true },
          ],
        },
      ],
    });
    const order = anOrder();
    await sandbox.submit(order);
    await vi.waitFor(async () => {
      const deliveries = await sandbox.list<Delivery>(`/deliveries?orderId=${order.orderId}`);
      expect(deliveries.map(({ type, state }) => [type, state])).toEqual([
        ['order.processed', 'delivered'],
        ['order.acknowledged', 'delivered'],
      ]);
      expect(
        deliveries
          .flatMap(({ attempts }) => attempts.map(({ status }) => status))
          .toSorted((one, other) => Number(one) - Number(other)),
      ).toEqual([202, 202, 500, 503]);
    }, WITHIN);
    expect((await sandbox.ask(`/orders/${order.orderId}`)).json()).toMatchObject({ status: 'processed' });
  });

  test('say that an eSIM is installed, with or without having said that it is processed', async () => {
    const [both, only] = [anOrder(), anOrder()];
    for (const order of [both, only]) {
      await sandbox.submit(order);
      await sandbox.control('POST', `/orders/${order.orderId}/signals`, {
        type: 'order.installed',
        data: { iccid: 'generate', eid: '89049032000000000000000000000029' },
      });
    }
    await sandbox.control('POST', `/orders/${both.orderId}/signals`, { type: 'order.processed' });
    for (const { orderId } of [both, only]) {
      const { status, iccid, eid } = (await sandbox.ask(`/orders/${orderId}`)).json();
      expect([status, iccid.length, eid]).toEqual(['installed', 19, '89049032000000000000000000000029']);
    }
    expect(sandbox.receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual([
      'order.installed',
      'order.installed',
      'order.processed',
    ]);
  });

  test('are given up after a 401, which a repeat cannot change', async () => {
    sandbox.receiver.answerWith(401);
    await sandbox.control('PUT', '/rules', { rules: [{ steps: [{ afterMs: 0, signal: 'order.acknowledged' }] }] });
    await sandbox.submit(anOrder());
    await vi.waitFor(async () => {
      expect(await sandbox.list<Delivery>('/deliveries')).toMatchObject([
        { state: 'given_up', attempts: [{ status: 401 }] },
      ]);
    }, WITHIN);
  });

  test('of marked steps exchange their times, each order in its own way', async () => {
    const steps = ['order.acknowledged', 'order.processed', 'order.cancelled'].map((signal, index) => ({
      afterMs: index * 30,
      signal,
      shuffle: true,
    }));
    await sandbox.control('PUT', '/rules', { rules: [{ steps }] });
    const orders = Array.from({ length: 12 }, anOrder);
    for (const order of orders) await sandbox.submit(order);
    await vi.waitFor(() => expect(sandbox.receiver.received).toHaveLength(steps.length * orders.length), WITHIN);
    const sequences = orders.map(({ orderId }) =>
      sandbox.receiver.received.filter(({ body }) => body.includes(orderId)).map(({ body }) => JSON.parse(body).type),
    );
    expect(new Set(sequences.map(String)).size).toBeGreaterThan(1);
    for (const sequence of sequences) expect(new Set(sequence).size).toBe(steps.length);
  });
});

test('the control side answers nobody without its token', async () => {
  const answer = await sandbox.app.inject({
    method: 'GET',
    url: '/control/orders',
    headers: { authorization: 'Bearer other' },
  });
  expect(answer.statusCode).toBe(401);
});

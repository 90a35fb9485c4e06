import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AcceptedOrder } from './control-api.ts';
import { openJournal } from './journal.ts';
import { anOrder, aSignalSecret, startTestSandbox, WITHIN } from './sandbox.fixture.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
  file = path.join(folder, 'state', 'sandbox.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a restart forgets nothing accepted, takes the steps that are left and delivers what was not taken in', async () => {
  const signalSecret = aSignalSecret();
  const first = await startTestSandbox({ journal: openJournal(file), signalSecret });
  first.receiver.answerWith(...Array.from({ length: 50 }, () => 503));
  const order = anOrder();
  const steps = [
    { afterMs: 0, signal: 'order.acknowledged' },
    { afterMs: 150, signal: 'order.processed' },
  ];
  await first.control('PUT', `/orders/${order.orderId}/rules`, { rules: [{ steps }] });
  const before = await first.submit(order);
  await vi.waitFor(() => expect(first.receiver.received.length).toBeGreaterThan(0), WITHIN);
  await first.close();
  // What a kill in the middle of a line leaves behind.
  appendFileSync(file, '{"kind":"request_rec');

  const second = await startTestSandbox({ journal: openJournal(file), providerId: first.providerId, signalSecret });
  expect((await second.submit(order)).body).toBe(before.body);
  await vi.waitFor(() => expect(second.receiver.received).toHaveLength(steps.length), WITHIN);
  expect(second.receiver.received.map((_signal, index) => second.verified(index))).toEqual(
    expect.arrayContaining(
      steps.map(({ signal }) => expect.objectContaining({ type: signal, orderId: order.orderId })),
    ),
  );
  expect(await second.list<AcceptedOrder>('/orders')).toMatchObject([{ accepted: 1, submissions: 2 }]);
  await second.close();
});

test('a restart keeps what was answered to a cancellation, and says later what follows from it', async () => {
  const signalSecret = aSignalSecret();
  const first = await startTestSandbox({ journal: openJournal(file), signalSecret });
  // However slow the machine is: the signal is taken in by the second.
  first.receiver.answerWith(...Array.from({ length: 50 }, () => 503));
  const order = anOrder();
  await first.submit(order);
  await first.control('PUT', `/orders/${order.orderId}/rules`, {
    rules: [{ cancellation: 'accept', cancelledAfterMs: 150 }],
  });
  expect((await first.request('cancellation', order.orderId, 'one')).statusCode).toBe(202);
  await first.close();

  const second = await startTestSandbox({ journal: openJournal(file), providerId: first.providerId, signalSecret });
  await second.control('PUT', `/orders/${order.orderId}/rules`, { rules: [{ cancellation: 'refuse' }] });
  expect((await second.request('cancellation', order.orderId, 'one')).statusCode).toBe(202);
  await vi.waitFor(() => expect(second.receiver.received).toHaveLength(1), WITHIN);
  expect(second.verified(0)).toMatchObject({ type: 'order.cancelled', orderId: order.orderId });
  expect(await second.list<AcceptedOrder>('/orders')).toMatchObject([{ cancellations: 1, status: 'cancelled' }]);
  await second.close();
});

test('a journal with a line that is none is not taken for an empty one', () => {
  const broken = path.join(folder, 'broken.jsonl');
  writeFileSync(broken, 'not JSON\n');
  expect(() => openJournal(broken)).toThrow('line 1');
});

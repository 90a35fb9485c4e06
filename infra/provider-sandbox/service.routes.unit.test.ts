import { randomUUID } from 'node:crypto';
import { serviceCallKey } from '@simlane/contracts/http/provider-services';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SentSignal } from './control-api.ts';
import { memoryJournal } from './journal.ts';
import { aSignalSecret, startTestSandbox, type TestSandbox, WITHIN } from './sandbox.fixture.ts';
import type { SandboxEvent } from './sandbox-event.ts';
import type { AcceptedServiceChange, SimServices } from './service-control-api.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await startTestSandbox();
});

afterEach(() => sandbox.close());

const SIM = 'a0000000-0000-4000-8000-000000000001';
const ICCID = '8944110068000000019';
const services = `/sims/${ICCID}/services`;

const aChange = (wanted: object = { options: { data: '5GB' } }) => ({ changeId: randomUUID() as string, ...wanted });
const send = (change: { changeId: string }, key = serviceCallKey(SIM, change.changeId)) =>
  sandbox.ask(services, { method: 'PATCH', key, payload: change });
const inForce = async () => (await sandbox.ask(services)).json<SimServices>();
const rules = (...some: object[]) => sandbox.control('PUT', '/service-rules', { rules: some });
const recorded = async (changeId: string) =>
  (await sandbox.list<AcceptedServiceChange>(`/service-changes?changeId=${changeId}`))[0];
const answer = async (changeId: string, payload: object = {}) =>
  (await sandbox.control('POST', `/service-changes/${changeId}/answer`, payload)).json<{ deliveries: SentSignal[] }>()
    .deliveries;

describe('a change of services', () => {
  test('is made at once and answered with what became of each part; a SIM that nobody spoke of has none', async () => {
    expect(await inForce()).toEqual({ options: {}, ratePlan: null, scheduled: [] });
    await rules({ change: 'answer', refusedOptions: { roaming: 'Not with this plan' } });
    const made = await send(aChange({ options: { data: '5GB', roaming: 'world' }, ratePlan: 'M' }));
    expect([made.statusCode, made.json()]).toEqual([
      200,
      {
        results: [
          { option: 'data', outcome: 'applied' },
          { option: 'roaming', outcome: 'refused', reason: 'Not with this plan' },
          { ratePlan: 'M', outcome: 'applied' },
        ],
      },
    ]);
    expect(await inForce()).toEqual({ options: { data: '5GB' }, ratePlan: 'M', scheduled: [] });
  });

  test('has one effect and one answer under its key, and a second effect under another is seen', async () => {
    const change = aChange();
    const answers = await Promise.all([send(change), send(change), send(change)]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await recorded(change.changeId)).toMatchObject({ accepted: 1, requests: 3, state: 'answered' });
    const reused = await send({ ...change, options: { data: '1GB' } } as never);
    expect(reused.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    await send(change, 'another key');
    expect(await recorded(change.changeId)).toMatchObject({ accepted: 2, requests: 5 });
    const keyless = await sandbox.ask(services, { method: 'PATCH', payload: change });
    expect(keyless.json()).toMatchObject({ code: 'idempotency_key_missing' });
  });

  test('is refused as a whole as a rule says, and then nothing changes', async () => {
    await rules({ change: 'refuse', detail: 'The line is suspended' });
    const change = aChange();
    expect((await send(change)).json()).toMatchObject({
      status: 409,
      code: 'refused',
      detail: 'The line is suspended',
    });
    await rules();
    expect((await send(change)).json()).toMatchObject({ code: 'refused' });
    expect(await inForce()).toMatchObject({ options: {} });
    expect(await recorded(change.changeId)).toMatchObject({ accepted: 0, state: 'refused' });
  });

  test('that is only accepted is in force when its signal is sent, on command or by itself', async () => {
    await rules({ change: 'accept' });
    const change = aChange();
    expect((await send(change)).statusCode).toBe(202);
    expect(await inForce()).toMatchObject({ options: {} });
    const said = await answer(change.changeId, { repeat: 2 });
    expect(said.map(({ status }) => status)).toEqual([202, 202]);
    const results = [{ option: 'data', outcome: 'applied' }];
    expect(sandbox.verified(1)).toMatchObject({
      type: 'services.applied',
      data: { changeId: change.changeId, results },
    });
    expect(await inForce()).toMatchObject({ options: { data: '5GB' } });

    await rules({ change: 'accept', answeredAfterMs: 20, refusedOptions: { data: 'No' } });
    const other = aChange({ options: { data: '1GB' } });
    await send(other);
    await vi.waitFor(() => expect(sandbox.receiver.received).toHaveLength(3), WITHIN);
    expect(sandbox.verified(2)).toMatchObject({ type: 'services.refused', data: { changeId: other.changeId } });
    expect(await inForce()).toMatchObject({ options: { data: '5GB' } });
  });

  test('is forged or old on command, which changes nothing', async () => {
    await rules({ change: 'accept' });
    const change = aChange();
    await send(change);
    await answer(change.changeId, { secret: aSignalSecret() });
    expect(() => sandbox.verified(0)).toThrow('No matching signature');
    expect(await inForce()).toMatchObject({ options: {} });
  });

  test('whose answer is lost is made all the same where the rule says so, and a repeat hears of it', async () => {
    await rules({ change: 'fail', httpStatus: 503, retryAfterSeconds: 7, acceptedAnyway: true, times: 1 });
    const change = aChange();
    const lost = await send(change);
    expect([lost.statusCode, lost.headers['retry-after']]).toEqual([503, '7']);
    expect(await inForce()).toMatchObject({ options: { data: '5GB' } });
    expect((await send(change)).statusCode).toBe(200);
    expect(await recorded(change.changeId)).toMatchObject({ accepted: 1, requests: 2 });
  });

  test('is told to come again later where there are more calls in a second than a rule allows', async () => {
    await rules({ callsPerSecond: 2, retryAfterSeconds: 3 });
    const answers = [await send(aChange()), await sandbox.ask(services), await send(aChange())];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers['retry-after']).toBe('3');
  });
});

describe('a change of plan with a day', () => {
  test('is scheduled, and in force when that is said', async () => {
    const change = aChange({ ratePlan: 'L', effectiveOn: '2026-12-01' });
    expect((await send(change)).json()).toEqual({ results: [{ ratePlan: 'L', outcome: 'scheduled' }] });
    const plan = { changeId: change.changeId, ratePlan: 'L', effectiveOn: '2026-12-01' };
    expect(await inForce()).toMatchObject({ ratePlan: null, scheduled: [plan] });
    await answer(change.changeId);
    expect(sandbox.verified(0)).toMatchObject({ data: { results: [{ ratePlan: 'L', outcome: 'applied' }] } });
    expect(await inForce()).toMatchObject({ ratePlan: 'L', scheduled: [] });
  });

  test('is cancelled once, unless a rule refuses', async () => {
    const change = aChange({ ratePlan: 'L', effectiveOn: '2026-12-01' });
    await send(change);
    const cancel = () => sandbox.ask(`${services}/scheduled/${change.changeId}`, { method: 'DELETE' });
    await rules({ unscheduling: 'refuse', detail: 'Too late' });
    expect((await cancel()).json()).toMatchObject({ status: 409, code: 'cancellation_refused', detail: 'Too late' });
    await rules();
    expect((await cancel()).statusCode).toBe(200);
    expect(await inForce()).toMatchObject({ scheduled: [] });
    expect((await cancel()).json()).toMatchObject({ status: 404, code: 'unknown_change' });
  });
});

test('services drift on command', async () => {
  await send(aChange({ options: { data: '5GB', voice: 'on' } }));
  const url = `/connections/${sandbox.providerId}/sims/${ICCID}/services`;
  await sandbox.control('PUT', url, { options: { data: '1GB' }, ratePlan: 'S' });
  expect(await inForce()).toEqual({ options: { data: '1GB', voice: 'on' }, ratePlan: 'S', scheduled: [] });
});

test('a restart forgets no services, no keys, and no answer that is still to come', async () => {
  const earlier: SandboxEvent[] = [];
  const journal = { ...memoryJournal(), append: (event: SandboxEvent) => void earlier.push(event) };
  const first = await startTestSandbox({ journal });
  await first.control('PUT', '/service-rules', { rules: [{ change: 'accept', answeredAfterMs: 300 }] });
  const change = aChange();
  const request = { method: 'PATCH', key: 'key', payload: change } as const;
  await first.ask(services, request);
  await first.app.close();
  const { providerId, receiver } = first;
  const second = await startTestSandbox({ journal: { ...memoryJournal(), earlier }, providerId, receiver });
  expect((await second.ask(services, request)).statusCode).toBe(202);
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), WITHIN);
  expect((await second.ask(services)).json()).toMatchObject({ options: { data: '5GB' } });
  expect(await second.list<AcceptedServiceChange>('/service-changes')).toMatchObject([{ accepted: 1, requests: 2 }]);
  await second.close();
});

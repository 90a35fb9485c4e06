import { sql } from 'kysely';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceCalls, startServiceCalls } from './service-calls.fixture.ts';

let calls: ServiceCalls;
beforeAll(async () => {
  calls = await startServiceCalls();
});
afterAll(() => calls.stop());
beforeEach(() => calls.sandbox.rules());

const APPLIED = [{ option: 'data', outcome: 'applied' }];
const REFUSED = [{ option: 'data', outcome: 'refused', reason: 'No' }];

/** What became of a signal, by its answer. */
const disposition = async ({ body }: { body: { receipt: string } }) => (await calls.stored(body.receipt)).disposition;

describe('a signal about a service call', () => {
  it('answers it, and shows so; the provider sends it when it has made the change', async () => {
    const { changeId, shown } = await calls.pending();
    expect(shown).toMatchObject({ state: 'pending', results: [], sentAt: expect.any(String) });
    const [sent] = await calls.sandbox.answer(changeId);
    expect(sent?.status).toBe(202);
    const { receipt, intake } = JSON.parse(sent?.body ?? '') as { receipt: string; intake: string };
    expect(intake).toBe('accepted');
    expect(await calls.read(changeId)).toMatchObject({ state: 'answered', results: [{ outcome: 'applied' }] });
    expect(await calls.stored(receipt)).toMatchObject({
      type: 'services.applied',
      changeId,
      orderId: null,
      factId: null,
      disposition: 'applied',
    });
    const listed = await calls.order.call<{ items: { receipt: string; disposition: string }[] }>(
      'GET',
      '/provider-signals?intake=accepted&limit=1',
      { roles: ['administrator'] },
    );
    expect(listed.body.items).toMatchObject([{ receipt, disposition: 'applied' }]);
  });

  it('can refuse, with words that are cut and redacted', async () => {
    const { changeId } = await calls.pending();
    const reason = `Bearer abcdefghijkl ${'x'.repeat(3000)}`;
    await calls.say(changeId, [{ option: 'data', outcome: 'refused', reason }]);
    const [result] = (await calls.read(changeId)).results;
    expect(result?.outcome).toBe('refused');
    expect(result?.reason).toMatch(/^Bearer \[redacted\] x+$/);
    expect(result?.reason?.length).toBeLessThanOrEqual(2000);
  });

  it('can answer in parts, and speak of what nobody asked for, which is kept and counts for nothing', async () => {
    const { changeId } = await calls.pending({ options: { data: '5GB', voice: 'on' } });
    const part = await calls.say(changeId, [...APPLIED, { option: 'roaming', outcome: 'applied' }]);
    expect(await calls.read(changeId)).toMatchObject({ state: 'pending', results: [{ name: 'data' }] });
    expect((await calls.stored(part.body.receipt)).body).toMatchObject({
      data: { results: [{}, { option: 'roaming' }] },
    });
    const unasked = await calls.say(changeId, [{ ratePlan: 'M', outcome: 'applied' }]);
    expect([unasked.body.intake, await disposition(unasked)]).toEqual(['accepted', 'stale']);
    await calls.say(changeId, [{ option: 'voice', outcome: 'refused' }]);
    expect((await calls.read(changeId)).state).toBe('answered');
  });

  it('that comes ten times at once is one signal and one answer', async () => {
    const { changeId } = await calls.pending();
    const messageId = `msg_${uuidV7()}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => calls.say(changeId, APPLIED, { messageId })));
    expect(answers.map(({ body }) => body.intake).toSorted()).toEqual(['accepted', ...Array(9).fill('duplicate')]);
    expect(new Set(answers.map(({ body }) => body.receipt)).size).toBe(1);
    expect((await calls.read(changeId)).version).toBe(1);
  });

  it('that repeats what stands is a duplicate, one that contradicts it is stale: the first answer stands', async () => {
    const { changeId } = await calls.pending();
    const first = await calls.say(changeId, REFUSED);
    const stands = await calls.read(changeId);
    await calls.take(changeId, 1);
    const later = [await calls.say(changeId, REFUSED), await calls.say(changeId, APPLIED)];
    expect(await Promise.all([first, ...later].map(disposition))).toEqual(['applied', 'duplicate', 'stale']);
    expect(await calls.read(changeId)).toEqual(stands);
    expect(await calls.isDue(changeId)).toBe(false);
  });

  it('is not lost among others that come at once, each about an option of its own, whatever its name', async () => {
    const names = ['constructor', 'valueof', ...Array.from({ length: 18 }, (_, index) => `o${index}`)];
    const { changeId } = await calls.pending({ options: Object.fromEntries(names.map((name) => [name, 'on'])) });
    await Promise.all(names.map((option) => calls.say(changeId, [{ option, outcome: 'applied' }])));
    const { state, version, results } = await calls.read(changeId);
    expect([state, version, results.length]).toEqual(['answered', names.length, names.length]);
  });

  it('of two that contradict each other at once, one stands, and it is the one that was applied', async () => {
    const { changeId } = await calls.pending();
    const said = await Promise.all([calls.say(changeId, APPLIED), calls.say(changeId, REFUSED)]);
    const judged = await Promise.all(said.map(disposition));
    expect(new Set(judged)).toEqual(new Set(['applied', 'stale']));
    const [result] = (await calls.read(changeId)).results;
    expect(result?.outcome).toBe(judged[0] === 'applied' ? 'applied' : 'refused');
  });

  it('that is ahead of the answer to our request is an answer, and nothing is sent again', async () => {
    await calls.sandbox.rules({ change: 'fail', acceptedAnyway: true });
    const call = await calls.made();
    expect((await calls.read(call.changeId)).state).toBe('sending');
    await calls.sandbox.answer(call.changeId);
    expect(await calls.read(call.changeId)).toMatchObject({ state: 'answered', sentAt: expect.any(String) });
    expect((await calls.put(call)).body.state).toBe('answered');
    expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH']);
  });

  it('that is ahead of it and answers only a part shows that the provider has the call', async () => {
    const call = await calls.unsent({ options: { data: '5GB', voice: 'on' } });
    await calls.say(call.changeId, APPLIED);
    expect((await calls.put(call)).body.state).toBe('pending');
    expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH']);
  });
});

describe('a signal about a change that the provider does not have', () => {
  it.each([
    ['a change that there is not', async () => ({ changeId: uuidV7(), options: {} })],
    [
      "another provider's change",
      async () => ({
        changeId: (await calls.pending()).changeId,
        options: { providerId: calls.order.otherProviderId, secret: calls.order.secrets.otherProvider },
      }),
    ],
    [
      "another account's change",
      async () => ({
        changeId: (await calls.pending()).changeId,
        options: { accountId: calls.order.otherAccountId, secret: calls.order.secrets.otherAccount },
      }),
    ],
  ])('(%s) is kept and answered alike, and changes nothing', async (_name, arrange) => {
    const { changeId, options } = await arrange();
    const { status, body } = await calls.say(changeId, APPLIED, options);
    expect([status, body.intake]).toEqual([202, 'unknown_change']);
    const { rows } = await sql<{ intake: string; change_id: string | null }>`
      select intake, change_id from provider_signal where id = ${body.receipt}`.execute(calls.order.database.adminDb);
    expect(rows).toEqual([{ intake: 'unknown_change', change_id: null }]);
    const { rows: answered } =
      await sql`select 1 from service_call where change_id = ${changeId} and version > 0`.execute(
        calls.order.database.adminDb,
      );
    expect(answered).toEqual([]);
  });

  it('can be replayed once the change is there: a new receipt and a new judgement, once per key', async () => {
    const call = calls.aCall();
    const early = await calls.say(call.changeId, APPLIED);
    await calls.sandbox.rules({ change: 'accept' });
    await calls.put(call);
    const replay = { roles: ['operations' as const], key: uuidV7(), body: { reason: 'it was early' } };
    const path = `/provider-signals/${early.body.receipt}/replay`;
    const first = await calls.order.call<{ receipt: string; intake: string }>('POST', path, replay);
    const second = await calls.order.call<{ receipt: string; intake: string }>('POST', path, replay);
    expect([first.status, first.body.intake, second.body]).toEqual([202, 'accepted', first.body]);
    expect(await disposition(first)).toBe('applied');
    expect((await calls.read(call.changeId)).state).toBe('answered');
  });
});

describe('a signal about services that is refused', () => {
  it('with the signature of another provider, changes nothing', async () => {
    const { changeId, shown } = await calls.pending();
    const { status } = await calls.say(changeId, APPLIED, { secret: calls.order.secrets.otherProvider });
    expect([status, await calls.read(changeId)]).toEqual([401, shown]);
  });

  it.each([
    ['no change', { data: { results: APPLIED } }],
    ['no results', { data: { changeId: uuidV7(), results: [] } }],
    ['an outcome that is none', { data: { changeId: uuidV7(), results: [{ option: 'data', outcome: 'perhaps' }] } }],
    ['a result of nothing', { data: { changeId: uuidV7(), results: [{ outcome: 'applied' }] } }],
  ])('has %s', async (_name, body) => {
    const { status } = await calls.order.signal({
      type: 'services.applied',
      occurredAt: '2026-11-20T10:00:00Z',
      ...body,
    });
    expect(status).toBe(400);
  });

  it('keeps no activation code that stands where none belongs', async () => {
    const { changeId } = await calls.pending();
    const { body } = await calls.order.signal({
      type: 'services.applied',
      occurredAt: '2026-11-20T10:00:00Z',
      data: { changeId, results: APPLIED, activationCode: '1$SMDP.GSMA.COM$04386-AGYFT' },
    });
    expect(JSON.stringify(await calls.stored(body.receipt))).not.toContain('04386');
  });
});

import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { serviceCallKey } from '@simlane/contracts/http/provider-services';
import { type ServiceCalls, startServiceCalls } from './service-calls.fixture.ts';

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';
const WITHIN = { timeout: 4_000, interval: 20 };

let calls: ServiceCalls;
beforeAll(async () => {
  calls = await startServiceCalls();
});
afterAll(() => calls.stop());
beforeEach(async () => {
  await calls.sandbox.rules();
  await calls.moveProvider(calls.order.addressOf(calls.order.providerId));
});

const outcomes = (shown: { results: readonly { name: string; outcome: string }[] }) =>
  Object.fromEntries(shown.results.map(({ name, outcome }) => [name, outcome]));
const DECEMBER = { ratePlan: 'M', effectiveOn: '2026-12-01' };

describe('a service call', () => {
  it('is sent, and shows what became of each option and of the plan, with the words of a refusal', async () => {
    await calls.sandbox.rules({ change: 'answer', refusedOptions: { roaming: 'Not with LPA:1$SMDP.EXAMPLE$CODE' } });
    const { changeId, body, status, shown } = await calls.made({
      options: { data: '5GB', roaming: 'world' },
      ratePlan: 'M',
    });
    expect([status, shown]).toEqual([
      200,
      {
        changeId,
        simId: body.simId,
        state: 'answered',
        sentAt: expect.any(String),
        answeredAt: expect.any(String),
        version: 1,
        results: [
          { of: 'option', name: 'data', value: '5GB', outcome: 'applied', reason: null },
          { of: 'option', name: 'roaming', value: 'world', outcome: 'refused', reason: 'Not with [redacted]' },
          { of: 'rate_plan', name: 'M', value: 'M', outcome: 'applied', reason: null },
        ],
      },
    ]);
    expect(await calls.read(changeId)).toEqual(shown);
    expect(await calls.sandbox.change(changeId)).toMatchObject({
      key: serviceCallKey(body.simId, changeId),
      accepted: 1,
    });
  });

  it('is sent and asked about under an ICCID with letters, as some physical SIMs have one', async () => {
    const { changeId, body } = calls.aCall();
    const iccid = '89860A0123456789BCDE';
    expect((await calls.put({ changeId, body: { ...body, iccid } })).body).toMatchObject({ state: 'answered' });
    expect((await calls.reported(iccid)).body).toMatchObject({ options: { data: '5GB' } });
  });

  it('put 20 times at once has one effect at the provider, and one answer', async () => {
    const call = calls.aCall();
    const answers = await Promise.all(Array.from({ length: 20 }, () => calls.put(call)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ state: 'answered', version: 1 });
    expect(await calls.sandbox.change(call.changeId)).toMatchObject({ accepted: 1 });
  });

  it('that is answered or pending is not sent again by a repeat, and another change under its id is refused', async () => {
    const answered = await calls.made();
    const pending = await calls.pending();
    for (const call of [answered, pending]) {
      expect((await calls.put(call)).body).toEqual(call.shown);
      expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH']);
      const other = { ...call, body: { ...call.body, options: { data: '1GB' } } };
      const refused = await calls.put(other);
      expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_reused']);
    }
    expect([answered.shown.state, pending.shown.state]).toEqual(['answered', 'pending']);
  });

  it('that the provider refuses as a whole has each part refused, with its words', async () => {
    await calls.sandbox.rules({ change: 'refuse', detail: 'x'.repeat(3000) });
    const { shown } = await calls.made({ options: { data: '5GB' }, ratePlan: 'M' });
    expect(shown).toMatchObject({ state: 'answered', results: [{ outcome: 'refused' }, { outcome: 'refused' }] });
    expect(shown.results.map(({ reason }) => reason?.length)).toEqual([2000, 2000]);
  });

  it.each([
    ['nothing at all', {}],
    ['an empty set of options', { options: {} }],
    ['a day without a plan', { options: { data: '5GB' }, effectiveOn: '2026-12-01' }],
    ['a day that is none', { ratePlan: 'M', effectiveOn: '2026-02-30' }],
    [
      'more options than a pack can have',
      { options: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, 'on'])) },
    ],
    ['an ICCID that is none', { options: { data: '5GB' }, iccid: '../orders' }],
  ])('with %s is none', async (_name, wanted) => {
    const call = calls.aCall({ options: undefined, ...wanted });
    expect((await calls.put(call)).body.code).toBe('invalid_request');
    expect((await calls.about('GET', call.changeId)).status).toBe(404);
  });
});

describe('a service call whose outcome is unknown', () => {
  it('is stored before it is sent, so that a repeat after a kill in between sends it', async () => {
    await calls.moveProvider(NOWHERE);
    const call = await calls.made();
    expect([call.status, (await calls.read(call.changeId)).state]).toEqual([503, 'sending']);
    expect((await calls.read(call.changeId)).sentAt).toBeNull();
    await calls.moveProvider(calls.order.addressOf(calls.order.providerId));
    expect((await calls.put(call)).body.state).toBe('answered');
    expect(await calls.sandbox.change(call.changeId)).toMatchObject({ accepted: 1, requests: 1 });
  });

  it.each([
    ['a server error', { change: 'fail', httpStatus: 500 }],
    [
      'a refusal of something between, with no code of the provider',
      { change: 'fail', httpStatus: 403, failsWith: 'empty' },
    ],
    ['a code that is not agreed on', { change: 'fail', httpStatus: 409, problemCode: 'busy' }],
    ['garbage', { change: 'garbage' }],
    ['a redirect, which is not followed', { change: 'redirect' }],
  ])('after %s is learnt by asking, and not sent again where the provider has made the change', async (_name, rule) => {
    await calls.sandbox.rules({ ...rule, acceptedAnyway: true });
    const call = await calls.made();
    expect([call.status, call.shown.code]).toEqual([503, 'dependency_unavailable']);
    expect((await calls.put(call)).body).toMatchObject({ state: 'answered', results: [{ outcome: 'applied' }] });
    expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH', 'GET']);
  });

  it('is sent again under its key where the provider does not report it, or nothing at all', async () => {
    await calls.sandbox.rules({ change: 'fail', times: 1 });
    const unreported = await calls.made();
    expect((await calls.put(unreported)).body.state).toBe('answered');
    expect(await calls.sandbox.requests(unreported.body.iccid)).toEqual(['PATCH', 'GET', 'PATCH']);

    await calls.sandbox.rules({ change: 'fail', acceptedAnyway: true, times: 1 }, { lookup: 'garbage' });
    const unanswered = await calls.made();
    expect((await calls.put(unanswered)).body.state).toBe('answered');
    expect(await calls.sandbox.change(unanswered.changeId)).toMatchObject({ accepted: 1, requests: 2 });
  });

  it('is not sent again once the key may be forgotten, unless the provider could be asked', async () => {
    const call = await calls.unsent();
    await calls.letPass(call.changeId, '25 hours');
    await calls.sandbox.rules({ lookup: 'fail' });
    expect((await calls.put(call)).status).toBe(503);
    expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH', 'GET']);
    await calls.sandbox.rules();
    expect((await calls.put(call)).body.state).toBe('answered');
  });

  it.each([429, 503])('is given the time that the provider asks for with %i', async (httpStatus) => {
    await calls.sandbox.rules({ change: 'fail', httpStatus, retryAfterSeconds: 1800, times: 1 });
    const call = calls.aCall();
    const limited = await calls.put(call);
    expect([limited.status, limited.headers['retry-after']]).toEqual([503, '1800']);
    await calls.sandbox.rules({ lookup: 'fail', httpStatus, retryAfterSeconds: 7200 });
    const asked = await calls.put(call);
    expect([asked.status, asked.headers['retry-after']]).toEqual([503, '3600']);
    expect(await calls.sandbox.requests(call.body.iccid)).toEqual(['PATCH', 'GET']);
  });

  it('goes on from a rate limit of the provider, each change once', async () => {
    await calls.sandbox.rules({ callsPerSecond: 1 });
    const call = calls.aCall();
    await vi.waitFor(
      async () => {
        const answers = await Promise.all([calls.put(call), calls.put(call)]);
        expect(answers.map(({ body }) => body.state)).toEqual(['answered', 'answered']);
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(await calls.sandbox.change(call.changeId)).toMatchObject({ accepted: 1 });
  });
});

describe('a question', () => {
  it('takes what is in force as it was asked for as its answer, and leaves the rest pending', async () => {
    const { changeId, body } = await calls.pending({ options: { data: '5GB', voice: 'on' } });
    expect((await calls.ask(changeId)).body).toMatchObject({ state: 'pending', results: [], answeredAt: null });
    await calls.sandbox.setServices(body.providerId, body.iccid, { options: { data: '5GB', voice: 'off' } });
    const asked = await calls.ask(changeId);
    expect([asked.body.state, outcomes(asked.body)]).toEqual(['pending', { data: 'applied' }]);
    await calls.sandbox.setServices(body.providerId, body.iccid, { options: { voice: 'on' } });
    expect((await calls.ask(changeId)).body).toMatchObject({ state: 'answered', version: 2 });
  });

  it('is not asked where everything has its answer', async () => {
    const { changeId, body, shown } = await calls.made();
    expect((await calls.ask(changeId)).body).toEqual(shown);
    expect(await calls.sandbox.requests(body.iccid)).toEqual(['PATCH']);
  });

  it('that the provider does not answer changes nothing', async () => {
    const { changeId, shown } = await calls.pending();
    await calls.sandbox.rules({ lookup: 'fail', httpStatus: 503, retryAfterSeconds: 9 });
    const asked = await calls.ask(changeId);
    expect([asked.status, asked.headers['retry-after']]).toEqual([503, '9']);
    expect(await calls.read(changeId)).toEqual(shown);
  });
});

describe('a plan with a day', () => {
  it('is scheduled, and in force by a later answer, of which the workflow hears again', async () => {
    const { changeId, body, shown } = await calls.made(DECEMBER);
    expect([shown.state, outcomes(shown)]).toEqual(['answered', { M: 'scheduled' }]);
    expect((await calls.reported(body.iccid)).body).toEqual({
      options: {},
      ratePlan: null,
      scheduled: [{ changeId, ratePlan: 'M', effectiveOn: '2026-12-01' }],
    });
    await calls.take(changeId, 1);
    expect((await calls.ask(changeId)).body).toEqual(shown);
    await calls.sandbox.answer(changeId);
    expect(outcomes(await calls.read(changeId))).toEqual({ M: 'applied' });
    expect(await calls.isDue(changeId)).toBe(true);
  });

  it('is cancelled at the provider, once', async () => {
    const { changeId, body } = await calls.made(DECEMBER);
    const cancelled = await calls.unschedule(changeId);
    expect([cancelled.status, outcomes(cancelled.body)]).toEqual([200, { M: 'cancelled' }]);
    expect((await calls.unschedule(changeId)).body).toEqual(cancelled.body);
    expect((await calls.reported(body.iccid)).body.scheduled).toEqual([]);
    expect(await calls.sandbox.requests(body.iccid)).toEqual(['PATCH', 'DELETE', 'GET']);
  });

  it('stays where the provider refuses, which is a decision', async () => {
    const { changeId } = await calls.made(DECEMBER);
    await calls.sandbox.rules({ unscheduling: 'refuse', detail: 'Too late' });
    const { status, body } = await calls.unschedule(changeId);
    expect([status, body.code, body.detail]).toEqual([409, 'cancellation_refused', 'Too late']);
    expect(outcomes(await calls.read(changeId))).toEqual({ M: 'scheduled' });
  });

  it('is asked about where the provider does not have it: it may be in force by now', async () => {
    const begun = await calls.made(DECEMBER);
    await calls.sandbox.rules({ unscheduling: 'unknown' });
    await calls.sandbox.setServices(begun.body.providerId, begun.body.iccid, { ratePlan: 'M' });
    const refused = await calls.unschedule(begun.changeId);
    expect([refused.body.code, outcomes(await calls.read(begun.changeId))]).toEqual([
      'cancellation_refused',
      { M: 'applied' },
    ]);
  });

  it('is not shown as cancelled while the provider, which says that it does not know it, reports it as scheduled', async () => {
    const { changeId } = await calls.made(DECEMBER);
    await calls.sandbox.rules({ unscheduling: 'unknown', times: 1 });
    expect((await calls.unschedule(changeId)).body.code).toBe('dependency_unavailable');
    expect(outcomes(await calls.read(changeId))).toEqual({ M: 'scheduled' });
    expect(outcomes((await calls.unschedule(changeId)).body)).toEqual({ M: 'cancelled' });
  });

  it('cannot be cancelled where there is none, once it is in force, or while nobody knows whether the provider will have it', async () => {
    const none = await calls.made();
    const inForce = await calls.made(DECEMBER);
    await calls.sandbox.answer(inForce.changeId);
    const unsent = await calls.unsent(DECEMBER);
    const taken = await calls.pending(DECEMBER);
    const answers = [];
    for (const { changeId } of [none, inForce, unsent, taken])
      answers.push((await calls.unschedule(changeId)).body.code);
    expect(answers).toEqual(['cancellation_refused', 'cancellation_refused', 'outcome_unknown', 'outcome_unknown']);
    expect(await calls.sandbox.requests(unsent.body.iccid)).toEqual(['PATCH']);
    await calls.sandbox.answer(taken.changeId);
    expect(outcomes((await calls.unschedule(taken.changeId)).body)).toEqual({ M: 'cancelled' });
  });

  it('is as it was after a failure, and the cancellation is made by a repeat', async () => {
    const { changeId } = await calls.made(DECEMBER);
    await calls.sandbox.rules({ unscheduling: 'fail', acceptedAnyway: true, times: 1 });
    expect((await calls.unschedule(changeId)).status).toBe(503);
    expect(outcomes(await calls.read(changeId))).toEqual({ M: 'scheduled' });
    expect(outcomes((await calls.unschedule(changeId)).body)).toEqual({ M: 'cancelled' });
  });
});

describe('the workflow of the SIM', () => {
  it('that has the answer in its hands, having asked for it, is woken only if it does not take it', async () => {
    const { changeId } = await calls.made();
    expect(await calls.dueInMs(changeId)).toBeGreaterThan(30_000);
    const signalled = await calls.pending();
    await calls.sandbox.answer(signalled.changeId);
    expect(await calls.dueInMs(signalled.changeId)).toBeLessThanOrEqual(0);
  });

  it('that has taken more than there is, as after a restore, still hears of the next answer', async () => {
    const { changeId } = await calls.pending();
    await calls.take(changeId, 7);
    await calls.sandbox.answer(changeId);
    expect(await calls.isDue(changeId)).toBe(true);
  });

  // The last of these: the due loop runs from then on, and would be faster than a look at what is due.
  it('is woken for an answer until it has taken it, and for a newer one again', async () => {
    const { changeId, body } = await calls.pending({ options: { data: '5GB', voice: 'on' } });
    expect(await calls.isDue(changeId)).toBe(false);
    await calls.say(changeId, [{ option: 'data', outcome: 'applied' }]);
    calls.order.loop.start();
    const woken = () => calls.order.simServices.wakes.filter((wake) => wake.changeId === changeId);
    await vi.waitFor(() => expect(woken()).toEqual([{ simId: body.simId, changeId, again: false }]), WITHIN);
    expect(await calls.isDue(changeId)).toBe(true);
    await calls.say(changeId, [{ option: 'voice', outcome: 'refused' }]);
    expect((await calls.take(changeId, 1)).body.version).toBe(2);
    expect(await calls.isDue(changeId)).toBe(true);
    await vi.waitFor(() => expect(woken().length).toBeGreaterThan(1), WITHIN);
    await calls.take(changeId, 2);
    await calls.take(changeId, 2);
    expect(await calls.isDue(changeId)).toBe(false);
  });
});

describe('what a provider reports', () => {
  it('is passed on as it is now, of a SIM that nobody has changed as well', async () => {
    const { body } = calls.aCall();
    await calls.sandbox.setServices(body.providerId, body.iccid, { options: { data: '1GB' }, ratePlan: 'S' });
    expect((await calls.reported(body.iccid)).body).toEqual({ options: { data: '1GB' }, ratePlan: 'S', scheduled: [] });
  });

  it('is not known where the provider has no connection, or does not answer as agreed', async () => {
    const { body } = calls.aCall();
    expect((await calls.reported(body.iccid, uuidV7())).body.code).toBe('not_found');
    await calls.sandbox.rules({ lookup: 'garbage' });
    expect((await calls.reported(body.iccid)).body.code).toBe('dependency_unavailable');
  });
});

describe('nobody but the worker, and of no account but its own,', () => {
  it('reaches a service call', async () => {
    const { changeId, body, shown } = await calls.made(DECEMBER);
    const routes = [
      ['GET', changeId, undefined],
      ['PUT', `${changeId}/question`, undefined],
      ['DELETE', `${changeId}/schedule`, undefined],
      ['PUT', `${changeId}/taken`, { version: 1 }],
    ] as const;
    for (const [method, path, payload] of routes) {
      const foreign = await calls.about(method, path, { body: payload, accountId: calls.order.otherAccountId });
      expect([path, foreign.status]).toEqual([path, 404]);
    }
    for (const [method, path, payload] of [...routes, ['PUT', changeId, body] as const]) {
      const refused = await calls.about(method, path, { body: payload, service: 'inventory' });
      expect([path, refused.status]).toEqual([path, 403]);
    }
    const token = await calls.order.issuer.userToken({ accountId: calls.order.accountId, roles: ['administrator'] });
    const user = await calls.order.app.internal.inject({
      method: 'GET',
      url: `/internal/service-calls/${changeId}`,
      headers: { authorization: `Bearer ${token}`, 'simlane-account': calls.order.accountId },
    });
    expect(user.statusCode).toBe(401);
    expect(await calls.read(changeId)).toEqual(shown);
  });

  it('has anything to do with a call of the same id in another account, or with its wake', async () => {
    const { changeId, body, shown } = await calls.made();
    const accountId = calls.order.otherAccountId;
    const otherSim = { ...body, simId: uuidV7(), options: { data: '1GB' } };
    const other = await calls.about('PUT', changeId, { body: otherSim, accountId });
    expect(other.status).toBe(200);
    await calls.about('PUT', `${changeId}/taken`, { body: { version: 1 }, accountId });
    expect(await calls.isDue(changeId)).toBe(true);
    expect(await calls.read(changeId)).toEqual(shown);
  });

  it('can have one at a provider without a connection', async () => {
    const call = calls.aCall({ options: { data: '5GB' }, providerId: uuidV7() });
    expect((await calls.put(call)).body.code).toBe('not_found');
  });
});

import type { Problem } from '@simlane/contracts/http/problem';
import type { ServiceCall } from '@simlane/contracts/http/service-calls';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceCalls, startServiceCalls } from './service-calls.fixture.ts';

let calls: ServiceCalls;
beforeAll(async () => {
  calls = await startServiceCalls();
});
afterAll(() => calls.stop());
beforeEach(() => calls.sandbox.rules());

type Call = ReturnType<ServiceCalls['aCall']>;

const some = (count: number, wanted?: object): [Call, ...Call[]] => [
  calls.aCall(wanted),
  ...Array.from({ length: count - 1 }, () => calls.aCall(wanted)),
];
const putMany = async (given: readonly Call[]) => {
  const body = { calls: given.map(({ changeId, body }) => ({ changeId, ...body })) };
  const answer = await calls.order.callInternal<{ calls: ServiceCall[] }>('PUT', '/service-calls', { body });
  expect(answer.status).toBe(200);
  return new Map(answer.body.calls.map((call) => [call.changeId, call]));
};
const takeMany = (taken: readonly { changeId: string; version: number }[]) =>
  calls.order.callInternal('PUT', '/taken-service-calls', { body: { taken } });
const acceptedOf = (given: readonly Call[]) =>
  Promise.all(given.map(async ({ changeId }) => (await calls.sandbox.change(changeId))?.accepted ?? 0));
const states = (shown: ReadonlyMap<string, ServiceCall>, given: readonly Call[]) =>
  given.map(({ changeId }) => shown.get(changeId)?.state);

describe('calls that are sent together', () => {
  it('are sent each under its own key, and stand as if each had been sent alone', async () => {
    const given = some(12);
    const shown = await putMany(given);
    expect(states(shown, given)).toEqual(given.map(() => 'answered'));
    expect(await acceptedOf(given)).toEqual(given.map(() => 1));
    const [first] = given;
    expect(shown.get(first.changeId)).toEqual((await calls.put(first)).body);
    expect(await calls.dueInMs(first.changeId)).toBeGreaterThan(30_000);
    expect(await calls.sandbox.requests(first.body.iccid)).toEqual(['PATCH']);
  });

  it('and put again, all or some of them, have one effect each, and the answers that stand', async () => {
    const given = some(6);
    await putMany(given.slice(0, 3));
    const shown = await putMany(given);
    expect(await putMany(given)).toEqual(shown);
    expect(await acceptedOf(given)).toEqual(given.map(() => 1));
  });

  it('while the workflows of their SIMs send them too have one effect each', async () => {
    const given = some(8);
    const [together, ...alone] = await Promise.all([putMany(given), ...given.map(calls.put)]);
    expect(alone.map(({ status }) => status)).toEqual(given.map(() => 200));
    expect(await acceptedOf(given)).toEqual(given.map(() => 1));
    expect(states(await putMany(given), given)).toEqual(given.map(() => 'answered'));
    expect(together.size).toBe(given.length);
  });

  it('that a kill left stored and unsent, or sent and unheard of, are gone on with', async () => {
    const unsent = await calls.unsent();
    await calls.sandbox.rules({ change: 'fail', acceptedAnyway: true, times: 1 });
    const unheard = await calls.made();
    await calls.sandbox.rules();
    const given = [unsent, unheard, calls.aCall()];
    expect(states(await putMany(given), given)).toEqual(['answered', 'answered', 'answered']);
    expect(await acceptedOf(given)).toEqual([1, 1, 1]);
    expect(await calls.sandbox.requests(unheard.body.iccid)).toEqual(['PATCH', 'GET']);
  });

  it('of which one is another change under its id leave out that one alone', async () => {
    const [first, second] = [await calls.made(), calls.aCall()];
    const other = { ...first, body: { ...first.body, options: { data: '1GB' } } };
    const shown = await putMany([other, second]);
    expect([...shown.keys()]).toEqual([second.changeId]);
    expect(await calls.read(first.changeId)).toEqual(first.shown);
  });

  it('leave out those of a provider without a connection', async () => {
    const [first] = some(1);
    const stranger = calls.aCall({ options: { data: '5GB' }, providerId: uuidV7() });
    expect([...(await putMany([stranger, first])).keys()]).toEqual([first.changeId]);
  });
});

describe('a provider', () => {
  it('that answers later has all of them, and says by signals what became of them', async () => {
    await calls.sandbox.rules({ change: 'accept' });
    const given = some(3);
    expect(states(await putMany(given), given)).toEqual(['pending', 'pending', 'pending']);
    const [first] = given;
    expect(await calls.isDue(first.changeId)).toBe(false);
    await calls.sandbox.answer(first.changeId);
    expect(await calls.isDue(first.changeId)).toBe(true);
    expect(states(await putMany(given), given)).toEqual(['answered', 'pending', 'pending']);
  });

  it('that refuses has refused each, with its words', async () => {
    await calls.sandbox.rules({ change: 'refuse', detail: 'Not now' });
    const given = some(3);
    const shown = await putMany(given);
    expect([...shown.values()].map(({ results }) => results[0])).toEqual(
      given.map(() => expect.objectContaining({ outcome: 'refused', reason: 'Not now' })),
    );
  });

  it.each([
    ['asks for time', { httpStatus: 429, retryAfterSeconds: 1800 }],
    ['fails', { httpStatus: 500 }],
  ])('that %s gets none of the rest, which is as stored, and is sent later', async (_name, rule) => {
    await calls.sandbox.rules({ change: 'fail', ...rule });
    const given = some(25);
    const shown = await putMany(given);
    expect(states(shown, given)).toEqual(given.map(() => 'sending'));
    const asked = await Promise.all(given.map(({ body }) => calls.sandbox.requests(body.iccid)));
    expect(asked.flat().length).toBeLessThanOrEqual(6);
    await calls.sandbox.rules();
    const [last] = given.slice(-1);
    if (last !== undefined) expect((await calls.put(last)).body.state).toBe('answered');
  });

  it('that is away holds up none of another', async () => {
    await calls.sandbox.rules({ change: 'fail', providerId: calls.order.providerId });
    const away = some(2);
    const there = some(2, { options: { data: '5GB' }, providerId: calls.order.otherProviderId });
    const shown = await putMany([...away, ...there]);
    expect(states(shown, [...away, ...there])).toEqual(['sending', 'sending', 'answered', 'answered']);
  });
});

describe('the answers to calls that were sent together', () => {
  it('are taken together; a repeat, an older version and a call that is not there change nothing', async () => {
    const given = some(3);
    await putMany(given);
    const taken = given.map(({ changeId }) => ({ changeId, version: 1 }));
    for (let times = 0; times < 2; times += 1) expect((await takeMany(taken)).status).toBe(200);
    expect(await Promise.all(given.map(({ changeId }) => calls.isDue(changeId)))).toEqual([false, false, false]);
    expect((await takeMany([{ changeId: uuidV7(), version: 1 }, ...taken])).status).toBe(200);
  });

  it('that are newer than what was taken are told of still', async () => {
    const { changeId } = await calls.pending({ options: { data: '5GB', voice: 'on' } });
    await calls.say(changeId, [{ option: 'data', outcome: 'applied' }]);
    await calls.say(changeId, [{ option: 'voice', outcome: 'applied' }]);
    await takeMany([{ changeId, version: 1 }]);
    expect(await calls.isDue(changeId)).toBe(true);
    await takeMany([{ changeId, version: 2 }]);
    expect(await calls.isDue(changeId)).toBe(false);
  });
});

it('more than can be sent in one step are refused, and nobody but the worker asks', async () => {
  const body = { calls: some(51).map(({ changeId, body: wanted }) => ({ changeId, ...wanted })) };
  const tooMany = await calls.order.callInternal<Problem>('PUT', '/service-calls', { body });
  expect(tooMany.body.code).toBe('invalid_request');
  const one = { calls: body.calls.slice(0, 1) };
  const asked = await calls.order.callInternal('PUT', '/service-calls', { body: one, service: 'inventory' });
  const taken = await calls.order.callInternal('PUT', '/taken-service-calls', {
    body: { taken: [] },
    service: 'inventory',
  });
  expect([asked.status, taken.status]).toEqual([403, 403]);
});

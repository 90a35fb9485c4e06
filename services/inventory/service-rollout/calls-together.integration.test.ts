import type { NextServiceCall } from '@simlane/contracts/http/sim-services-internal';
import { inAccount } from '@simlane/service-kit/postgres';
import { machineClock } from '@simlane/service-kit/clock';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { type Fleet, startFleet } from './service-rollouts.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => goBy(machineClock));

type Opened = NonNullable<NextServiceCall['call']>;

const worker = async <T>(fleet: Fleet, path: string, body?: object): Promise<T> => {
  const answer = await inventory.internal<T>({
    method: 'PUT',
    path,
    accountId: fleet.accountId,
    service: 'worker',
    body,
  });
  expect(answer.status).toBe(200);
  return answer.body;
};
const openMany = async (fleet: Fleet, simIds: readonly string[]) => {
  const { calls } = await worker<{ calls: (Opened & { simId: string })[] }>(fleet, '/next-service-calls', { simIds });
  return calls.toSorted((one, other) => (one.simId < other.simId ? -1 : 1));
};
const openOne = async (fleet: Fleet, simId: string) =>
  (await worker<NextServiceCall>(fleet, `/sim-services/${simId}/next-call`)).call;
const saidOf = ({ wanted = {} }: Opened, outcome = 'applied') => {
  const { options = {}, ratePlan } = wanted;
  return [
    ...Object.entries(options).map(([name, value]) => ({ of: 'option', name, value, outcome, reason: null })),
    ...(ratePlan === undefined ? [] : [{ of: 'rate_plan', name: ratePlan, value: ratePlan, outcome, reason: null }]),
  ];
};
const recordMany = async (fleet: Fleet, calls: readonly { simId: string; callId: string; results: object[] }[]) =>
  (await worker<{ taken: string[] }>(fleet, '/service-call-results', { calls })).taken;
/** How long until the due loop looks at each of the SIMs that it is to look at. */
const dueInMs = async (fleet: Fleet) => {
  const { rows } = await sql<{ id: string; due_at: Date }>`
    select id, due_at from due where kind = 'sim_services' and account_id = ${fleet.accountId}`.execute(
    inventory.adminDb,
  );
  const now = Date.now();
  return new Map(rows.map(({ id, due_at }) => [id, due_at.getTime() - now]));
};

/** SIMs that a rollout has moved, none of which has been sent. */
const moved = async (sims = 4) => {
  const fleet = await startFleet(inventory, { sims });
  const { id: serviceProfileId } = fleet.addProfile({ plan: 'S', options: { data: 'on', roaming: 'on' } }).profile;
  const { body } = await fleet.create({
    change: { kind: 'migrate', serviceProfileId },
    over: { simIds: fleet.sims.map(({ id }) => id) },
  });
  const { simIds = [] } = await fleet.portion(body.id);
  expect(simIds).toHaveLength(sims);
  return { fleet, rolloutId: body.id, simIds: simIds.toSorted() };
};

describe('the SIMs of a portion', () => {
  it('are left to whoever sends them together for half a minute, and are due then', async () => {
    const { fleet, simIds } = await moved();
    const waits = [...(await dueInMs(fleet)).values()];
    expect(waits).toHaveLength(simIds.length);
    for (const wait of waits) expect([wait > 20_000, wait <= 30_000]).toEqual([true, true]);
  });

  it('have a call each, and the same ones when asked again, also where some were asked for by themselves', async () => {
    const { fleet, simIds } = await moved();
    const first = await openOne(fleet, simIds[0] ?? '');
    const calls = await openMany(fleet, simIds);
    expect(calls.map(({ simId }) => simId)).toEqual(simIds);
    expect(calls[0]).toEqual({ simId: simIds[0], ...first });
    expect(calls[1]).toMatchObject({
      providerId: fleet.providerId,
      wanted: { options: { data: 'on', roaming: 'on' } },
    });
    expect(await openMany(fleet, simIds)).toEqual(calls);
  });

  it('and the workflows of each, all at once, open one call for each SIM and take each answer once', async () => {
    const { fleet, rolloutId, simIds } = await moved();
    await Promise.all([
      openMany(fleet, simIds),
      ...simIds.map((simId) => openOne(fleet, simId)),
      openMany(fleet, simIds),
    ]);
    const calls = await openMany(fleet, simIds);
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(simIds.length);
    const said = calls.map((call) => ({ simId: call.simId, callId: call.callId, results: saidOf(call) }));
    await Promise.all([
      recordMany(fleet, said),
      ...said.map(({ simId, callId, results }) => worker(fleet, `/sim-services/${simId}/calls/${callId}`, { results })),
      recordMany(fleet, said),
    ]);
    expect((await fleet.rollout(rolloutId)).counts).toMatchObject({ done: simIds.length, pending: 0 });
    for (const simId of simIds) {
      expect(await fleet.events(`/sims/${simId}`)).toEqual(['services_wanted', 'services_confirmed']);
    }
  });

  it('that somebody else holds are left out, and taken by nobody, until they are let go', async () => {
    const { fleet, simIds } = await moved();
    const [held = '', ...others] = simIds;
    const calls = await inAccount(inventory.db, fleet.accountId, async (tx) => {
      await sql`select from sim where account_id = ${fleet.accountId} and id = ${held} for update`.execute(tx);
      return openMany(fleet, simIds);
    });
    expect(calls.map(({ simId }) => simId)).toEqual(others);
    const [first] = await openMany(fleet, [held]);
    const said = [...calls, ...(first === undefined ? [] : [first])].map((call) => ({
      simId: call.simId,
      callId: call.callId,
      results: saidOf(call),
    }));
    const taken = await inAccount(inventory.db, fleet.accountId, async (tx) => {
      await sql`select from sim where account_id = ${fleet.accountId} and id = ${held} for update`.execute(tx);
      return recordMany(fleet, said);
    });
    expect(taken.toSorted()).toEqual(calls.map(({ callId }) => callId).toSorted());
    expect((await dueInMs(fleet)).get(held)).toBeGreaterThan(15_000);
    expect(await recordMany(fleet, said)).toContain(first?.callId);
    expect((await dueInMs(fleet)).size).toBe(0);
  });
});

describe('the answers to calls that were sent together', () => {
  it('are in force, each caused by its own call, and a repeat changes nothing', async () => {
    const { fleet, rolloutId, simIds } = await moved();
    const calls = await openMany(fleet, simIds);
    const said = calls.map((call) => ({ simId: call.simId, callId: call.callId, results: saidOf(call) }));
    for (let times = 0; times < 2; times += 1) {
      expect((await recordMany(fleet, said)).toSorted()).toEqual(calls.map(({ callId }) => callId).toSorted());
    }
    expect((await fleet.rollout(rolloutId)).counts).toMatchObject({ done: simIds.length });
    expect((await dueInMs(fleet)).size).toBe(0);
    const { rows } = await sql<{ subject_id: string; cause_id: string }>`
      select subject_id, cause_id from timeline
      where account_id = ${fleet.accountId} and event = 'services_confirmed'`.execute(inventory.adminDb);
    expect(new Map(rows.map(({ subject_id, cause_id }) => [subject_id, cause_id]))).toEqual(
      new Map(calls.map(({ simId, callId }) => [simId, callId])),
    );
  });

  it('that are refusals count for the stop rule as any others', async () => {
    const { fleet, rolloutId, simIds } = await moved();
    const calls = await openMany(fleet, simIds);
    const said = calls.map((call) => ({ simId: call.simId, callId: call.callId, results: saidOf(call, 'refused') }));
    await recordMany(fleet, said);
    expect(await fleet.portion(rolloutId)).toMatchObject({ state: 'stopped' });
    expect((await fleet.rollout(rolloutId)).counts).toMatchObject({ failed: simIds.length });
  });

  it('that are missing, in part or at all, are for the workflow of the SIM at once', async () => {
    const { fleet, simIds } = await moved(3);
    const [answered, partly, silent] = await openMany(fleet, simIds);
    if (answered === undefined || partly === undefined || silent === undefined) throw new Error('three are open');
    const waits = [...(await dueInMs(fleet)).values()];
    for (const wait of waits) expect([wait > 20_000, wait <= 30_000]).toEqual([true, true]);
    await recordMany(fleet, [
      { simId: answered.simId, callId: answered.callId, results: saidOf(answered) },
      { simId: partly.simId, callId: partly.callId, results: saidOf(partly).slice(0, 1) },
      { simId: silent.simId, callId: silent.callId, results: [] },
    ]);
    const due = await dueInMs(fleet);
    expect([...due.keys()].toSorted()).toEqual([partly.simId, silent.simId].toSorted());
    for (const wait of due.values()) expect(wait).toBeLessThanOrEqual(0);
    expect(await openOne(fleet, silent.simId)).toMatchObject({ callId: silent.callId });
    expect(await openOne(fleet, partly.simId)).toMatchObject({ wanted: { options: { roaming: 'on' } } });
  });

  it('to a call that was given up meanwhile are no news, and leave the due row of who did that', async () => {
    const { fleet, simIds } = await moved(1);
    const [call] = await openMany(fleet, simIds);
    if (call === undefined) throw new Error('one is open');
    const said = { simId: call.simId, callId: call.callId, results: saidOf(call) };
    await recordMany(fleet, [said]);
    const change = { kind: 'deviate', deviationKind: 'test', reason: 'A trip', options: { sms: 'off' } };
    await fleet.change(call.simId, change);
    const next = await openOne(fleet, call.simId);
    expect(await recordMany(fleet, [said])).toEqual([call.callId]);
    expect((await dueInMs(fleet)).get(call.simId)).toBeGreaterThan(60_000);
    expect(await openOne(fleet, call.simId)).toEqual(next);
  });
});

it('nobody but the worker asks for many calls, and of no account but its own', async () => {
  const { fleet, simIds } = await moved(1);
  for (const [path, body] of [
    ['/next-service-calls', { simIds }],
    ['/service-call-results', { calls: [] }],
  ] as const) {
    const asked = await inventory.internal({ method: 'PUT', path, accountId: fleet.accountId, service: 'order', body });
    expect(asked.status).toBe(403);
  }
  const other = await startFleet(inventory, { sims: 1 });
  expect(await openMany(other, simIds)).toEqual([]);
});

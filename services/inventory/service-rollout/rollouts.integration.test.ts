import { randomUUID } from 'node:crypto';
import { machineClock } from '@simlane/service-kit/clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { createRolloutDueHandler } from './rollout-due-handler.ts';
import { type Fleet, settledOn, startFleet } from './service-rollouts.fixture.ts';
import { sql } from 'kysely';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => goBy(machineClock));

const NO = 'Not in this contract';
const migrateAll = (fleet: Fleet, plan = 'S', more: object = {}) => {
  const { id } = fleet.addProfile({ plan, options: { data: 'on' } }).profile;
  return {
    targetId: id,
    wish: {
      change: { kind: 'migrate', serviceProfileId: id },
      over: { serviceProfileId: fleet.profile.profile.id },
      ...more,
    },
  };
};
const started = async (fleet: Fleet, more: object = {}) => {
  const { wish, targetId } = migrateAll(fleet, 'S', more);
  const { status, body } = await fleet.create(wish);
  expect(status).toBe(201);
  return { id: body.id, targetId, wish };
};

describe('a rollout', () => {
  it('moves a canary, waits for all of its answers, and then the others', async () => {
    const fleet = await startFleet(inventory, { sims: 70 });
    const { id } = await started(fleet);
    expect(await fleet.portion(id)).toMatchObject({ state: 'running', moved: 10 });
    expect((await fleet.rollout(id)).canaryCounts).toMatchObject({ pending: 10, waiting: 0 });
    const [first, ...rest] = await fleet.listSims(id, 'pending');
    for (const { simId } of rest) await fleet.answer(simId, null);
    expect(await fleet.portion(id)).toMatchObject({ moved: 0, again: 250 });
    await fleet.answer(first?.simId ?? '', null);
    // As many as may wait to be sent; nobody sends anything here.
    expect(await fleet.portion(id)).toMatchObject({ moved: 50, again: 0 });
    expect(await fleet.portion(id)).toMatchObject({ moved: 0, again: 200 });
    expect(await fleet.drive(id)).toEqual({ state: 'done', moved: 0, again: null });
    const done = await fleet.rollout(id);
    expect(done).toMatchObject({ state: 'done', sims: 70, canarySims: 10, stoppedBecause: null });
    expect(done.counts).toMatchObject({ done: 70, waiting: 0, pending: 0 });
    expect(done.endedAt).not.toBeNull();
    expect(await fleet.events(`/service-rollouts/${id}`)).toEqual(['rollout_created', 'rollout_done']);
  });

  it('waits for no SIM of another provider that waits to be sent', async () => {
    const fleet = await startFleet(inventory, { sims: 51 });
    const stranger = inventory.serviceCatalog.add({ providerId: randomUUID() });
    const { providerId } = stranger.profile;
    const { simId } = await addLine(inventory.db, fleet.accountId, { providerId });
    const migrate = { kind: 'migrate', serviceProfileId: fleet.addProfile({ options: { data: 'on' } }).profile.id };
    const simIds = fleet.sims.map(({ id }) => id);
    const { body } = await fleet.create({ change: migrate, over: { simIds }, canary: { sims: 51 } });
    expect(await fleet.portion(body.id)).toMatchObject({ moved: 50 });
    expect(await fleet.portion(body.id)).toMatchObject({ moved: 0, again: 200 });
    const { body: other } = await fleet.create({
      change: { kind: 'migrate', serviceProfileId: stranger.profile.id },
      over: { simIds: [simId] },
    });
    expect(await fleet.portion(other.id)).toMatchObject({ moved: 1 });
  });

  it('makes one service change for each SIM, which is on its timeline and in the list', async () => {
    const fleet = await startFleet(inventory, { sims: 3 });
    const { id, targetId } = await started(fleet);
    await fleet.drive(id);
    for (const { simId, serviceChangeId, state } of await fleet.listSims(id)) {
      expect(state).toBe('done');
      expect(await fleet.getChange(serviceChangeId ?? '')).toMatchObject({
        simId,
        rolloutId: id,
        kind: 'migrate',
        state: 'done',
      });
      expect(await fleet.events(`/sims/${simId}`)).toEqual(['services_wanted', 'services_confirmed']);
      expect(await fleet.show(simId)).toMatchObject({ serviceProfile: { id: targetId } });
    }
  });

  it('stops when more than its share fails; the others are behind until a retry takes them', async () => {
    const fleet = await startFleet(inventory);
    const { id } = await started(fleet, { canary: { sims: 5 } });
    const refused = new Set(fleet.sims.slice(0, 5).map((sim) => sim.id));
    expect(await fleet.drive(id, (simId) => (refused.has(simId) ? NO : null))).toMatchObject({ state: 'stopped' });
    const stopped = await fleet.rollout(id);
    expect(stopped.stoppedBecause).toContain('5 of 5');
    expect(stopped.counts).toMatchObject({ failed: 5, behind: 35, waiting: 0 });
    expect((await fleet.listSims(id, 'failed'))[0]?.failures).toEqual([
      { of: 'option', name: 'data', value: 'on', reason: NO },
    ]);
    expect((await fleet.decide(id, 'resumption')).problem.code).toBe('service_rollout_state');
    const retried = await fleet.decide(id, 'retry');
    expect(retried.body).toMatchObject({ state: 'running', stoppedBecause: null, endedAt: null });
    expect(retried.body.counts).toMatchObject({ waiting: 40 });
    expect((await fleet.decide(id, 'retry')).body.state).toBe('running');
    expect(await fleet.portion(id)).toMatchObject({ moved: 5 });
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 40, failed: 0, behind: 0 });
  });

  it('goes on below its share, ends with what has failed, and tries that again when it is told to', async () => {
    const fleet = await startFleet(inventory);
    const { id } = await started(fleet);
    const refused = new Set(fleet.sims.slice(20, 23).map((sim) => sim.id));
    expect(await fleet.drive(id, (simId) => (refused.has(simId) ? NO : null))).toMatchObject({ state: 'done' });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 37, failed: 3 });
    await fleet.decide(id, 'retry');
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 40, failed: 0 });
    expect((await fleet.decide(id, 'retry')).body.state).toBe('done');
  });

  it('moves nothing while it is paused, and what it has moved goes on; repeats change nothing', async () => {
    const fleet = await startFleet(inventory);
    const { id } = await started(fleet);
    await fleet.portion(id);
    for (let times = 0; times < 2; times += 1) expect((await fleet.decide(id, 'pause')).body.state).toBe('paused');
    await fleet.answerPending(id);
    expect(await fleet.portion(id)).toEqual({ state: 'paused', moved: 0, again: null });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 10, waiting: 30 });
    expect((await fleet.decide(id, 'retry')).problem.code).toBe('service_rollout_state');
    for (let times = 0; times < 2; times += 1)
      expect((await fleet.decide(id, 'resumption')).body.state).toBe('running');
    await fleet.drive(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 40 });
    expect(await fleet.events(`/service-rollouts/${id}`)).toEqual([
      'rollout_created',
      'rollout_paused',
      'rollout_resumed',
      'rollout_done',
    ]);
    for (const what of ['pause', 'cancellation', 'resumption'] as const) {
      expect((await fleet.decide(id, what)).problem.code).toBe('service_rollout_state');
    }
  });

  it('that is cancelled leaves behind what it has not reached; what is pending goes on to its end', async () => {
    const fleet = await startFleet(inventory);
    const { id } = await started(fleet);
    await fleet.portion(id);
    for (let times = 0; times < 2; times += 1)
      expect((await fleet.decide(id, 'cancellation')).body.state).toBe('cancelled');
    expect((await fleet.rollout(id)).counts).toMatchObject({ pending: 10, behind: 30 });
    await fleet.answerPending(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 10, behind: 30 });
    const [reached, left] = [fleet.sims[0]?.id ?? '', fleet.sims[39]?.id ?? ''];
    expect([(await fleet.show(reached)).behindRolloutId, (await fleet.show(left)).behindRolloutId]).toEqual([null, id]);
    expect(await fleet.portion(id)).toEqual({ state: 'cancelled', moved: 0, again: null });
    await fleet.decide(id, 'retry');
    await fleet.drive(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 40, behind: 0 });
  });

  it('leaves alone what is so already, and counts it for no canary', async () => {
    const fleet = await startFleet(inventory, { sims: 30 });
    const { id, targetId } = await started(fleet, {
      over: { simIds: fleet.sims.map((sim) => sim.id) },
      canary: { sims: 5 },
    });
    const target = await inventory.serviceCatalog.profile(fleet.accountId, targetId);
    await fleet.put(fleet.sims.slice(0, 20), settledOn(target));
    expect(await fleet.portion(id)).toMatchObject({ moved: 5 });
    expect((await fleet.rollout(id)).counts).toMatchObject({ unchanged: 20, pending: 5, waiting: 5 });
    await fleet.drive(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ unchanged: 20, done: 10 });
  });

  it('does not wait for SIMs without an ICCID, which have their turns last', async () => {
    const fleet = await startFleet(inventory, { sims: 12, withoutIccid: 4 });
    const { id } = await started(fleet, { canary: { sims: 8 } });
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 8, pending: 4 });
    expect((await fleet.listSims(id)).slice(8).map(({ iccid }) => iccid)).toEqual([null, null, null, null]);
  });

  it('stops where its profile is archived meanwhile', async () => {
    const fleet = await startFleet(inventory);
    const { id, targetId } = await started(fleet);
    await fleet.portion(id);
    await fleet.answerPending(id);
    inventory.serviceCatalog.archive(targetId);
    expect(await fleet.drive(id)).toMatchObject({ state: 'stopped' });
    expect((await fleet.rollout(id)).stoppedBecause).toContain('archived');
  });

  it('goes no faster than its provider is given changes, and shares that with the others', async () => {
    const fleet = await startFleet(inventory, { sims: 40, profile: { perMinute: 600 } });
    const half = fleet.sims.length / 2;
    const over = (from: number) => ({
      over: { simIds: fleet.sims.slice(from, from + half).map((sim) => sim.id) },
      canary: { sims: half },
    });
    const [one, other] = [await started(fleet, over(0)), await started(fleet, over(half))];
    // Ten a second, and no more than a second of them is saved.
    const first = await fleet.portion(one.id);
    const second = await fleet.portion(other.id);
    expect(first.moved + second.moved).toBeGreaterThanOrEqual(10);
    expect(first.moved + second.moved).toBeLessThan(20);
    expect([first.again, second.again].every((again) => again !== null && again >= 900)).toBe(true);
    fleet.clock.moveOn(1_000);
    const third = await fleet.portion(one.id);
    expect(third.moved + (await fleet.portion(other.id)).moved).toBeGreaterThanOrEqual(10);
    expect((await fleet.rollout(one.id)).estimatedEnd).not.toBeNull();
  });

  it('is due at once, and again when its run should have come and did not; one that has ended is owed nothing', async () => {
    const fleet = await startFleet(inventory);
    const woken: { id: string; again: boolean }[] = [];
    const handle = createRolloutDueHandler({
      db: inventory.db,
      workflow: { wake: async ({ id }, { again }) => void woken.push({ id, again }) },
    });
    const dueAt = async (id: string) =>
      (
        await sql<{ due_at: Date }>`select due_at from due where kind = 'service_rollout' and id = ${id}`.execute(
          inventory.db,
        )
      ).rows[0]?.due_at;
    const { id } = await started(fleet);
    const { accountId } = fleet;
    expect((await dueAt(id))?.getTime()).toBeLessThanOrEqual(Date.now());
    await handle.service_rollout({ id, accountId, tries: 0 });
    await fleet.portion(id);
    expect((await dueAt(id))?.getTime()).toBeGreaterThan(Date.now() + 30_000);
    await handle.service_rollout({ id, accountId, tries: 0 });
    expect(woken).toEqual([
      { id, again: false },
      { id, again: true },
    ]);
    await fleet.decide(id, 'pause');
    expect(await dueAt(id)).toBeUndefined();
  });

  it('over ten thousand SIMs is made in one go, and under one key once', async () => {
    const fleet = await startFleet(inventory, { sims: 10_000 });
    const { wish } = migrateAll(fleet);
    const key = randomUUID();
    const answers = await Promise.all([fleet.create(wish, { key }), fleet.create(wish, { key })]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0].body.id).toBe(answers[1].body.id);
    expect(answers[0].body).toMatchObject({ sims: 10_000, counts: { waiting: 10_000 } });
    expect((await fleet.create({ ...wish, canary: { sims: 3 } }, { key })).problem.code).toBe('idempotency_key_reused');
    const { body } = await fleet.call<{ items: unknown[] }>('GET', '/service-rollouts?state=running');
    expect(body.items).toHaveLength(1);
  });
});

import { randomUUID } from 'node:crypto';
import type { ActionProfile, Line, Sim } from '@simlane/contracts/http/fleet';
import type { Reservation } from '@simlane/contracts/http/inventory-internal';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import { SERVICES } from '@simlane/contracts/permissions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addLine, type LineInFleet, newIccid, putInPlace } from '../fleet.fixture.ts';
import { ARTICLE, type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const accountId = randomUUID();
let line: LineInFleet;
beforeEach(async () => {
  inventory.catalog.silent = false;
  line = await addLine(inventory.db, accountId);
});

const simOf = async (id: string) => (await inventory.call<Sim>({ accountId }, 'GET', `/sims/${id}`)).body;
const lineOf = async (id = line.lineId) => (await inventory.call<Line>({ accountId }, 'GET', `/lines/${id}`)).body;
const eventsOf = async (path: string) => {
  const { body } = await inventory.call<{ items: TimelineEntry[] }>({ accountId }, 'GET', `${path}/timeline`);
  return body.items.map(({ event }) => event);
};
const problemOf = ({ body }: { body: Reservation }) => {
  if (body.outcome !== 'refused') throw new Error('was reserved');
  return body.problem;
};

describe('reserving', () => {
  it('puts the order on line and SIM and tells both timelines', async () => {
    const order = inventory.order(accountId);
    expect((await order.reserve(line.lineId)).body).toEqual({
      outcome: 'reserved',
      line: {
        lineId: line.lineId,
        msisdn: line.msisdn,
        providerId: line.providerId,
        simId: line.simId,
        simKind: 'physical',
        iccid: line.iccid,
        deviceEid: null,
      },
    });
    expect((await lineOf()).changeInFlight).toEqual({ orderId: order.id });
    expect((await simOf(line.simId)).changeInFlight).toEqual({ orderId: order.id });
    expect(await eventsOf(`/lines/${line.lineId}`)).toEqual(['replacement_reserved']);
    expect(await eventsOf(`/sims/${line.simId}`)).toEqual(['replacement_reserved']);
  });

  it('answers a repeat word for word, whatever has happened since, and any attempt once it is reserved', async () => {
    const order = inventory.order(accountId);
    const first = await order.reserve(line.lineId);
    await order.createTemporaryEsim();
    inventory.catalog.silent = true;
    expect((await order.reserve(line.lineId)).body).toEqual(first.body);
    expect((await order.reserve(line.lineId, { attempt: 7 })).body).toEqual(first.body);
    await order.rollBack();
    expect((await order.reserve(line.lineId, { attempt: 8 })).body).toEqual(first.body);
    expect((await lineOf()).changeInFlight).toBeNull();
  });

  it('that is refused stays refused for that attempt, word for word, and is tried anew by a higher one', async () => {
    const blocking = inventory.order(accountId);
    await blocking.reserve(line.lineId);
    const order = inventory.order(accountId);
    const refused = await order.reserve(line.lineId, { attempt: 2 });
    expect(problemOf(refused)).toMatchObject({ code: 'change_in_flight', blockingOrder: { id: blocking.id } });
    await blocking.rollBack();
    expect((await order.reserve(line.lineId, { attempt: 2 })).body).toEqual(refused.body);
    expect((await order.reserve(line.lineId, { attempt: 1 })).body).toEqual(refused.body);
    expect((await lineOf()).changeInFlight).toBeNull();
    expect((await order.reserve(line.lineId, { attempt: 3 })).body).toMatchObject({ outcome: 'reserved' });
  });

  it('is won by one of twenty orders on one line; the nineteen others are refused and name it', async () => {
    const orders = Array.from({ length: 20 }, () => inventory.order(accountId));
    const answers = await Promise.all(orders.map((order) => order.reserve(line.lineId)));
    const winners = orders.filter((_order, index) => answers[index]?.body.outcome === 'reserved');
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ body }) => body.outcome === 'refused').map(problemOf);
    expect(losers).toHaveLength(19);
    for (const problem of losers) {
      expect(problem).toMatchObject({ code: 'change_in_flight', blockingOrder: { id: winners[0]?.id } });
    }
  });

  it('gives twenty repeats of one attempt at the same time the same answer, and reserves once', async () => {
    const order = inventory.order(accountId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => order.reserve(line.lineId)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await eventsOf(`/lines/${line.lineId}`)).toEqual(['replacement_reserved']);
  });

  it('answers 503 and stores nothing while the catalog is silent; the attempt is open afterwards', async () => {
    inventory.catalog.silent = true;
    const order = inventory.order(accountId);
    const away = await order.reserve(line.lineId);
    expect([away.status, away.problem.code]).toEqual([503, 'dependency_unavailable']);
    expect((await order.get()).status).toBe(404);
    inventory.catalog.silent = false;
    expect((await order.reserve(line.lineId)).body.outcome).toBe('reserved');
  });

  it('is refused for an article of another provider', async () => {
    const answer = await inventory.order(accountId).reserve(line.lineId, {
      article: { packId: ARTICLE.packId, articleId: randomUUID() },
    });
    expect(problemOf(answer)).toMatchObject({ code: 'article_not_compatible', errors: [{ pointer: '/article' }] });
  });

  it('is refused by each condition that is not met, by its name', async () => {
    const unmetFor = async (
      lineId: string,
      ...more: Parameters<ReturnType<Inventory['order']>['reserve']> extends [string, ...infer R] ? R : never
    ) => {
      const problem = problemOf(await inventory.order(accountId).reserve(lineId, ...more));
      expect(problem).toMatchObject({ code: 'action_not_available', status: 422, fix: expect.any(String) });
      return problem.conditions?.filter(({ state }) => state === 'not_met').map(({ code }) => code);
    };
    expect(await unmetFor(line.lineId, { action: 'replace_esim' })).toEqual(['sim_is_esim']);
    expect(await unmetFor(line.lineId, {}, { sub: 'v', roles: ['viewer'] })).toEqual(['role_allows']);
    expect(await unmetFor(line.lineId, {}, { sub: 'o', roles: ['operations'] })).toEqual(['role_allows']);
    const noSlot = await addLine(inventory.db, accountId, { line: { deviceId: null, slot: null } });
    expect(await unmetFor(noSlot.lineId)).toEqual(['line_in_slot', 'enabled_in_profile']);
    const noSim = await addLine(inventory.db, accountId, { line: { simId: null } });
    expect(await unmetFor(noSim.lineId)).toEqual(['sim_is_physical', 'sim_serving']);
    const noEsim = await addLine(inventory.db, accountId);
    inventory.catalog.providers.set(noEsim.providerId, { name: 'Bare', archived: false, esimArticles: [] });
    expect(await unmetFor(noEsim.lineId)).toEqual(['esim_in_catalog']);
    await putInPlace(inventory.db, accountId, {
      actionProfiles: [{ id: randomUUID(), name: 'Nothing', enabled: [], holders: ['held-back'] }],
    });
    expect(await unmetFor(line.lineId, {}, { sub: 'held-back', roles: ['manager'] })).toEqual(['enabled_in_profile']);
  });

  it('wants the warning about the device accepted', async () => {
    const old = await addLine(inventory.db, accountId, { device: { esimCapable: 'no' } });
    expect(problemOf(await inventory.order(accountId).reserve(old.lineId))).toMatchObject({
      code: 'warnings_not_accepted',
      warnings: [{ code: 'device_not_esim_capable' }],
    });
    const accepted = { acceptWarnings: ['device_not_esim_capable'] };
    expect((await inventory.order(accountId).reserve(old.lineId, accepted)).body.outcome).toBe('reserved');
  });

  it('is refused for the line of another account as for one that does not exist', async () => {
    const foreign = await addLine(inventory.db, randomUUID());
    for (const lineId of [foreign.lineId, randomUUID()]) {
      expect(problemOf(await inventory.order(accountId).reserve(lineId))).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('who may call', () => {
  it('only order may reserve, only the worker carries out the steps', async () => {
    const order = inventory.order(accountId);
    const actor = { sub: 'manager-1', roles: ['manager'] } as const;
    const body = {
      attempt: 1,
      action: 'switch_to_esim',
      lineId: line.lineId,
      article: ARTICLE,
      activate: false,
      factId: randomUUID(),
      occurredAt: '2026-02-03T04:05:06Z',
      signalled: { iccid: null, eid: null },
      iccid: newIccid(),
      reason: null,
    };
    const allowed: Record<string, readonly string[]> = {
      reservation: ['order'],
      'temporary-esim': ['worker'],
      commit: ['worker'],
      rollback: ['worker'],
      identifiers: ['order'],
      iccid: ['order'],
    };
    for (const [step, callers] of Object.entries(allowed)) {
      for (const service of SERVICES.filter((name) => !callers.includes(name))) {
        const path = `/sim-replacements/${order.id}/${step}`;
        const answer = await inventory.internal({ path, accountId, service, actor, body });
        expect([step, service, answer.status]).toEqual([step, service, 403]);
      }
    }
  });

  it('a reservation for nobody is refused', async () => {
    const answer = await inventory.internal({
      path: `/sim-replacements/${randomUUID()}/reservation`,
      accountId,
      body: { attempt: 1, action: 'switch_to_esim', lineId: line.lineId, article: ARTICLE, activate: false },
    });
    expect([answer.status, answer.problem.code]).toEqual([400, 'invalid_request']);
  });

  it('order gets the line and one action on it, as the person has it', async () => {
    const get = (action: string, roles: readonly ['manager'] | readonly ['viewer'], of = accountId) =>
      inventory.internal<{ availability: { display: string }; line: object }>({
        method: 'GET',
        path: `/lines/${line.lineId}/actions/${action}`,
        accountId: of,
        actor: { sub: 'm', roles },
      });
    expect((await get('switch_to_esim', ['manager'])).body).toMatchObject({
      line: { lineId: line.lineId, simId: line.simId },
      availability: { action: 'switch_to_esim', display: 'available' },
    });
    expect((await get('switch_to_esim', ['viewer'])).body.availability.display).toBe('blocked');
    expect((await get('replace_esim', ['manager'])).body.availability.display).toBe('not_applicable');
    expect((await get('switch_to_esim', ['manager'], randomUUID())).status).toBe(404);
  });

  it('profiles of one account mean nothing in another', async () => {
    const { body } = await inventory.call<{ items: ActionProfile[] }>(
      { accountId: randomUUID() },
      'GET',
      '/action-profiles',
    );
    expect(body.items).toHaveLength(1);
  });
});

import { randomUUID } from 'node:crypto';
import type { ServiceDeviation } from '@simlane/contracts/http/service-deviations';
import type { ServiceTodo } from '@simlane/contracts/http/service-todos';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcilerOf } from '../drift/drift.fixture.ts';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { startSim } from './sim-services.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

/** SIMs of one account on one profile, all confirmed; the first one is the account's `sim`. */
const fleetOf = async (count: number) => {
  const sim = await startSim(inventory);
  const profileId = sim.addProfile();
  const { providerId } = sim.line;
  const others = await Promise.all(
    Array.from({ length: count - 1 }, () => addLine(inventory.db, sim.accountId, { providerId })),
  );
  const sims = [sim, ...others.map(({ simId }) => sim.ofSim(simId))];
  for (const one of sims) {
    await one.change({ kind: 'migrate', serviceProfileId: profileId });
    await one.settle();
  }
  const list = async <T>(path: string) => (await sim.call<{ items: T[]; nextCursor: string | null }>('GET', path)).body;
  const everyPage = async <T>(path: string): Promise<T[]> => {
    const items: T[] = [];
    let cursor = '';
    for (;;) {
      const page = await list<T>(`${path}limit=1${cursor}`);
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = `&cursor=${page.nextCursor}`;
    }
  };
  return { sim, sims, profileId, list, everyPage };
};

type Sim = Awaited<ReturnType<typeof fleetOf>>['sims'][number];
type Todo = ServiceTodo & { simId: string };

const deviate = (sim: Sim, deviationKind: string, options: object, more: object = {}) =>
  sim.change({ kind: 'deviate', deviationKind, reason: `${deviationKind} it`, options, ...more });
const refuse = async (sim: Sim) => {
  const call = await sim.openNextCall();
  if (call === null) throw new Error('there is no call');
  await sim.record(call.callId, sim.resultsOf(call, 'refused', 'not with this contract'));
};

describe('the list of deviations', () => {
  it('has every SIM that deviates, the oldest first, with why, by whom, since when, how long and in which options', async () => {
    const { sims, profileId, list, everyPage, sim } = await fleetOf(4);
    const [first, second, third] = sims as [Sim, Sim, Sim, Sim];
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await deviate(second, 'test', { data: 'on' }, { expiresAt });
    await deviate(first, 'api_managed', { data: 'slow', sms: 'off' });
    await deviate(third, 'other', { sms: 'off' });
    await deviate(second, 'test', { roaming: 'on' }, { expiresAt });
    await inAccount(inventory.db, sim.accountId, (tx) =>
      sql`update sim_services set services = jsonb_set(services, '{deviation,since}', '"2026-01-01T00:00:00.000Z"')
        where sim_id = ${third.simId}`.execute(tx),
    );
    const all = await everyPage<ServiceDeviation>('/service-deviations?');
    expect(all.map(({ simId }) => simId)).toEqual([third.simId, second.simId, first.simId]);
    expect(all[1]).toMatchObject({
      serviceProfile: { id: profileId, version: 1 },
      kind: 'test',
      reason: 'test it',
      by: 'manager-1',
      expiresAt,
      ageDays: 0,
      options: [
        { option: 'data', profile: 'off', own: 'on' },
        { option: 'roaming', profile: 'off', own: 'on' },
      ],
    });
    expect(all[0]?.ageDays).toBeGreaterThan(30);
    const ids = async (query: string) =>
      (await list<ServiceDeviation>(`/service-deviations?${query}`)).items.map(({ simId }) => simId);
    expect(await ids('kind=api_managed')).toEqual([first.simId]);
    expect(await ids(`serviceProfileId=${profileId}&kind=other`)).toEqual([third.simId]);
    expect(await ids(`serviceProfileId=${randomUUID()}`)).toEqual([]);
    await third.change({ kind: 'reattach' });
    expect(await ids('')).toEqual([second.simId, first.simId]);
  });

  it('is of one account, and takes no cursor of another list', async () => {
    const { sims, list, sim } = await fleetOf(2);
    for (const one of sims) await deviate(one, 'test', { data: 'on' });
    const other = await startSim(inventory);
    expect((await other.call<{ items: [] }>('GET', '/service-deviations')).body.items).toEqual([]);
    expect((await other.call<{ items: [] }>('GET', '/service-todos')).body.items).toEqual([]);
    const { nextCursor } = await list('/service-deviations?limit=1');
    expect((await sim.call('GET', `/service-todos?cursor=${nextCursor}`)).problem.code).toBe('invalid_cursor');
  });
});

describe('what is left to do', () => {
  it('is on the SIM and in the list, until it is settled', async () => {
    const { sim, sims, everyPage, list, profileId } = await fleetOf(3);
    const [first, second, third] = sims as [Sim, Sim, Sim];
    await deviate(second, 'other', { data: 'on', sms: 'off' });
    await refuse(second);
    const reconciler = reconcilerOf(inventory, sim);
    await reconciler.reconcile({
      [first.simId]: { options: { sms: 'off' } },
      [second.simId]: { options: { data: 'slow' } },
    });
    await third.change({ kind: 'migrate', serviceProfileId: sim.addProfile({ plan: 'L' }) });
    await third.settle();
    await third.bringForward('scheduled,at');
    await third.handleDue();
    await refuse(third);
    const all = await everyPage<Todo>('/service-todos?');
    expect(all.map(({ simId, code }) => [simId, code])).toEqual([
      [second.simId, 'option_refused'],
      ...[first.simId, second.simId].toSorted().map((simId) => [simId, 'drift_open']),
      [third.simId, 'rate_plan_refused'],
    ]);
    expect(all[0]).toMatchObject({
      responsible: 'manager',
      detail: expect.stringMatching(/^The provider refuses .*data “on” \(not with this contract\)/),
    });
    expect(all[3]?.detail).toBe('The provider refuses the rate plan L (not with this contract); S stays in force');
    for (const { simId, ...todo } of all) expect((await sim.ofSim(simId).show()).todos).toContainEqual(todo);
    const drifts = await list<Todo>('/service-todos?code=drift_open');
    expect(drifts.items).toHaveLength(2);
    await second.change({ kind: 'migrate', serviceProfileId: profileId });
    await second.settle();
    await reconciler.reconcile();
    expect((await list<Todo>('/service-todos')).items).toMatchObject([{ code: 'rate_plan_refused' }]);
  });

  it('is a plan that the provider refuses on its day: the plan before stays, and the others have the new one', async () => {
    const { sim, sims, list } = await fleetOf(4);
    const target = sim.addProfile({ plan: 'L' });
    for (const one of sims) {
      await one.change({ kind: 'migrate', serviceProfileId: target });
      await one.settle();
      await one.bringForward('scheduled,at');
    }
    await sim.handleDue();
    const [refused, ...others] = sims as [Sim, ...Sim[]];
    await refuse(refused);
    for (const one of others) await one.settle();
    expect(await refused.show()).toMatchObject({
      planDiffers: true,
      ratePlan: { profile: 'L', confirmed: 'S', pending: null, scheduled: null, failed: { value: 'L' } },
      todos: [{ code: 'rate_plan_refused', responsible: 'manager' }],
    });
    for (const one of others) {
      expect(await one.show()).toMatchObject({ planDiffers: false, ratePlan: { confirmed: 'L' }, todos: [] });
    }
    expect((await list<Todo>('/service-todos?code=rate_plan_refused')).items.map(({ simId }) => simId)).toEqual([
      refused.simId,
    ]);
  });
});

import { randomUUID } from 'node:crypto';
import type { ActionProfile, Line, Sim } from '@simlane/contracts/http/fleet';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineSeed, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const put = (from: Inventory, accountId: string, seed: InventorySeed, service: 'seed' | 'worker' = 'seed') =>
  from.internal({ path: '/seed', accountId, service, body: seed });

describe('the seed', () => {
  it('puts everything in place, and a repeat changes nothing', async () => {
    const accountId = randomUUID();
    const { seed, line } = lineSeed();
    seed.actionProfiles.push({
      id: randomUUID(),
      name: 'Depot',
      enabled: [{ action: 'switch_to_esim', slot: 2 }],
      holders: ['depot-manager'],
    });
    for (let times = 0; times < 2; times += 1) expect((await put(inventory, accountId, seed)).status).toBe(204);
    const { body } = await inventory.call<Line>({ accountId }, 'GET', `/lines/${line.lineId}`);
    expect(body).toMatchObject({ sim: { id: line.simId }, deviceId: line.deviceId, slot: 1, version: 1 });
    const profiles = await inventory.call<{ items: ActionProfile[] }>({ accountId }, 'GET', '/action-profiles');
    expect(profiles.body.items[1]).toMatchObject({ name: 'Depot', holders: ['depot-manager'] });
    expect(profiles.body.items[1]?.settings.filter(({ enabled }) => enabled)).toEqual([
      { action: 'switch_to_esim', slot: 2, enabled: true },
    ]);
  });

  it('put in place again leaves what a replacement and people have changed', async () => {
    const accountId = randomUUID();
    const { seed, line } = lineSeed();
    await put(inventory, accountId, seed);
    const order = inventory.order(accountId);
    await order.reserve(line.lineId);
    const { body } = await order.commit({ iccid: newIccid() });
    expect((await put(inventory, accountId, seed)).status).toBe(204);
    const { body: after } = await inventory.call<Line>({ accountId }, 'GET', `/lines/${line.lineId}`);
    expect(after.sim?.id).toBe(body.newSimId);
    const { body: old } = await inventory.call<Sim>({ accountId }, 'GET', `/sims/${line.simId}`);
    expect(old).toMatchObject({ state: 'discarded', groupIds: [] });
  });

  it('of five hundred lines fits into one call', async () => {
    const accountId = randomUUID();
    const { seed } = lineSeed();
    for (let count = 0; count < 500; count += 1) {
      const { seed: one } = lineSeed();
      for (const part of ['employees', 'managementGroups', 'sims', 'devices', 'lines'] as const) {
        (seed[part] as unknown[]).push(...one[part]);
      }
    }
    expect((await put(inventory, accountId, seed)).status).toBe(204);
  });

  it('is for the seed alone, and only where seeding is allowed', async () => {
    const { seed } = lineSeed();
    expect((await put(inventory, randomUUID(), seed, 'worker')).status).toBe(403);
    const closed = await startInventory({ seeding: 'refused' });
    const answer = await put(closed, randomUUID(), seed);
    expect([answer.status, answer.problem.code]).toEqual([403, 'forbidden']);
    await closed.stop();
  });
});

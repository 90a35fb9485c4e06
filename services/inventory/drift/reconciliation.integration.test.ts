import { randomUUID } from 'node:crypto';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { startSim } from '../sim-services/sim-services.fixture.ts';
import { reconcilerOf, startSettled } from './drift.fixture.ts';
import { PORTION_SIMS } from './reconciliation.ts';

const HOUR_MS = 3_600_000;

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

/** More settled SIMs of the account, at a provider of its own. */
const addSims = async (sim: Awaited<ReturnType<typeof startSettled>>, count: number) => {
  const providerId = randomUUID();
  const profileId = sim.addProfile({ providerId });
  const simIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { simId } = await addLine(inventory.db, sim.accountId, { providerId });
    const other = sim.ofSim(simId);
    await other.change({ kind: 'migrate', serviceProfileId: profileId });
    await other.settle();
    simIds.push(simId);
  }
  return { providerId, simIds: simIds.toSorted() };
};

describe('the reconciliation of an account', () => {
  it('is due daily from the first services on, wanted when its time comes, and due until it has ended', async () => {
    const nobody = await startSim(inventory);
    const none = reconcilerOf(inventory, nobody);
    expect([await none.dueReconciliation(), (await none.reconciliation()).status]).toEqual([null, 404]);
    const sim = await startSettled(inventory);
    const first = await sim.dueReconciliation();
    expect(first?.getTime()).toBeGreaterThan(Date.now() + 23 * HOUR_MS);
    await sim.change({ kind: 'reattach' });
    expect(await sim.dueReconciliation()).toEqual(first);
    expect(await sim.takePortion()).toBeNull();
    await sim.handleReconciliation();
    expect(sim.wokenReconciliations).toEqual([{ id: sim.accountId, again: false }]);
    const portion = await sim.takePortion();
    if (portion === null) throw new Error('there is no portion');
    const look = (await sim.dueReconciliation())?.getTime() ?? 0;
    expect(look).toBeGreaterThan(Date.now() + HOUR_MS);
    expect(look).toBeLessThan(Date.now() + 2 * HOUR_MS);
    await sim.report(sim.accountId, portion);
    expect(await sim.takePortion()).toBeNull();
    expect((await sim.dueReconciliation())?.getTime()).toBeGreaterThan(Date.now() + 23 * HOUR_MS);
    expect((await sim.reconciliation()).body).toMatchObject({ askedAt: null, compared: 1, unread: 0 });
  });

  it('goes from provider to provider in portions, where it stood if it is begun by another run', async () => {
    const sim = await startSettled(inventory);
    const { providerId, simIds } = await addSims(sim, PORTION_SIMS + 1);
    await sim.ask();
    const seen: string[] = [];
    const providers: string[] = [];
    for (let portion = await sim.takePortion(); portion !== null; portion = await sim.takePortion()) {
      expect(await sim.takePortion()).toEqual(portion);
      expect(portion.sims.length).toBeLessThanOrEqual(PORTION_SIMS);
      providers.push(portion.providerId);
      seen.push(...portion.sims.map(({ simId }) => simId));
      await sim.report(sim.accountId, portion);
      // A repeat, after the place has moved.
      await sim.report(sim.accountId, portion, { [portion.sims[0]?.simId ?? '']: { options: { data: 'on' } } });
    }
    expect(seen.toSorted()).toEqual([sim.simId, ...simIds].toSorted());
    expect(providers.filter((id) => id === providerId)).toHaveLength(2);
    expect((await sim.reconciliation()).body).toMatchObject({ compared: PORTION_SIMS + 2, unread: 0 });
    expect((await sim.call<{ items: [] }>('GET', '/drift-proposals')).body.items).toEqual([]);
  });

  it('takes reports as long as providers may give them, and reads of them what the profiles have', async () => {
    const sim = await startSettled(inventory);
    await addSims(sim, PORTION_SIMS);
    await sim.ask();
    const strange = Object.fromEntries(
      Array.from({ length: 1_400 }, (_, index) => [`option ${index}`, 'x'.repeat(20)]),
    );
    for (let portion = await sim.takePortion(); portion !== null; portion = await sim.takePortion()) {
      const reports = Object.fromEntries(portion.sims.map(({ simId }) => [simId, { options: strange }]));
      expect((await sim.report(sim.accountId, portion, reports)).status).toBe(200);
    }
    expect((await sim.reconciliation()).body).toMatchObject({ compared: PORTION_SIMS + 1 });
    expect((await sim.call<{ items: [] }>('GET', '/drift-proposals')).body.items).toEqual([]);
  });

  it('leaves out SIMs without ICCID, discarded ones, and those of which nothing was ever wanted', async () => {
    const sim = await startSettled(inventory);
    await addLine(inventory.db, sim.accountId);
    const stock = await addLine(inventory.db, sim.accountId, {
      providerId: sim.line.providerId,
      line: { simId: null },
    });
    const discarded = sim.ofSim(stock.simId);
    await discarded.change({ kind: 'migrate', serviceProfileId: sim.profileId });
    await discarded.settle();
    await inventory.call({ accountId: sim.accountId }, 'PUT', `/sims/${stock.simId}/state`, { state: 'discarded' });
    await inAccount(inventory.db, sim.accountId, (tx) =>
      sql`update sim set iccid = null where id = ${sim.simId}`.execute(tx),
    );
    await sim.ask();
    expect(await sim.takePortion()).toBeNull();
  });

  it('passes by what could not be read, and compares a SIM that somebody has at this moment the next time', async () => {
    const sim = await startSettled(inventory);
    const { simIds } = await addSims(sim, 2);
    const drift = { options: { data: 'on' } };
    const reports = Object.fromEntries(simIds.map((id) => [id, drift]));
    await sim.reconcile({ ...reports, [simIds[0] ?? '']: 'unread' });
    expect((await sim.reconciliation()).body).toMatchObject({ compared: 2, unread: 1 });
    expect((await sim.ofSim(simIds[1] ?? '').show()).drift).not.toBeNull();
    await inAccount(inventory.db, sim.accountId, async (tx) => {
      await sql`select from sim where id = ${simIds[0]} for update`.execute(tx);
      await sim.reconcile(reports);
    });
    expect((await sim.ofSim(simIds[0] ?? '').show()).drift).toBeNull();
    await sim.reconcile(reports);
    expect((await sim.ofSim(simIds[0] ?? '').show()).drift).not.toBeNull();
  });

  it('that is asked for while one is under way is followed by another', async () => {
    const sim = await startSettled(inventory);
    await sim.ask();
    const portion = await sim.takePortion();
    if (portion === null) throw new Error('there is no portion');
    expect((await sim.ask()).status).toBe(202);
    await sim.report(sim.accountId, portion);
    expect(await sim.takePortion()).toBeNull();
    expect((await sim.dueReconciliation())?.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await sim.takePortion())?.after).toBeNull();
  });
});

describe('the reconciliation of one SIM', () => {
  it('is asked for by a manager, compares that SIM alone, and is not repeated by itself', async () => {
    const sim = await startSettled(inventory);
    const { simIds } = await addSims(sim, 1);
    const asked = await sim.ask({ simId: sim.simId });
    expect(asked).toMatchObject({ status: 202, body: { id: sim.simId, simId: sim.simId, endedAt: null } });
    await sim.handleReconciliation(sim.simId, 1);
    expect(sim.wokenReconciliations).toEqual([{ id: sim.simId, again: true }]);
    const portion = await sim.takePortion(sim.simId);
    expect(portion?.sims.map(({ simId }) => simId)).toEqual([sim.simId]);
    if (portion === null) throw new Error('there is no portion');
    await sim.report(sim.simId, portion, { [sim.simId]: { options: { data: 'on' } } });
    expect([await sim.takePortion(sim.simId), await sim.dueReconciliation(sim.simId)]).toEqual([null, null]);
    expect((await sim.reconciliation(sim.simId)).body).toMatchObject({ compared: 1, askedAt: null });
    expect(await sim.proposals()).toHaveLength(1);
    expect((await sim.ofSim(simIds[0] ?? '').show()).drift).toBeNull();
  });

  it('of another account is not there, and viewers ask for none', async () => {
    const sim = await startSettled(inventory);
    const other = await startSim(inventory);
    const path = '/service-reconciliations';
    expect((await other.call('POST', path, { simId: sim.simId })).status).toBe(404);
    expect((await other.call('GET', `${path}/${sim.simId}`)).status).toBe(404);
    expect((await other.call('GET', `${path}/${sim.accountId}`)).status).toBe(404);
    expect((await sim.call('POST', path, {}, ['viewer'])).status).toBe(403);
    expect((await sim.call('POST', path, { sim: sim.simId })).status).toBe(400);
  });
});

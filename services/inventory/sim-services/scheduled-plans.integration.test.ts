import { randomUUID } from 'node:crypto';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { machineClock } from '@simlane/service-kit/clock';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from './clock.ts';
import { takePace } from './pace.ts';
import { turnDuePlans, turnPlansOf, wakePlans } from './scheduled-plans.fixture.ts';
import { turnPortion } from './scheduled-plans.service.ts';
import { type SimUnderTest, startSim } from './sim-services.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => goBy(machineClock));

type OfSim = ReturnType<SimUnderTest['ofSim']>;

/** SIMs of one provider with plan S in force and L scheduled, and the clock that all of it goes by. */
const scheduledSims = async (count: number, { perMinute = 60_000 } = {}) => {
  let aheadMs = 0;
  goBy({ aheadMs: () => aheadMs, now: () => new Date(Date.now() + aheadMs) });
  const first = await startSim(inventory);
  const { accountId, line } = first;
  const small = first.addProfile({ plan: 'S', perMinute });
  const large = first.addProfile({ plan: 'L', perMinute });
  const sims: OfSim[] = [first];
  while (sims.length < count) {
    sims.push(first.ofSim((await addLine(inventory.db, accountId, { providerId: line.providerId })).simId));
  }
  for (const sim of sims) {
    await sim.change({ kind: 'migrate', serviceProfileId: small });
    await sim.settle();
    await sim.change({ kind: 'migrate', serviceProfileId: large });
  }
  const dueAt = await first.plansDueAt();
  if (dueAt === null) throw new Error('no plan is scheduled');
  return {
    accountId,
    providerId: line.providerId,
    sims,
    first,
    dueAt,
    moveTo: (at: Date) => {
      aheadMs = at.getTime() - Date.now();
    },
    turn: () => turnDuePlans(inventory, accountId),
    portion: () => turnPortion(inventory, { accountId, providerId: line.providerId }),
    wantedNow: async () => {
      const shown = await Promise.all(sims.map((sim) => sim.show()));
      return shown.filter(({ ratePlan }) => ratePlan.pending === 'L' || ratePlan.confirmed === 'L').length;
    },
  };
};

const DAY_MS = 86_400_000;

describe('the first of the month', () => {
  it('turns what is due and nothing before, and is owed no more afterwards', async () => {
    const { dueAt, moveTo, turn, wantedNow, first } = await scheduledSims(3);
    moveTo(new Date(dueAt.getTime() - 1_000));
    await turn();
    expect(await wantedNow()).toBe(0);
    expect(await first.plansDueAt()).toEqual(dueAt);
    moveTo(dueAt);
    await turn();
    expect(await wantedNow()).toBe(3);
    expect(await first.plansDueAt()).toBeNull();
  });

  it('that was missed is caught up, once', async () => {
    const { dueAt, moveTo, turn, wantedNow, sims } = await scheduledSims(3);
    moveTo(new Date(dueAt.getTime() + 3 * DAY_MS));
    await Promise.all([turn(), turn(), turn()]);
    await turn();
    expect(await wantedNow()).toBe(3);
    for (const sim of sims) {
      expect((await sim.events()).filter((event) => event === 'services_plan_due')).toHaveLength(1);
      await sim.settle();
      expect((await sim.show()).ratePlan).toMatchObject({ confirmed: 'L', scheduled: null });
    }
  });

  it('gives a provider no more than its pace, also of what others have left of it', async () => {
    const { dueAt, moveTo, turn, portion, wantedNow, accountId, providerId } = await scheduledSims(6, {
      perMinute: 2,
    });
    moveTo(dueAt);
    const asked = { accountId, providerId, perMinute: 2, wanted: 1, now: dueAt };
    const { granted } = await inAccount(inventory.db, accountId, (tx) => takePace(tx, asked));
    expect(granted).toBe(1);
    await turn();
    expect(await wantedNow()).toBe(1);
    const { simIds, again } = await portion();
    expect(simIds).toEqual([]);
    expect(again).toBeGreaterThan(25_000);
    expect(again).toBeLessThan(31_000);
    moveTo(new Date(dueAt.getTime() + 60_000));
    await turn();
    expect(await wantedNow()).toBe(3);
  });

  it('waits for nobody: a SIM that somebody has at this moment is turned with a later portion', async () => {
    const { dueAt, moveTo, turn, portion, wantedNow, sims, accountId } = await scheduledSims(3);
    moveTo(dueAt);
    const left = await inAccount(inventory.db, accountId, async (tx) => {
      await sql`select from sim where id = ${sims[1]?.simId} for update`.execute(tx);
      await turn();
      return portion();
    });
    expect(await wantedNow()).toBe(2);
    expect(left).toEqual({ simIds: [], again: 1_000 });
    await turn();
    expect(await wantedNow()).toBe(3);
  });

  it('spends nothing of the pace on a SIM that somebody has at this moment', async () => {
    const { dueAt, moveTo, portion, sims, accountId } = await scheduledSims(3, { perMinute: 2 });
    moveTo(dueAt);
    const [first] = sims.map(({ simId }) => simId).toSorted();
    const { simIds } = await inAccount(inventory.db, accountId, async (tx) => {
      await sql`select from sim where id = ${first} for update`.execute(tx);
      return portion();
    });
    expect(simIds).toHaveLength(2);
  });

  it('of one provider is held up by no other that the catalog does not answer for', async () => {
    const { dueAt, moveTo, wantedNow, first, accountId, providerId } = await scheduledSims(2);
    const unknown = randomUUID();
    const stranger = await addLine(inventory.db, accountId, { providerId: unknown });
    await inAccount(inventory.db, accountId, (tx) =>
      sql`insert into sim_services (account_id, sim_id, services)
        select account_id, ${stranger.simId}, services from sim_services where sim_id = ${first.simId}`.execute(tx),
    );
    moveTo(dueAt);
    const woken = await wakePlans(inventory, accountId);
    expect(woken.map((one) => one.providerId).toSorted()).toEqual([providerId, unknown].toSorted());
    await expect(turnPlansOf(inventory, { accountId, providerId: unknown })).rejects.toThrow('no such provider');
    await turnPlansOf(inventory, { accountId, providerId });
    expect(await wantedNow()).toBe(2);
  });

  it('is looked after for as long as anything is due: a run that is gone is started again within a minute', async () => {
    const { dueAt, moveTo, first, accountId, providerId, turn } = await scheduledSims(2);
    moveTo(dueAt);
    expect(await wakePlans(inventory, accountId)).toEqual([{ providerId, again: false }]);
    const lookedAtAgain = (await first.plansDueAt())?.getTime() ?? 0;
    expect(lookedAtAgain - dueAt.getTime()).toBeGreaterThan(0);
    expect(lookedAtAgain - dueAt.getTime()).toBeLessThan(65_000);
    moveTo(new Date(lookedAtAgain + 1_000));
    expect(await wakePlans(inventory, accountId)).toEqual([{ providerId, again: true }]);
    await turn();
    expect(await first.plansDueAt()).toBeNull();
    expect(await wakePlans(inventory, accountId)).toEqual([]);
  });

  it('leaves the sending to whoever takes them up: for half a minute the loop does not come', async () => {
    const { dueAt, moveTo, portion, sims } = await scheduledSims(2);
    moveTo(dueAt);
    const { simIds } = await portion();
    expect(simIds.toSorted()).toEqual(sims.map(({ simId }) => simId).toSorted());
    for (const sim of sims) {
      const lookAt = (await sim.dueAt())?.getTime() ?? 0;
      expect(lookAt - dueAt.getTime()).toBeGreaterThan(25_000);
      expect(lookAt - dueAt.getTime()).toBeLessThan(65_000);
    }
  });

  it('takes up as many as are sent in one step, and no more of a provider while as many wait', async () => {
    const { dueAt, moveTo, portion, sims } = await scheduledSims(52);
    moveTo(dueAt);
    expect((await portion()).simIds).toHaveLength(50);
    expect(await portion()).toEqual({ simIds: [], again: 200 });
    for (const sim of sims.slice(0, 50)) await sim.settle();
    expect((await portion()).simIds).toHaveLength(2);
    expect(await portion()).toEqual({ simIds: [], again: null });
  });

  it('takes up what there is room for, and the next at once: only the pace is waited for', async () => {
    const { dueAt, moveTo, portion, first } = await scheduledSims(52);
    moveTo(dueAt);
    const { simIds } = await portion();
    await first.ofSim(simIds[0] ?? '').settle();
    expect(await portion()).toEqual({ simIds: [expect.any(String)], again: 0 });
  });

  it('goes on where a provider answers late: SIMs that wait for an answer do not wait to be sent', async () => {
    const { dueAt, moveTo, portion, first } = await scheduledSims(52);
    moveTo(dueAt);
    const { simIds } = await portion();
    for (const simId of simIds) await first.ofSim(simId).openNextCall();
    // Some seconds before they are looked at, because nothing was said of them.
    moveTo(new Date(dueAt.getTime() + 14.5 * 60_000));
    expect((await portion()).simIds).toHaveLength(2);
  });

  it('does not lose a plan that is scheduled while others are turned', async () => {
    const { dueAt, moveTo, turn, first, sims } = await scheduledSims(2);
    moveTo(dueAt);
    const again = first.addProfile({ plan: 'XL' });
    const [turned, changed] = await Promise.all([
      turn(),
      (sims[1] as OfSim).change({ kind: 'migrate', serviceProfileId: again }),
    ]);
    expect([turned, changed.status]).toEqual([undefined, 201]);
    await turn();
    const { ratePlan } = await (sims[1] as OfSim).show();
    expect((await first.plansDueAt())?.toISOString() ?? null).toBe(ratePlan.scheduled?.at ?? null);
  });
});

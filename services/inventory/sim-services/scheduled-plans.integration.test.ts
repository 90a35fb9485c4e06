import { randomUUID } from 'node:crypto';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { machineClock } from '@simlane/service-kit/clock';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from './clock.ts';
import { takePace } from './pace.ts';
import { turnDuePlans } from './scheduled-plans.service.ts';
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
    turn: () => turnDuePlans({ db: inventory.db, serviceCatalog: inventory.serviceCatalog }, accountId),
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
    const { dueAt, moveTo, turn, wantedNow, first, accountId, providerId } = await scheduledSims(6, { perMinute: 2 });
    moveTo(dueAt);
    const asked = { accountId, providerId, perMinute: 2, wanted: 1, now: dueAt };
    const { granted } = await inAccount(inventory.db, accountId, (tx) => takePace(tx, asked));
    expect(granted).toBe(1);
    await turn();
    expect(await wantedNow()).toBe(1);
    expect((await first.plansDueAt())?.getTime()).toBeLessThan(dueAt.getTime() + 5_000);
    moveTo(new Date(dueAt.getTime() + 60_000));
    await turn();
    expect(await wantedNow()).toBe(3);
  });

  it('waits for nobody: a SIM that somebody has at this moment is turned with a later portion', async () => {
    const { dueAt, moveTo, turn, wantedNow, sims, first, accountId } = await scheduledSims(3);
    moveTo(dueAt);
    await inAccount(inventory.db, accountId, async (tx) => {
      await sql`select from sim where id = ${sims[1]?.simId} for update`.execute(tx);
      await turn();
    });
    expect(await wantedNow()).toBe(2);
    expect((await first.plansDueAt())?.getTime()).toBeLessThan(dueAt.getTime() + 5_000);
    await turn();
    expect(await wantedNow()).toBe(3);
  });

  it('of one provider is held up by no other that the catalog does not answer for', async () => {
    const { dueAt, moveTo, turn, wantedNow, first, accountId } = await scheduledSims(2);
    const stranger = await addLine(inventory.db, accountId, { providerId: randomUUID() });
    await inAccount(inventory.db, accountId, (tx) =>
      sql`insert into sim_services (account_id, sim_id, services)
        select account_id, ${stranger.simId}, services from sim_services where sim_id = ${first.simId}`.execute(tx),
    );
    moveTo(dueAt);
    await expect(turn()).rejects.toThrow('There is no such provider');
    expect(await wantedNow()).toBe(2);
    expect((await first.plansDueAt())?.getTime()).toBeLessThan(dueAt.getTime() + 5_000);
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

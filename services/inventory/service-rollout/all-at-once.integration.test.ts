/** Everything that moves what SIMs may do at the same moment, on few SIMs: it ends, agrees with itself, and never locks in a circle. */
import { createDueLoop } from '@simlane/service-kit/due-loop';
import { wakeAll } from '@simlane/service-kit/due';
import { createLogger } from '@simlane/service-kit/logger';
import { machineClock } from '@simlane/service-kit/clock';
import type { DriftProposal } from '@simlane/contracts/http/drift-proposals';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordReported, takePortion } from '../drift/reconciliation.service.ts';
import { addLine, type LineInFleet, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { SCHEDULED_PLANS } from '../sim-services/changing.ts';
import { goBy, timeNow } from '../sim-services/clock.ts';
import { turnDuePlans } from '../sim-services/scheduled-plans.fixture.ts';
import { createServicesDueHandlers } from '../sim-services/services-due-handler.ts';
import { createRolloutDueHandler } from './rollout-due-handler.ts';
import { type Fleet, settledOn, startFleet } from './service-rollouts.fixture.ts';

const SIMS = 30;
const LINES = 8;
const FOR_MS = 15_000;
const MONTH_MS = 32 * 24 * 3_600_000;
/** A connection tells its deadlocks at most once a second. */
const TOLD_AFTER_MS = 1_100;
const ROUNDS_TO_THE_END = 40;

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(async () => {
  goBy(machineClock);
  await inventory.stop();
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const chance = (share: number): boolean => Math.random() < share;
const pick = <T>(first: T, ...others: T[]): T => others[Math.floor(Math.random() * (others.length + 1))] ?? first;
const oneOf = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? '';
const anyOption = () => pick({ sms: 'on' }, { sms: 'off' }, { data: 'on' }, { data: 'slow' });

const startActors = async () => {
  const fleet = await startFleet(inventory, { sims: SIMS });
  const { accountId, providerId } = fleet;
  const lines: LineInFleet[] = [];
  for (let index = 0; index < LINES; index += 1) lines.push(await addLine(inventory.db, accountId, { providerId }));
  await fleet.put(
    lines.map(({ simId }) => ({ id: simId })),
    settledOn(fleet.profile),
  );
  const profileIds = [
    fleet.profile,
    fleet.addProfile({ plan: 'L', options: { data: 'slow' } }),
    fleet.addProfile({ plan: 'M', options: { data: 'on' }, how: 'provider_schedules' }),
  ].map(({ profile }) => profile.id);
  const simIds = [...fleet.sims.map(({ id }) => id), ...lines.map(({ simId }) => simId)];
  return { fleet, lines, simIds, profileIds, rolloutIds: [] as string[] };
};
type Actors = Awaited<ReturnType<typeof startActors>>;

const changeOne = ({ fleet, simIds, profileIds }: Actors) => {
  const expiresAt = chance(0.3) ? { expiresAt: new Date(timeNow().getTime() + 500).toISOString() } : {};
  const wish = pick<object>(
    { kind: 'deviate', deviationKind: 'test', reason: 'r', options: anyOption(), ...expiresAt },
    { kind: 'reattach' },
    { kind: 'migrate', serviceProfileId: oneOf(profileIds) },
  );
  return fleet.change(oneOf(simIds), wish);
};

const changeMany = async ({ fleet, simIds, profileIds, rolloutIds }: Actors) => {
  const canary = { canary: { sims: 3 }, stopAtFailureShare: pick(0, 0.3, 1) };
  const [profileId = ''] = profileIds;
  if (chance(0.5)) {
    const { status, body, problem } = await fleet.edit(anyOption(), canary);
    if (status === 201 && body.rolloutId !== null) rolloutIds.push(body.rolloutId);
    return { status, problem };
  }
  const change = pick<object>({ kind: 'reattach' }, { kind: 'migrate', serviceProfileId: oneOf(profileIds) });
  const over = pick<object>({ groupId: fleet.groupId }, { serviceProfileId: profileId }, { simIds });
  const { status, body, problem } = await fleet.create({ change, over, acceptWarnings: ['sims_unusable'], ...canary });
  if (status === 201) rolloutIds.push(body.id);
  return { status, problem };
};

const compareSome = async ({ fleet: { accountId, call } }: Actors) => {
  const ref = { accountId, id: accountId };
  const { status } = await call('POST', '/service-reconciliations', { body: {} });
  const asked = await takePortion(inventory.db, ref);
  if (asked === null) return { status };
  const { after, upTo } = asked;
  const sims = asked.sims.map((sim) => ({ ...sim, options: anyOption(), ratePlan: pick(null, 'S', 'L') }));
  await recordReported(inventory.db, ref, { after, upTo, sims, unread: 0 });
  return { status };
};

const decideDrift = async ({ fleet: { call } }: Actors) => {
  const { body } = await call<{ items: DriftProposal[] }>('GET', '/drift-proposals?state=open&limit=20');
  const proposal = pick(body.items[0], ...body.items);
  if (proposal === undefined) return { status: 200 };
  const decision = { take: pick('theirs', 'ours'), version: proposal.version };
  return call('POST', `/drift-proposals/${proposal.id}/decision`, { body: decision });
};

const replaceOne = async ({ fleet, lines, simIds }: Actors) => {
  await pause(FOR_MS / (LINES + 2));
  const line = lines.pop();
  if (line === undefined) return { status: 200 };
  const order = inventory.order(fleet.accountId);
  await order.reserve(line.lineId);
  await order.createTemporaryEsim();
  const { status, body } = await order.commit({ iccid: newIccid() });
  if (body.newSimId !== null) simIds.push(body.newSimId);
  return { status };
};

const latest = ({ rolloutIds }: Actors): string | undefined => pick(rolloutIds.at(-1), ...rolloutIds.slice(-6));
const moveSome = async (actors: Actors) => {
  const id = latest(actors);
  if (id !== undefined) await actors.fleet.portion(id);
  return { status: 200 };
};
const decide = (actors: Actors) => {
  const id = latest(actors);
  const what = pick('retry' as const, 'pause', 'resumption', 'cancellation');
  return id === undefined ? Promise.resolve({ status: 200 }) : actors.fleet.decide(id, what);
};

const turnPlans = (fleet: Fleet) => turnDuePlans(inventory, fleet.accountId);

const startLoop = (fleet: Fleet) => {
  const workflow = { wake: async () => undefined };
  const { db, serviceCatalog } = inventory;
  const loop = createDueLoop({
    db,
    logger: createLogger({ name: 'test', level: 'silent' }),
    handlers: {
      ...createServicesDueHandlers({ db, serviceCatalog, workflow }),
      ...createRolloutDueHandler({ db, workflow }),
      [SCHEDULED_PLANS]: () => turnPlans(fleet),
    },
    clock: { now: timeNow, aheadMs: () => timeNow().getTime() - Date.now() },
    leaseSeconds: 2,
    pollIntervalMs: 50,
  });
  loop.start();
  return loop;
};

const deadlocks = async (): Promise<number> => {
  await pause(TOLD_AFTER_MS);
  await Promise.all(Array.from({ length: 50 }, () => sql`select pg_sleep(0.05)`.execute(inventory.db)));
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(inventory.adminDb);
  return rows[0]?.deadlocks ?? -1;
};

/** Nothing is changed any more, and each provider applies what it is sent. */
const comeToTheEnd = async ({ fleet, rolloutIds, simIds }: Actors): Promise<void> => {
  fleet.clock.moveOn(MONTH_MS);
  for (let round = 0; round < ROUNDS_TO_THE_END; round += 1) {
    const running: string[] = [];
    for (const id of rolloutIds) {
      const { state } = await fleet.rollout(id);
      if (state === 'paused') await fleet.decide(id, 'resumption');
      if (state === 'running' || state === 'paused') running.push(id);
    }
    for (const id of running) await fleet.portion(id);
    for (const simId of simIds) await fleet.answer(simId, null);
    await turnPlans(fleet);
    if (running.length === 0) return;
    fleet.clock.moveOn(1_000);
  }
};

it('portions, people, replacements, months, comparisons, decisions and two due loops never lock in a circle, and all of it ends', async () => {
  const actors = await startActors();
  const { fleet, simIds, rolloutIds } = actors;
  const until = performance.now() + FOR_MS;
  const failures: unknown[] = [];
  const goOn = async (act: () => Promise<{ status: number; problem?: unknown }>, every = 2): Promise<void> => {
    while (performance.now() < until) {
      const { status, problem } = await act();
      if (status >= 500) failures.push(problem);
      await pause(every);
    }
  };
  const done = async (work: Promise<unknown>) => {
    await work;
    return { status: 200 };
  };
  const loops = [startLoop(fleet), startLoop(fleet)];
  await Promise.all([
    goOn(() => changeOne(actors)),
    goOn(() => changeOne(actors)),
    goOn(() => changeMany(actors), 150),
    goOn(() => moveSome(actors)),
    goOn(() => moveSome(actors)),
    goOn(() => decide(actors), 40),
    goOn(() => done(fleet.answer(oneOf(simIds), chance(0.2) ? 'No' : null))),
    goOn(() => done(fleet.answer(oneOf(simIds), null))),
    goOn(() => done(turnPlans(fleet))),
    goOn(() => compareSome(actors), 20),
    goOn(() => decideDrift(actors), 20),
    goOn(() => replaceOne(actors)),
    goOn(() => done(wakeAll(inventory.db)), 500),
    goOn(() => done(Promise.resolve(fleet.clock.moveOn(MONTH_MS))), 3_000),
  ]);
  await Promise.all(loops.map((loop) => loop.stop()));
  expect(failures).toEqual([]);
  expect(await deadlocks()).toBe(0);
  await comeToTheEnd(actors);
  for (const id of rolloutIds) {
    const { state, counts } = await fleet.rollout(id);
    expect({ state, pending: counts.pending }).toEqual({
      state: expect.not.stringMatching(/running|paused/),
      pending: 0,
    });
  }
  const { rows } = await sql`
    select o.id from service_rollout o join service_rollout_sim r on r.account_id = o.account_id and r.rollout_id = o.id
    group by o.id, o.waiting, o.sims having count(*) filter (where r.waits) <> o.waiting or count(*) <> o.sims`.execute(
    inventory.adminDb,
  );
  expect(rows).toEqual([]);
}, 120_000);

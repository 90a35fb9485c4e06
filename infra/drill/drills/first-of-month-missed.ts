import { setTimeout as sleep } from 'node:timers/promises';
import type { Sim } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import type { ServiceChangeState } from '@simlane/contracts/service-changes';
import { moveDueClock } from '../../local/due-clock.ts';
import type { Drill } from '../drill.ts';
import type { Stage } from '../stage.ts';

const MANY_SIMS = 200;
const FEW_SIMS = 12;
const PAGE = 100;
const LATE_MS = 6 * 60 * 60 * 1000;
const REACHED_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 200;
/** Of the profile that the SIMs are migrated to. */
const PLAN = 'BUS-TRV';
/** What has to be there at midnight for anything to happen. */
const DOWN_AT_MIDNIGHT = ['worker', 'inventory', 'order'] as const;

export const firstOfMonthMissed: Drill = {
  name: 'first-of-month-missed',
  title: 'everything down when the month begins: each plan is changed when it is up again, once',
  run: async (stage) => {
    const { info } = stage.stack;
    const sims = await servedSims(stage, stage.times(MANY_SIMS, FEW_SIMS));
    const profiles = await profilesByProvider(stage, sims);
    const migrate = async (name: string, state: ServiceChangeState): Promise<void> => {
      const changes: string[] = [];
      for (const { id: simId, providerId } of sims) {
        const serviceProfileId = profiles.get(`${providerId} ${name}`) ?? '';
        const body = { kind: 'migrate', simId, serviceProfileId } as const;
        changes.push((await stage.api().call(simServiceRoutes.createServiceChange, { body })).id);
      }
      await reach(stage, changes, state);
    };
    await migrate('Office', 'done');
    await migrate('Travellers', 'scheduled');
    const at = await Promise.all(
      sims.map(async ({ id }) => {
        const { ratePlan } = await stage.api().call(simServiceRoutes.getSimServices, { params: { id } });
        return new Date(ratePlan.scheduled?.at ?? 0).getTime();
      }),
    );

    for (const name of DOWN_AT_MIDNIGHT) await stage.stack.stopProcess(name);
    stage.fault();
    moveDueClock(info, new Date(Math.max(...at) + LATE_MS));
    for (const name of DOWN_AT_MIDNIGHT) await stage.back(name);
    await untilEach(sims, async ({ id }) => {
      const { ratePlan } = await stage.api().call(simServiceRoutes.getSimServices, { params: { id } });
      return ratePlan.confirmed === ratePlan.profile && ratePlan.scheduled === null;
    });
    await stage.recovered();

    const sent = await stage.sandbox.serviceChanges();
    for (const { iccid } of sims) {
      const plans = sent.filter(
        (one) =>
          one.iccid === iccid &&
          one.results.some(
            (result) => 'ratePlan' in result && result.ratePlan === PLAN && result.outcome === 'applied',
          ),
      );
      stage.counters.doubled += Math.max(0, plans.length - 1) + plans.filter(({ accepted }) => accepted > 1).length;
      if (plans.length === 0) throw new Error(`The provider was not sent the plan of ${iccid}`);
    }
    if (stage.counters.doubled > 0) throw new Error('The provider was sent a plan more than once');
  },
};

/** SIMs that nothing else of the drills changes. */
const servedSims = async (stage: Stage, count: number): Promise<Sim[]> => {
  const sims: Sim[] = [];
  let cursor: string | null | undefined;
  while (sims.length < count && cursor !== null) {
    const query = { limit: PAGE, state: 'active', ...(cursor === undefined ? {} : { cursor }) } as const;
    const page = await stage.api().call(inventoryRoutes.listSims, { query });
    sims.push(...page.items.filter(({ iccid, changeInFlight }) => iccid !== null && changeInFlight === null));
    cursor = page.nextCursor;
  }
  return sims.slice(0, count);
};

const profilesByProvider = async (stage: Stage, sims: readonly Sim[]): Promise<ReadonlyMap<string, string>> => {
  const profiles = new Map<string, string>();
  for (const providerId of new Set(sims.map((sim) => sim.providerId))) {
    const query = { limit: PAGE, providerId };
    const { items } = await stage.api().call(serviceProfileRoutes.listServiceProfiles, { query });
    for (const { id, name } of items) profiles.set(`${providerId} ${name}`, id);
  }
  return profiles;
};

const reach = (stage: Stage, changes: readonly string[], state: ServiceChangeState): Promise<void> =>
  untilEach(changes, async (id) => {
    const change = await stage.api().call(simServiceRoutes.getServiceChange, { params: { id } });
    return change.state === state;
  });

const untilEach = async <T>(things: readonly T[], holds: (thing: T) => Promise<boolean>): Promise<void> => {
  const giveUpAt = performance.now() + REACHED_WITHIN_MS;
  for (const thing of things) {
    while (!(await holds(thing))) {
      if (performance.now() > giveUpAt) throw new Error(`${JSON.stringify(thing)} is not as it is to be`);
      await sleep(LOOK_EVERY_MS);
    }
  }
};

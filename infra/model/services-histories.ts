/** Random histories of SIMs' services on the whole stack, with a provider that misbehaves, against product.md §5. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPublicApi, type PublicApi, publicUrls } from '../demo/public-api.ts';
import { persistent } from '../drill/persistent-api.ts';
import { seededRandom } from '@simlane/testing/random';
import { dueClockNow, moveDueClock } from '../local/due-clock.ts';
import { inTurn, signCallers } from '../local/callers.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl, type SandboxControl } from '../provider-sandbox/control-client.ts';
import type { SimServices } from '../provider-sandbox/service-control-api.ts';
import { putAccount } from '../seed/put-account.ts';
import { providerIdOf, SERVICES_ACCOUNT_ID, servicesCatalog, servicesFleet, servicesSim } from './services-account.ts';
import { ServicesHistory } from './services-history.ts';

/** Played together between two turns of the month. */
const BATCH = 100;
/** As many as two cores keep busy. */
const AT_ONCE = 12;
const STEPS_A_MONTH = 4;
const MONTHS = 2;
/** A refusal is retried, and may be drawn again only while there are rules. */
const MOST_ROUNDS_TO_REST = 6;
const REST_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 200;
const DAY_MS = 86_400_000;
const ANSWERED_WITHIN_MS = 120_000;
const SEED_STEP = 7_919;

export interface ServicesHistoriesOptions {
  readonly stack: StackInfo;
  readonly count: number;
  readonly seed: number;
  /** Called while histories are under way. */
  readonly disturb: () => Promise<void>;
}

/** Plays so many histories; resolves to what is wrong with each that does not come to what it should. */
export const runServicesHistories = async ({
  stack,
  count,
  seed,
  disturb,
}: ServicesHistoriesOptions): Promise<{ failures: readonly string[]; doubled: number }> => {
  const sandbox = createSandboxControl({ url: stack.sandbox.url, token: stack.sandbox.controlToken });
  const failures: string[] = [];
  let doubled = 0;
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    await putAccount(stack, { catalog: servicesCatalog(), fleet: servicesFleet(from, size) });
    const batch = await playBatch(stack, sandbox, { from, size, seed, disturb });
    failures.push(...batch.failures);
    doubled += batch.doubled;
  }
  return { failures, doubled };
};

const playBatch = async (
  stack: StackInfo,
  sandbox: SandboxControl,
  { from, size, seed, disturb }: { from: number; size: number; seed: number; disturb: () => Promise<void> },
): Promise<{ failures: string[]; doubled: number }> => {
  const api = await administrators(stack);
  const now = () => dueClockNow(stack);
  const histories = Array.from({ length: size }, (_none, index) => {
    const random = seededRandom(seed + (from + index) * SEED_STEP);
    return new ServicesHistory({ sim: servicesSim(from + index), random, sandbox, api, now });
  });
  await inLanes(histories, (history) => history.prepare());
  for (let month = 0; month < MONTHS; month += 1) {
    await sandbox.putServiceRules(histories.flatMap((history) => history.drawFaults()));
    await Promise.all([inLanes(histories, (history) => history.play(STEPS_A_MONTH)), disturb()]);
    await turnMonth(stack, histories);
  }
  await sandbox.putServiceRules([]);
  for (let round = 0; round < MOST_ROUNDS_TO_REST; round += 1) {
    await restAll(histories);
    const retried = await Promise.all(histories.map((history) => history.retryRefused()));
    if (!retried.includes(true)) break;
    await restAll(histories);
    await turnMonth(stack, histories);
  }
  const failures: string[] = [];
  const sent = await sandbox.serviceChanges();
  for (const [index, history] of histories.entries()) {
    const faults = await history.faults(await atProvider(sandbox, history));
    if (faults.length === 0) continue;
    failures.push(`seed ${seed}, SIM ${from + index}: ${history.story.join(', ')}\n${faults.join('\n')}`);
  }
  const iccids = new Set(histories.map(({ sim }) => sim.iccid));
  return { failures, doubled: sent.filter(({ iccid, accepted }) => iccids.has(iccid) && accepted > 1).length };
};

const turnMonth = async (stack: StackInfo, histories: readonly ServicesHistory[]): Promise<void> => {
  const now = dueClockNow(stack);
  moveDueClock(stack, new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) + DAY_MS));
  for (const history of histories) history.monthTurns();
  await restAll(histories);
};

const restAll = (histories: readonly ServicesHistory[]): Promise<void> => {
  const giveUpAt = performance.now() + REST_WITHIN_MS;
  return inLanes(histories, async (history) => {
    while (!(await history.isAtRest())) {
      if (performance.now() > giveUpAt) {
        throw new Error(`SIM ${history.sim.simId} does not come to rest: ${history.story.join(', ')}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  });
};

const inLanes = async (
  histories: readonly ServicesHistory[],
  work: (history: ServicesHistory) => Promise<void>,
): Promise<void> => {
  const left = [...histories];
  const lane = async (): Promise<void> => {
    for (let history = left.shift(); history !== undefined; history = left.shift()) await work(history);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
};

const atProvider = (sandbox: SandboxControl, { sim }: ServicesHistory): Promise<SimServices> =>
  sandbox.services(providerIdOf(sim.how), sim.iccid);

const administrators = async (stack: StackInfo): Promise<() => PublicApi> => {
  const urls = publicUrls(stack);
  const nextToken = inTurn(await signCallers(stack, SERVICES_ACCOUNT_ID, 'administrator'));
  return () =>
    persistent(createPublicApi(urls, nextToken()), { withinMs: ANSWERED_WITHIN_MS, onRude: () => undefined });
};

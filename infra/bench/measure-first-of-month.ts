/** The first of a month, on which the plans of a large fleet change: how fast, and what it costs whoever changes one SIM. */
import { setTimeout as sleep } from 'node:timers/promises';
import { moveDueClock } from '../local/due-clock.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { nowMs } from './clock.ts';
import { type Figure, figureOfRuns, figureOfSamples } from './figures.ts';
import type { ServiceFleet } from './service-fleet.ts';

const SCHEDULED = 100_000;
const SAMPLES = 40;
const BETWEEN_SAMPLES_MS = 400;
/** Until as many wait as are let wait, and the rest goes as it will go on. */
const UNTIL_STEADY_MS = 10_000;
const P50 = 0.5;
const MS_IN_SECOND = 1000;

/** The last thing to be measured: the plans are not waited for. */
export const measureFirstOfMonth = async (
  info: StackInfo,
  fleet: ServiceFleet,
  report: (line: string) => void,
): Promise<Figure[]> => {
  const began = nowMs();
  const dueAt = await fleet.addScheduledSims(SCHEDULED);
  report(`${SCHEDULED} plans are scheduled, after ${Math.round((nowMs() - began) / MS_IN_SECOND)} s`);
  const quiet = await sampled(fleet);
  report(`one SIM was changed ${SAMPLES} times`);
  moveDueClock(info, dueAt);
  await sleep(UNTIL_STEADY_MS);
  const before = await countPlans(fleet);
  const since = nowMs();
  const meanwhile = await sampled(fleet);
  const after = await countPlans(fleet);
  const seconds = (nowMs() - since) / MS_IN_SECOND;
  report(`the month has begun; one SIM was changed ${SAMPLES} times meanwhile`);

  const how = `first of a month with ${SCHEDULED} scheduled plans`;
  return [
    figureOfRuns({ name: `${how}: plans claimed`, unit: '/s' }, [
      { ours: (after.turned - before.turned) / seconds, bare: null },
    ]),
    figureOfRuns({ name: `${how}: plans confirmed by the provider`, unit: '/s' }, [
      { ours: (after.confirmed - before.confirmed) / seconds, bare: null },
    ]),
    figureOfSamples(
      {
        name: `one SIM's change, asked for to in force, p50, on the ${how} (bare: on a quiet day)`,
        unit: 'ms',
        goal: { of: 'ratio', atMost: 2 },
      },
      P50,
      [{ ours: meanwhile, bare: quiet }],
    ),
  ];
};

const sampled = async (fleet: ServiceFleet): Promise<number[]> => {
  const took: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    took.push(await fleet.changeOneSim());
    await sleep(BETWEEN_SAMPLES_MS);
  }
  return took;
};

const countPlans = async ({ inventory, accountId }: ServiceFleet): Promise<{ turned: number; confirmed: number }> => {
  const { rows } = await inventory.query<{ scheduled: number; confirmed: number }>(
    `select count(scheduled_at)::int as scheduled,
      (count(*) filter (where services #>> '{confirmed,plan}' = services #>> '{profile,plan}'))::int as confirmed
      from sim_services where account_id = $1`,
    [accountId],
  );
  const { scheduled, confirmed } = rows[0] ?? { scheduled: Number.NaN, confirmed: Number.NaN };
  return { turned: -scheduled, confirmed };
};

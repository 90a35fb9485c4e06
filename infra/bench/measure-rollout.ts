/** A change of what thousands of SIMs may do, against a fan-out of as many activities with nothing in them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceRollout, serviceRolloutRoutes } from '@simlane/contracts/http/service-rollouts';
import { serviceRolloutWorkflowId } from '@simlane/contracts/service-rollouts';
import type { Client } from '@temporalio/client';
import type { Stack } from '../local/stack.ts';
import type { BareFanOut } from './bare-fan-out.ts';
import { nowMs } from './clock.ts';
import { type Figure, figureOfRuns, percentile } from './figures.ts';
import { type Memory, readMemory } from './measure-memory.ts';
import type { ServiceFleet } from './service-fleet.ts';

const SIMS = 2_000;
const FEW_SIMS = 200;
const RUNS = 3;
const PREVIEWED = 100_000;
const PREVIEWS = 100;
const LONGEST_PREVIEW_MS = 300;
const P99 = 0.99;
const LOOK_EVERY_MS = 100;
const DONE_WITHIN_MS = 10 * 60_000;
const MS_IN_SECOND = 1000;

interface Measuring {
  readonly stack: Stack;
  readonly temporal: Client;
  readonly bare: BareFanOut;
  readonly fleet: ServiceFleet;
  readonly report: (line: string) => void;
}

export const measureRollouts = async (measuring: Measuring): Promise<Figure[]> => {
  const { fleet, bare, report, temporal, stack } = measuring;
  const post = async <T>(path: string, body: object): Promise<T> => {
    const headers = { authorization: `Bearer ${fleet.nextToken()}`, 'idempotency-key': randomUUID() };
    const url = `${stack.info.services.inventory.url}${path}`;
    return JSON.parse(await fleet.http.call({ method: 'POST', url, headers, body: JSON.stringify(body) })) as T;
  };
  const migrate = async (simIds: readonly string[], profile: string): Promise<{ id: string; perSecond: number }> => {
    const began = nowMs();
    const change = { kind: 'migrate', serviceProfileId: fleet.profileIds[profile] };
    const { id } = await post<ServiceRollout>(serviceRolloutRoutes.createServiceRollout.path, {
      change,
      over: { simIds },
    });
    await ended(fleet, id);
    return { id, perSecond: simIds.length / ((nowMs() - began) / MS_IN_SECOND) };
  };

  const few = await fleet.addSims(FEW_SIMS);
  const small = await migrate(few, 'Travellers');
  const runs: { ours: number; bare: number; id: string }[] = [];
  const memory: Memory[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const simIds = await fleet.addSims(SIMS);
    const bareOnes = await bare.perSecond(SIMS);
    const ours = await migrate(simIds, 'Travellers');
    runs.push({ ours: ours.perSecond, bare: bareOnes, id: ours.id });
    memory.push(await readMemory(stack));
    report(`${SIMS} SIMs: ${ours.perSecond.toFixed(1)} a second; bare activities: ${bareOnes.toFixed(1)}`);
  }
  const eventsOf = async (id: string): Promise<number> => {
    const { events } = await temporal.workflow.getHandle(serviceRolloutWorkflowId(id)).fetchHistory();
    return events?.length ?? Number.NaN;
  };
  const previews = await measurePreviews(measuring, post);
  return [
    figureOfRuns(
      {
        name: `SIMs migrated and confirmed by a rollout over ${SIMS} (bare: a fan-out of empty activities)`,
        unit: '/s',
        goal: { of: 'ratio', atLeast: 0.6, aim: 0.8 },
      },
      runs,
    ),
    figureOfRuns(
      { name: `history events of the run of a rollout over ${SIMS} (bare: over ${FEW_SIMS})`, unit: 'each' },
      [{ ours: await eventsOf(runs[0]?.id ?? ''), bare: await eventsOf(small.id) }],
    ),
    // Against what is held once a first run has warmed everything up: what grew with the SIMs would go on growing.
    ...Object.entries(memory.at(-1) ?? {}).map(([name, mb]) =>
      figureOfRuns({ name: `memory of ${name} after ${RUNS * SIMS} SIMs (bare: after ${SIMS})`, unit: 'MB' }, [
        { ours: mb, bare: memory[0]?.[name] ?? Number.NaN },
      ]),
    ),
    previews,
  ];
};

const measurePreviews = async (
  { fleet, report }: Measuring,
  post: <T>(path: string, body: object) => Promise<T>,
): Promise<Figure> => {
  const began = nowMs();
  await fleet.addSims(PREVIEWED);
  report(`${PREVIEWED} SIMs follow one profile, after ${Math.round((nowMs() - began) / MS_IN_SECOND)} s`);
  const took: number[] = [];
  for (let sample = 0; sample < PREVIEWS; sample += 1) {
    const since = nowMs();
    await post(serviceRolloutRoutes.previewServiceRollout.path, {
      change: { kind: 'migrate', serviceProfileId: fleet.profileIds.Travellers },
      over: { serviceProfileId: fleet.profileIds.Office },
    });
    took.push(nowMs() - since);
  }
  const goal = { of: 'ours', atMost: LONGEST_PREVIEW_MS } as const;
  return figureOfRuns({ name: `preview over a profile with ${PREVIEWED} SIMs, p99`, unit: 'ms', goal }, [
    { ours: percentile(took, P99), bare: null },
  ]);
};

/** Looked at in the database: an API that is asked ten times a second is part of what is measured. */
const ended = async ({ inventory }: ServiceFleet, id: string): Promise<void> => {
  const giveUpAt = nowMs() + DONE_WITHIN_MS;
  for (;;) {
    const { rows } = await inventory.query<{ state: string }>('select state from service_rollout where id = $1', [id]);
    if (rows[0]?.state === 'done') return;
    if (nowMs() > giveUpAt || rows[0]?.state !== 'running') throw new Error(`a rollout is ${rows[0]?.state}`);
    await sleep(LOOK_EVERY_MS);
  }
};

import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATE } from '../provider-sandbox/control-api.ts';
import type { BareReplacements, BareRun } from './bare-replacements.ts';
import type { BenchStage } from './bench-stage.ts';
import { nowMs } from './clock.ts';
import { type Figure, figureOfRuns } from './figures.ts';
import { inFlight } from './in-flight.ts';
import { makeRuns } from './runs.ts';

export const ORDERS_IN_FLIGHT = 30;
const RUNS = { wanted: 4, atLeast: 2, withinMs: 75_000 };
const MS_IN_SECOND = 1000;
/** From the provider's acceptance. Its second word comes when the first one is well on its way, so that they stay in order. */
const PROCESSED_AFTER_MS = 100;

/**
 * Replacements a second: from the first confirmation to the last `processed` that can be seen. Each run uses every
 * line once, the drafts made before; then as many bare runs, to the activity that stands where the replacement does.
 * Both sides have told the manager (or done their fifth activity) before the other side begins.
 */
export async function measureThroughput(
  stage: BenchStage,
  bare: BareReplacements,
  report: (line: string) => void,
): Promise<Figure> {
  await stage.sandbox.putRules([
    {
      steps: [
        { afterMs: 0, signal: 'order.acknowledged' },
        { afterMs: PROCESSED_AFTER_MS, signal: 'order.processed', data: { iccid: GENERATE } },
      ],
    },
  ]);
  report('replacements: a run to warm up (the lines become eSIMs), then the ones that count');
  await oursPerSecond(stage);
  await barePerSecond(bare, stage.lineIds.length);
  const runs = await makeRuns(RUNS, async (number) => {
    const ours = await oursPerSecond(stage);
    const floor = await barePerSecond(bare, stage.lineIds.length);
    report(`replacements, run ${number}: ${ours.toFixed(1)}/s, bare ${floor.toFixed(1)}/s`);
    return { ours, bare: floor };
  });
  await stage.sandbox.putRules([]);
  return figureOfRuns(
    { name: `replacements, ${ORDERS_IN_FLIGHT} in flight`, unit: '/s', goal: { of: 'ratio', atLeast: 0.6, aim: 0.8 } },
    runs,
  );
}

async function oursPerSecond({ watch, ...stage }: BenchStage): Promise<number> {
  const drafts = await stage.prepareDrafts(stage.lineIds);
  const began = nowMs();
  await inFlight(ORDERS_IN_FLIGHT, drafts, async ({ id }) => {
    await stage.confirm(id);
    await watch.until(id, 'processed');
  });
  const tookMs = nowMs() - began;
  await Promise.all(drafts.map(({ id }) => watch.until(id, 'told')));
  return (drafts.length / tookMs) * MS_IN_SECOND;
}

async function barePerSecond(bare: BareReplacements, count: number): Promise<number> {
  const started: BareRun[] = [];
  const began = nowMs();
  await inFlight(ORDERS_IN_FLIGHT, Array.from({ length: count }), async () => {
    const run = await bare.start();
    started.push(run);
    await run.reached(2);
    const spoken = [run.say(), sleep(PROCESSED_AFTER_MS).then(() => run.say())];
    await Promise.all([...spoken, run.reached(4)]);
  });
  const tookMs = nowMs() - began;
  await Promise.all(started.map((run) => run.reached(5)));
  return (count / tookMs) * MS_IN_SECOND;
}

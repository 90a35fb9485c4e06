/** What thousands of orders that wait cost the one that goes on: the time of a signal, memory, CPU. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Stack } from '../local/stack.ts';
import type { BenchStage } from './bench-stage.ts';
import { type Figure, figureOfRuns, figureOfSamples } from './figures.ts';
import { createWordTimer } from './measure-latency.ts';
import { readMemory } from './measure-memory.ts';
import { createWaitingOrders } from './waiting-orders.ts';

const FEW = 100;
const MANY = 10_000;
const SAMPLES = 60;
const P50 = 0.5;
const GOAL = { of: 'ratio', atMost: 1.1 } as const;
/** Long enough that what comes once a second comes often. */
const CPU_OVER_MS = 20_000;
/** Of /proc/<pid>/stat, in all Linux systems of today. */
const CLOCK_TICK_MS = 10;
const PERCENT = 100;
const MEASURED = ['order', 'inventory', 'worker', 'temporal', 'postgres'] as const;

/** The last thing to be measured: the orders stay. */
export async function measureWaiting(
  stack: Stack,
  stage: BenchStage,
  temporal: Client,
  report: (line: string) => void,
): Promise<Figure[]> {
  const waiting = await createWaitingOrders(
    stack.info.postgres.adminUrl.replace(/\/postgres$/, '/simlane_order'),
    stage,
    temporal,
  );
  const timer = createWordTimer(stack.info, stage);
  const measured = async () => {
    const words: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      words.push((await timer.word(stage.lineIds[sample % (stage.lineIds.length - 1)] as string)).sinceAcceptedMs);
    }
    return { words, cpu: await cpuAtRest(stack), memory: await readMemory(stack) };
  };
  await waiting.add(FEW);
  const few = await measured();
  report(`${FEW} orders wait: measured`);
  const began = performance.now();
  await waiting.add(MANY - FEW);
  report(`${MANY} orders wait, after ${Math.round((performance.now() - began) / 1000)} s`);
  const many = await measured();
  timer.close();
  await waiting.close();

  const against = `with ${MANY} orders waiting (bare: with ${FEW})`;
  return [
    figureOfSamples({ name: `signal accepted to change visible, p50, ${against}`, unit: 'ms', goal: GOAL }, P50, [
      { ours: many.words, bare: few.words },
    ]),
    ...MEASURED.map((name) =>
      figureOfRuns({ name: `CPU of ${name} at rest ${against}`, unit: '%' }, [
        { ours: many.cpu[name], bare: few.cpu[name] },
      ]),
    ),
    ...Object.keys(few.memory).map((name) =>
      figureOfRuns({ name: `memory of ${name} at rest ${against}`, unit: 'MB' }, [
        { ours: many.memory[name] ?? Number.NaN, bare: few.memory[name] ?? Number.NaN },
      ]),
    ),
  ];
}

/** Percent of one core, by process. */
async function cpuAtRest({ processes }: Stack): Promise<Record<(typeof MEASURED)[number], number>> {
  const read = () => MEASURED.map((name) => cpuTimeMs(processes[name]?.pid));
  const before = read();
  await sleep(CPU_OVER_MS);
  const after = read();
  const share = (index: number) => (((after[index] ?? 0) - (before[index] ?? 0)) / CPU_OVER_MS) * PERCENT;
  return Object.fromEntries(MEASURED.map((name, index) => [name, share(index)])) as Record<
    (typeof MEASURED)[number],
    number
  >;
}

/** User and system time of a process; children that it has waited for included, those that run left out. */
function cpuTimeMs(pid: number | undefined): number {
  if (pid === undefined) throw new Error('a process does not run');
  // The name, in brackets, may hold anything; after it come the state and then numbers.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return (user + system + childUser + childSystem) * CLOCK_TICK_MS;
}

import type { Stack } from '../local/stack.ts';
import { seededRandom } from '@simlane/testing/random';
import { setStage, type Stage } from './stage.ts';

/** One way in which things go wrong. `run` rejects when what must hold does not. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

export interface DrillResult {
  readonly name: string;
  readonly title: string;
  readonly failure: string | null;
  readonly orders: number;
  readonly faults: number;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  readonly recoverySeconds: { readonly median: number; readonly most: number } | null;
  readonly seconds: number;
}

export interface DrillOptions {
  readonly stack: Stack;
  readonly seed: number;
  readonly short: boolean;
}

const MS_IN_SECOND = 1000;

/** Runs a drill on a stack that stays up afterwards. What fails stands in the result. */
export const runDrill = async (drill: Drill, { stack, seed, short }: DrillOptions): Promise<DrillResult> => {
  const began = performance.now();
  const stage = await setStage({ stack, random: seededRandom(seed), short });
  const failure = await drill.run(stage).then(
    () => (stage.counters.rude.length === 0 ? null : stage.counters.rude.join('\n')),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const { faults, histories, lost, doubled, stuck, recoveriesMs } = stage.counters;
  return {
    name: drill.name,
    title: drill.title,
    failure,
    orders: stage.orders.confirmed + histories,
    faults,
    lost,
    doubled,
    stuck,
    recoverySeconds: summaryOf(recoveriesMs),
    seconds: toSeconds(performance.now() - began),
  };
};

const summaryOf = (recoveriesMs: readonly number[]): DrillResult['recoverySeconds'] => {
  const sorted = recoveriesMs.toSorted((one, other) => one - other);
  const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return median === undefined || most === undefined ? null : { median: toSeconds(median), most: toSeconds(most) };
};

const toSeconds = (ms: number): number => Math.round(ms / 100) / (MS_IN_SECOND / 100);

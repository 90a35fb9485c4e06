import { nowMs } from './clock.ts';

export interface RunLimits {
  /** How many runs there are where the machine is quick enough. */
  readonly wanted: number;
  /** Fewer say nothing; they are made however long they take. */
  readonly atLeast: number;
  /** No further run is begun after this. */
  readonly withinMs: number;
}

/** Runs one after the other: as many as wanted, or as there is time for, so that a busy machine gets an answer too. */
export async function makeRuns<T>(limits: RunLimits, run: (number: number) => Promise<T>): Promise<T[]> {
  const began = nowMs();
  const runs: T[] = [];
  while (runs.length < limits.atLeast || (runs.length < limits.wanted && nowMs() - began < limits.withinMs)) {
    runs.push(await run(runs.length + 1));
  }
  return runs;
}

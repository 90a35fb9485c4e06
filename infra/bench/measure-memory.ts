import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SERVICES } from '../local/secrets.ts';
import type { Stack } from '../local/stack.ts';
import { type Figure, figureOfRuns } from './figures.ts';

/** Processes of ours that a production would have too. */
const OURS = [...SERVICES, 'worker'] as const;
const KIB_IN_MB = 1024;

/** Resident memory in MB, by process. */
export type Memory = Readonly<Record<string, number>>;

export async function readMemory({ processes }: Pick<Stack, 'processes'>): Promise<Memory> {
  const entries = OURS.map(async (name): Promise<[string, number]> => {
    const pid = processes[name]?.pid;
    if (pid === undefined) throw new Error(`${name} does not run`);
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return [name, Number(stdout.trim()) / KIB_IN_MB];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What each process holds: at rest after the start is the figure; the second run is after all the load. */
export function memoryFigures(atRest: Memory, afterLoad: Memory): Figure[] {
  return OURS.map((name) => ({
    ...figureOfRuns({ name: `memory of ${name} at rest (then: after the load)`, unit: 'MB' }, [
      { ours: atRest[name] ?? Number.NaN, bare: null },
      { ours: afterLoad[name] ?? Number.NaN, bare: null },
    ]),
    ours: atRest[name] ?? Number.NaN,
  }));
}

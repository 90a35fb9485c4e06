/** What a figure is, and how measurements become one. */

/** What is asked of a figure, and of which of its numbers. `aim` is what would be good, the bound what is needed. */
export interface Goal {
  readonly of: 'ratio' | 'ours';
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly aim?: number;
}

/** One measurement of ours and, next to it in time, one of the bare counterpart. */
export interface Run {
  readonly ours: number;
  readonly bare: number | null;
}

export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly bare: number | null;
  /** ours / bare. */
  readonly ratio: number | null;
  readonly goal: Goal | null;
  readonly unit: string;
  readonly runs: readonly Run[];
}

export interface FigureName {
  readonly name: string;
  readonly unit: string;
  readonly goal?: Goal;
}

/** Medians of the runs; the ratio is the median of the runs' own ratios, since neighbours share what the machine was up to. */
export function figureOfRuns({ name, unit, goal }: FigureName, runs: readonly Run[]): Figure {
  const bare = runs.flatMap((run) => (run.bare === null ? [] : [run.bare]));
  const ratios = runs.flatMap((run) => (run.bare === null ? [] : [run.ours / run.bare]));
  return {
    name,
    unit,
    goal: goal ?? null,
    ours: median(runs.map(({ ours }) => ours)),
    bare: bare.length === 0 ? null : median(bare),
    ratio: ratios.length === 0 ? null : median(ratios),
    runs,
  };
}

/** A percentile over the samples of all runs together, with the same percentile of each run beside it. */
export function figureOfSamples(
  { name, unit, goal }: FigureName,
  share: number,
  runs: readonly { readonly ours: readonly number[]; readonly bare: readonly number[] }[],
): Figure {
  const ours = percentile(
    runs.flatMap((run) => run.ours),
    share,
  );
  const bare = percentile(
    runs.flatMap((run) => run.bare),
    share,
  );
  return {
    name,
    unit,
    goal: goal ?? null,
    ours,
    bare,
    ratio: ours / bare,
    runs: runs.map((run) => ({ ours: percentile(run.ours, share), bare: percentile(run.bare, share) })),
  };
}

/** Null where nothing was asked for. */
export function isReached({ goal, ours, ratio }: Pick<Figure, 'goal' | 'ours' | 'ratio'>): boolean | null {
  const value = goal?.of === 'ratio' ? ratio : ours;
  if (goal === null || value === null) return null;
  if (goal.atLeast !== undefined) return value >= goal.atLeast;
  if (goal.atMost !== undefined) return value <= goal.atMost;
  return null;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that is not exceeded by the share (0 to 1) of all: nearest rank, so it is one that was measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

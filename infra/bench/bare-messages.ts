/** What the bare workflow, its worker and the bench say to each other. Imports nothing: workflow code reads it. */

export const BARE_TASK_QUEUE = 'bench-bare';
export const BARE_WORKFLOW = 'bareReplacement';
export const BARE_WORD_SIGNAL = 'word';
export const BARE_FAN_OUT = 'bareFanOut';

/** The steps, numbered as those of a replacement: claim, submit, first word, second word, tell. */
export type BareStep = 1 | 2 | 3 | 4 | 5;

export interface BareActivities {
  empty(run: string, step: BareStep): Promise<void>;
}

/** An activity was there, at this time of the machine's monotonic clock. */
export interface BareNote {
  readonly run: string;
  readonly step: BareStep;
  readonly atMs: number;
}

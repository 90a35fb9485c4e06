/** How a rollout goes on, from how many of its SIMs stand where (product.md §5). Pure. */
import type { ServiceRolloutState } from '@simlane/contracts/service-rollouts';

/**
 * So many of a rollout may wait for their answers at once: a provider that answers slowly is not told of thousands
 * before the stop rule has seen anything.
 */
const MOST_PENDING = 500;
/** One transaction: long enough to be worth its round trips, short enough that nobody waits for the SIMs it holds. */
export const MOST_IN_A_PORTION = 250;
const DEFAULT_CANARY_SIMS = 10;

export interface RolloutCounts {
  /** Whose turn is to come. */
  readonly waiting: number;
  /** How often a SIM was changed; one that had nothing to change was not. */
  readonly moves: number;
  /** Moved, and without an answer that can come: not those that have no ICCID. */
  readonly pending: number;
  readonly failed: number;
  /** With an answer, the failed ones among them. */
  readonly answered: number;
}

/** Where the rollout stood when it was started, or retried: each time it begins with a canary. */
export type RolloutStart = Pick<RolloutCounts, 'moves' | 'answered'>;

export interface RolloutTerms {
  readonly canary: number;
  readonly stopAtFailureShare: number;
}

export const canarySize = (asked: number | undefined, sims: number): number =>
  Math.min(asked ?? DEFAULT_CANARY_SIMS, sims);

export type Move =
  | { readonly kind: 'move'; readonly most: number }
  /** For answers. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'stop'; readonly because: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'none' };

/** What is done next. */
export const nextMove = (
  state: ServiceRolloutState,
  counts: RolloutCounts,
  { terms, begunWith }: { readonly terms: RolloutTerms; readonly begunWith: RolloutStart },
): Move => {
  if (state !== 'running') return { kind: 'none' };
  const { waiting, pending } = counts;
  const moves = counts.moves - begunWith.moves;
  if (waiting > 0 && moves < terms.canary) return moveOrWait(terms.canary - moves, pending);
  if (moves <= terms.canary && pending > 0) return { kind: 'wait' };
  const because = tooManyFailures(counts, begunWith, terms);
  if (because !== null) return { kind: 'stop', because };
  if (waiting > 0) return moveOrWait(waiting, pending);
  return pending > 0 ? { kind: 'wait' } : { kind: 'end' };
};

const moveOrWait = (left: number, pending: number): Move => {
  const most = Math.min(left, MOST_PENDING - pending, MOST_IN_A_PORTION);
  return most > 0 ? { kind: 'move', most } : { kind: 'wait' };
};

/** Of the answers since the start: an earlier success says nothing about what is tried again. */
const tooManyFailures = (
  { failed, answered }: RolloutCounts,
  begunWith: RolloutStart,
  { stopAtFailureShare }: RolloutTerms,
): string | null => {
  const since = Math.max(answered - begunWith.answered, failed);
  if (failed === 0 || failed / since <= stopAtFailureShare) return null;
  return `The provider has refused ${failed} of ${since} SIMs, which is more than the share of ${stopAtFailureShare} at which the rollout stops`;
};

/** Answers come together as a rule: who has waited long can wait a little longer for the next look. */
const LOOKS_IN_A_WAIT = 4;
const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5 * 60_000;
/** When to look for answers again, in milliseconds. @param quietMs how long none has come */
export const waitForAnswers = (quietMs: number): number =>
  Math.round(Math.min(Math.max(quietMs / LOOKS_IN_A_WAIT, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));

/**
 * When a rollout has had its last SIM's turn, if it goes on as it has since it started, and not faster than its pace.
 * Null where nothing can be said yet.
 */
export const estimatedEnd = (
  {
    sims,
    waiting,
    startedAt,
    perMinute,
  }: {
    readonly sims: number;
    readonly waiting: number;
    readonly startedAt: Date | null;
    readonly perMinute: number | null;
  },
  now: Date,
): Date | null => {
  const moved = sims - waiting;
  if (startedAt === null || perMinute === null || moved === 0) return null;
  const perSimMs = Math.max(60_000 / perMinute, (now.getTime() - startedAt.getTime()) / moved);
  return new Date(now.getTime() + Math.ceil(waiting * perSimMs));
};

/** When SIMs are compared with what their providers report. Pure. */
import type { Place, Reconciliation } from './reconciliation.repository.ts';

/** As often as an account's SIMs are compared by themselves: a difference is a bill and not an outage. */
export const RECONCILED_EVERY_MS = 24 * 60 * 60 * 1000;
/** A portion takes seconds, and a provider that asks for time at most an hour; what has not moved since has lost its run. */
const OVERDUE_AFTER_MS = 70 * 60 * 1000;

/** What one worker asks for at a time. A step of it takes seconds, and what is lost with it is soon done again. */
export const PORTION_SIMS = 20;

export const isUnderWay = ({ beganAt, endedAt }: Reconciliation): boolean => beganAt !== null && endedAt === null;

/** When the due loop is to look at it; null: never, unless somebody asks. */
export const reconciliationDueAt = (reconciliation: Reconciliation, now: Date): Date | null => {
  const { askedAt, simId, endedAt } = reconciliation;
  if (askedAt !== null) return isUnderWay(reconciliation) ? new Date(now.getTime() + OVERDUE_AFTER_MS) : now;
  return simId === null ? new Date((endedAt ?? now).getTime() + RECONCILED_EVERY_MS) : null;
};

export const isSamePlace = (one: Place | null, other: Place | null): boolean =>
  one?.providerId === other?.providerId && one?.simId === other?.simId;

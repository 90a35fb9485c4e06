/** The rules of a submission whose outcome is not known (api.md, "Orders out"). */
import type { StoredOrder } from '../ordering/order.ts';
import type { StoredFact } from './fact.ts';

/** For so long a provider takes the same key once; afterwards a repeat could be a second order. */
export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** So long an outage may last before somebody is to look. */
export const UNKNOWN_FOR_LONG_AFTER_MS = 60 * 60 * 1000;

/** Until when the order may be sent again without knowing whether the provider has it: a person can release it once more. */
export const keyLivesUntil = (
  { submissionAttemptedAt }: Pick<StoredOrder, 'submissionAttemptedAt'>,
  facts: readonly StoredFact[],
): Date | null => {
  if (submissionAttemptedAt === null) return null;
  const released = facts.findLast(({ kind }) => kind === 'submission_released');
  const from = released?.recordedAt ?? submissionAttemptedAt;
  return new Date(from.getTime() + KEY_LIFETIME_MS);
};

export const isUnknownForLong = (
  { submissionAttemptedAt }: Pick<StoredOrder, 'submissionAttemptedAt'>,
  now: Date,
): boolean =>
  submissionAttemptedAt !== null && now.getTime() - submissionAttemptedAt.getTime() >= UNKNOWN_FOR_LONG_AFTER_MS;

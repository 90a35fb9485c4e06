import { ProblemError } from '@simlane/service-kit/problem';

/** A file arrives and is read in a second or two. */
const RETRY_AFTER_SECONDS = 3;

export interface Turns {
  /** @throws ProblemError `rate_limited` where link or account is at its limit; the others are not held up */
  take<T>(by: { readonly accountId: string; readonly linkId: string | null }, work: () => Promise<T>): Promise<T>;
}

/** Counts within this process: each has its own memory and its own decoder. */
export const createTurns = (most: { readonly ofALink: number; readonly ofAnAccount: number }): Turns => {
  const taken = new Map<string, number>();
  const change = (key: string, by: 1 | -1): void => {
    const count = (taken.get(key) ?? 0) + by;
    if (count === 0) taken.delete(key);
    else taken.set(key, count);
  };
  return {
    take: async ({ accountId, linkId }, work) => {
      const limits = [
        { key: `account ${accountId}`, most: most.ofAnAccount },
        ...(linkId === null ? [] : [{ key: `link ${linkId}`, most: most.ofALink }]),
      ];
      if (limits.some((limit) => (taken.get(limit.key) ?? 0) >= limit.most)) {
        throw new ProblemError('rate_limited', 'Other files are being read just now', {
          fix: 'Wait as long as Retry-After says, and send the same file again',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      }
      for (const { key } of limits) change(key, 1);
      try {
        return await work();
      } finally {
        for (const { key } of limits) change(key, -1);
      }
    },
  };
};

import { ProblemError } from '@simlane/service-kit/problem';
import type { Transaction } from '../database.ts';

/**
 * What an account may do of each (reliability.md "Limits"); the number of CC addresses stands in the contract. Far more
 * than the people of a fleet need: a program that repeats by mistake is stopped, and only its own account notices.
 */
const LIMITS = {
  qr_request: { aDay: 500, what: 'requests for QR codes' },
  qr_notification: { aDay: 1_000, what: 'notifications of QR codes' },
} as const;

/** Files that are being decoded at a time. */
export const DECODING_LIMITS = { ofALink: 1, ofAnAccount: 2 } as const;
/** Files that are being taken in at a time: each is held in memory, and a slow sender takes long. */
export const UPLOAD_LIMITS = { ofALink: 1, ofAnAccount: 8 } as const;

const DAY_MS = 24 * 60 * 60 * 1000;
const RETRY_AFTER_SECONDS = 3_600;

/** @throws ProblemError `rate_limited` */
export const requireRoom = async (
  tx: Transaction,
  accountId: string,
  of: keyof typeof LIMITS,
  now: Date,
): Promise<void> => {
  const { aDay, what } = LIMITS[of];
  const { count } = await tx
    .selectFrom(of)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('created_at', '>', new Date(now.getTime() - DAY_MS))
    .executeTakeFirstOrThrow();
  if (count < aDay) return;
  throw new ProblemError('rate_limited', `The account has made ${aDay} ${what} within a day`, {
    fix: 'Wait as long as Retry-After says',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
};

import { ProblemError } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';

/**
 * What the people of an account may do in a day (reliability.md "Limits"); the number of CC addresses stands in the
 * contract. Far more than a fleet needs: a program that repeats by mistake is stopped, and only its own account notices.
 * What an order or a provider brings about is not refused here, but counts.
 */
const LIMITS = {
  requests: { table: 'qr_request', at: 'created_at', aDay: 500, what: 'requests for QR codes' },
  /** Each mail of a request or a notification has a link of its own, whether it is the first or sent again. */
  mails: { table: 'qr_link', at: 'created_at', aDay: 3_000, what: 'links to be mailed' },
  imports: { table: 'qr_code', at: 'imported_at', aDay: 1_000, what: 'imports of QR codes' },
} as const;

/** Files that are being decoded at a time. */
export const DECODING_LIMITS = { ofALink: 1, ofAnAccount: 2 } as const;
/** Files that are being taken in at a time: each is held in memory, and a slow sender takes long. */
export const UPLOAD_LIMITS = { ofALink: 1, ofAnAccount: 8 } as const;

const RETRY_AFTER_SECONDS = 3_600;

/** @throws ProblemError `rate_limited` */
export const requireRoom = async (
  tx: Transaction,
  accountId: string,
  of: readonly (keyof typeof LIMITS)[],
): Promise<void> => {
  for (const limit of of) {
    const { table, at, aDay, what } = LIMITS[limit];
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from ${sql.table(table)}
      where account_id = ${accountId} and ${sql.ref(at)} > now() - interval '1 day'`.execute(tx);
    if ((rows[0]?.count ?? 0) < aDay) continue;
    throw new ProblemError('rate_limited', `The account has made ${aDay} ${what} within a day`, {
      fix: 'Wait as long as Retry-After says',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
};

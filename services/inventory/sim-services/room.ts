/** How many SIMs may wait to be sent, where many are changed: those of rollouts, and those of the first of a month. */
import { MOST_CALLS_AT_ONCE } from '@simlane/contracts/http/service-calls';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { SIM_SERVICES } from './changing.ts';

/** More would only wait longer, and what a person changes meanwhile with them. */
export const MOST_WAITING = 24;
/** Whoever sends what he has changed himself has no more waiting than he sends in one step. */
export const MOST_SENT_TOGETHER = MOST_CALLS_AT_ONCE;
/** Longer than the first redelivery: what is handled at this moment, or has been and has not begun, waits too. */
const SOON_MS = 90_000;

/** How many more of an account's SIMs may be changed now, so that they are sent soon after. */
export const roomToSend = async (
  tx: Transaction,
  accountId: string,
  { most, now }: { readonly most: number; readonly now: Date },
): Promise<number> => {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from due
    where account_id = ${accountId} and kind = ${SIM_SERVICES} and due_at < ${new Date(now.getTime() + SOON_MS)}`.execute(
    tx,
  );
  return Math.max(0, most - (rows[0]?.waiting ?? 0));
};

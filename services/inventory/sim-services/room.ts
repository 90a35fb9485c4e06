/** How many SIMs may wait to be sent, where many are changed: those of rollouts, and those of the first of a month. */
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { SIM_SERVICES } from './changing.ts';

/** More would only wait longer, and what a person changes meanwhile with them. */
const MOST_WAITING = 24;
/** Longer than the first redelivery: what is handled at this moment, or has been and has not begun, waits too. */
const SOON_MS = 90_000;

/** How many more of an account's SIMs may be changed now, so that they are sent soon after. */
export const roomToSend = async (tx: Transaction, accountId: string, now: Date): Promise<number> => {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from due
    where account_id = ${accountId} and kind = ${SIM_SERVICES} and due_at < ${new Date(now.getTime() + SOON_MS)}`.execute(
    tx,
  );
  return Math.max(0, MOST_WAITING - (rows[0]?.waiting ?? 0));
};

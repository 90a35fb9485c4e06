/** How many SIMs may wait to be sent, where many are changed: those of rollouts, and those of the first of a month. */
import { MOST_CALLS_AT_ONCE } from '@simlane/contracts/http/service-calls';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { SIM_SERVICES } from './changing.ts';
import { OVERDUE_AFTER_MS } from './services-owed.ts';

/** As many as are sent in one step. More would only wait longer, and what a person changes meanwhile with them. */
export const MOST_SENT_TOGETHER = MOST_CALLS_AT_ONCE;
/** Longer than the first redelivery: what is handled at this moment, or has been and has not begun, waits too. */
const SOON_MS = 90_000;

/** How many more SIMs of these providers may be changed now, so that they are sent soon after. What others are sent is no matter. */
export const roomToSend = async (
  tx: Transaction,
  {
    accountId,
    providerIds,
    most,
    now,
  }: { readonly accountId: string; readonly providerIds: readonly string[]; readonly most: number; readonly now: Date },
): Promise<number> => {
  const soon = new Date(now.getTime() + SOON_MS);
  // Asked before, it is looked at soon because its answer has not come: it waits for that, and not to be sent.
  const askedBefore = new Date(soon.getTime() - OVERDUE_AFTER_MS);
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from due
    join sim_services w on w.account_id = due.account_id and w.sim_id = due.id
    where due.account_id = ${accountId} and due.kind = ${SIM_SERVICES} and due.due_at < ${soon}
      and coalesce(time_in_document(w.services #>> '{call,openedAt}') > ${askedBefore}, true)
      and w.provider_id = any (${providerIds}::uuid[])`.execute(tx);
  return Math.max(0, most - (rows[0]?.waiting ?? 0));
};

import { ProblemError } from '@simlane/service-kit/problem';
import { inAccount } from '@simlane/service-kit/postgres';
import { sqlState, violatedConstraint } from '@simlane/service-kit/postgres-errors';
import { howChangeEnds } from './change-in-flight.ts';
import type { Database, Transaction } from './database.ts';

/** SQLSTATE of our triggers (migration 0003): the row is part of a change in flight; the detail is the order's id. */
const CHANGE_IN_FLIGHT = 'SL001';

export const changeInFlight = (orderId: string): ProblemError =>
  new ProblemError('change_in_flight', `The order ${orderId} is changing this line and its SIM`, {
    fix: howChangeEnds(orderId),
    blockingOrder: { id: orderId },
  });

/**
 * Does the work in one transaction of the account. Whatever in it would touch what a change in flight protects is
 * refused by the database, and answered as `change_in_flight` with the order.
 */
export const changeInAccount = async <T>(
  db: Database,
  accountId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  try {
    return await inAccount(db, accountId, work);
  } catch (error) {
    if (sqlState(error) !== CHANGE_IN_FLIGHT) throw error;
    throw changeInFlight(String((error as { detail?: unknown }).detail));
  }
};

/** The unique index over the ICCIDs of SIMs in use. */
const ICCID_IN_USE = 'sim_iccid_in_use';
/** Each round sees one more ICCID that another transaction has just taken; three at once on one SIM do not happen. */
const MOST_ROUNDS = 3;

/**
 * As {@link changeInAccount}, for work that gives a SIM an ICCID which it has found free. Where another transaction
 * takes it at that moment, the work is done again, and then finds it taken.
 */
export const giveIccidInAccount = async <T>(
  db: Database,
  accountId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  for (let round = 1; ; round += 1) {
    try {
      return await changeInAccount(db, accountId, work);
    } catch (error) {
      if (round === MOST_ROUNDS || violatedConstraint(error) !== ICCID_IN_USE) throw error;
    }
  }
};

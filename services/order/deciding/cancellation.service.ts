import type { Cancellation } from '@simlane/contracts/http/order';
import { isFinished } from '@simlane/contracts/order';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount } from '@simlane/service-kit/postgres';
import type { Db, Tx } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import { lockWithFacts, readWithFacts } from '../processing/carry-out.service.ts';
import { decidedSoFar, type StoredFact } from '../processing/fact.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { takeInWord } from '../processing/intake.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { isOpen, notAllowed } from './decision.ts';
import { decidedWord } from './decided-word.ts';
import { requireEnabledAction } from './enabled-action.ts';

export interface DecidingDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
  /** Looks at what is due, now. */
  readonly kick: () => void;
}

/**
 * A manager asks for cancellation. Before the first attempt to submit the order it is decided at once. Afterwards the
 * provider is asked: whichever comes first, its `cancelled` or what moves the line, decides. A repeat while a request is
 * open, or after the order was cancelled, gets the order as it is; after a refusal it asks again.
 *
 * @throws ProblemError `order_state` for an order that is not confirmed or whose line has been moved;
 *   `action_not_available` for somebody who could not have ordered it
 */
export const requestCancellation = async (
  { db, inventory, kick }: DecidingDependencies,
  caller: Caller,
  orderId: string,
  reason: string | null,
): Promise<StoredOrder> => {
  const { order: seen } = await readWithFacts(db, caller.accountId, orderId);
  if (!isFinished(seen.status)) await requireEnabledAction(inventory, caller, seen);
  const order = await inAccount(db, caller.accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, caller.accountId, orderId);
    if (decidedSoFar(facts) === 'cancelled') return order;
    if (!isOpen(order, facts))
      throw notAllowed(order, 'only one that is confirmed or in progress can be cancelled', []);
    if (order.submissionAttemptedAt === null) return cancelAtOnce(tx, order, facts, caller, reason);
    if (order.cancellation !== null && order.cancellation.state !== 'refused') return order;
    return ask(tx, order, facts, caller, reason);
  });
  kick();
  return order;
};

const cancelAtOnce = async (
  tx: Tx,
  order: StoredOrder,
  facts: readonly StoredFact[],
  caller: Caller,
  reason: string | null,
): Promise<StoredOrder> => {
  const taken = await takeInWord(tx, order, facts, decidedWord('cancelled', originOf(caller), reason));
  return taken.order;
};

const ask = async (
  tx: Tx,
  order: StoredOrder,
  facts: readonly StoredFact[],
  caller: Caller,
  reason: string | null,
): Promise<StoredOrder> => {
  const request = await insertFact(tx, order.accountId, order.id, {
    ...originOf(caller),
    kind: 'cancellation_requested',
    disposition: 'applied',
    reason,
  });
  const cancellation: Cancellation = {
    state: 'requested',
    factId: request.id,
    requestedBy: caller.sub,
    requestedAt: request.recordedAt.toISOString(),
    refusal: null,
  };
  const after = await updateOrder(tx, order, { cancellation: JSON.stringify(cancellation) });
  return setOrderDue(tx, after, [...facts, request]);
};

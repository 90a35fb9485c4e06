/** What the workflow reads of an order, and how the order hears of what was carried out. */
import { isActionableFact, isProviderWord, type ProviderWord } from '@simlane/contracts/facts';
import type { IccidIssue } from '@simlane/contracts/http/inventory-internal';
import type { Todo } from '@simlane/contracts/http/order';
import type { OrderClaim } from '@simlane/contracts/http/order-internal';
import type { EndReason, OrderStatus, TodoCode } from '@simlane/contracts/order';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { iccidTodos } from '../ordering/iccid-todos.ts';
import { statusAfter, type StoredOrder, withoutTodo } from '../ordering/order.ts';
import { findOrder, lockOrder, type OrderChanges, updateOrder } from '../ordering/order.repository.ts';
import { identifiersOf, pendingFacts, type StoredFact, withCarriedOut } from './fact.ts';
import { insertFact, loadFacts, markCarriedOut } from './fact.repository.ts';
import { carriedOutBecause } from './fact-origin.ts';
import { noticeIn } from './notice.ts';
import { setOrderDue } from './order-due.ts';
import { deadlineFrom } from './silence.ts';

export interface StepResult {
  readonly status: OrderStatus;
  readonly todos: TodoCode[];
  readonly waitsUntil: string | null;
}

/** Where the order stands and what it is owed. Changes nothing. */
export const claimOrder = async (db: Db, accountId: string, orderId: string): Promise<OrderClaim> => {
  const { order, facts } = await readWithFacts(db, accountId, orderId);
  return {
    ...result(order),
    orderNumber: order.orderNumber,
    action: order.action,
    endReason: order.endReason,
    msisdn: order.msisdn,
    providerId: order.providerId,
    submitted: order.submittedAt !== null,
    managerTold: order.managerToldAt !== null,
    orderedBy: order.orderedBy,
    pending: pendingFacts(facts),
  };
};

/** An applied fact of this order. @throws ProblemError `fact_not_applied` for any other; `not_found` without the order */
export const readFact = async (db: Db, accountId: string, orderId: string, factId: string) => {
  const { order, facts } = await readWithFacts(db, accountId, orderId);
  const fact = appliedFact(facts, factId);
  const { iccid, eid } = identifiersOf(fact);
  return {
    factId,
    kind: fact.kind,
    occurredAt: fact.occurredAt.toISOString(),
    carriedOut: fact.carriedOutAt !== null,
    notice: noticeIn(fact),
    signalled: { iccid, eid },
    providerReference: order.providerReference,
  };
};

/**
 * Inventory has done what the fact asks for: the order's status follows, in one transaction with the fact of the
 * effect. A repeat changes nothing and gets the same answer.
 */
export const recordCarriedOut = (
  db: Db,
  { accountId, orderId, factId, newSim, iccidIssue }: CarriedOut,
): Promise<StepResult> =>
  inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const fact = appliedFact(facts, factId);
    if (fact.carriedOutAt !== null || !isProviderWord(fact.kind)) return result(order);
    const now = new Date();
    const todos = todosAfter(order, fact.kind, () => iccidTodos(order.todos, iccidIssue, factId, now));
    const after = await updateOrder(tx, order, {
      ...ending(order, fact, fact.kind),
      ...waitingAfter(order, fact.kind, now),
      new_sim_id: newSim?.id ?? order.newSim?.id ?? null,
      temporary_reference: newSim?.temporaryReference ?? order.newSim?.temporaryReference ?? null,
      todos: JSON.stringify(todos),
    });
    await markCarriedOut(tx, accountId, [factId]);
    await insertFact(tx, accountId, orderId, {
      ...carriedOutBecause(factId),
      kind: EFFECTS[fact.kind],
      disposition: 'recorded',
      data: { newSim, ...(iccidIssue === null ? {} : { iccidIssue }) },
    });
    return result(await setOrderDue(tx, after, withCarriedOut(facts, factId, now)));
  });

export interface CarriedOut {
  readonly accountId: string;
  readonly orderId: string;
  readonly factId: string;
  /** As it stands now. An entry that the provider's word overruled is shown by the difference of the two ICCIDs. */
  readonly newSim: {
    readonly id: string;
    readonly temporaryReference: string | null;
    readonly iccid: string | null;
    readonly enteredIccid: string | null;
  } | null;
  readonly iccidIssue: IccidIssue | null;
}

const EFFECTS = {
  acknowledged: 'temporary_esim_created',
  processed: 'sim_replaced',
  cancelled: 'rolled_back',
  rejected: 'rolled_back',
} as const satisfies Record<ProviderWord, string>;

const ending = (order: StoredOrder, fact: StoredFact, word: ProviderWord): OrderChanges => {
  const status = statusAfter(order.status, word);
  if (status !== 'cancelled' || order.status === 'cancelled') return { status };
  return { status, end_reason: endReasonOf(order, fact), end_detail: fact.reason };
};

/** An eSIM that is gone needs no QR code. */
const todosAfter = ({ todos }: StoredOrder, word: ProviderWord, iccid: () => Todo[]): readonly Todo[] => {
  switch (word) {
    case 'acknowledged':
      return todos;
    case 'processed':
      return iccid();
    case 'cancelled':
    case 'rejected':
      return withoutTodo(todos, 'qr_code_refused', 'qr_request_impossible');
  }
};

/** Who ended it. A provider that does what the manager has asked for has not ended it of itself. */
const endReasonOf = ({ cancellation }: StoredOrder, { kind, source }: StoredFact): EndReason => {
  if (source === 'operations') return 'operations';
  if (source === 'user' || source === 'api_client') return 'manager';
  if (kind === 'rejected') return 'rejected';
  return cancellation === null || cancellation.state === 'refused' ? 'provider' : 'manager';
};

/** Once the provider has acknowledged, it has its time to process; at the end nothing is waited for. */
const waitingAfter = ({ terms }: StoredOrder, word: ProviderWord, now: Date): OrderChanges => {
  if (word !== 'acknowledged' || terms === null) return { waits_until: null };
  return { waits_until: deadlineFrom(now, { status: 'in_progress', terms }), silence_step: 0 };
};

/** The message about the end of the order is with notification. A repeat changes nothing. */
export const recordManagerTold = (
  db: Db,
  { accountId, orderId, messageId }: { accountId: string; orderId: string; messageId: string },
): Promise<StepResult> =>
  inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    if (order.status !== 'processed' && order.status !== 'cancelled') {
      throw new ProblemError('order_state', `Order ${order.orderNumber} is ${order.status} and has not ended`);
    }
    if (order.managerToldAt !== null) return result(order);
    const after = await updateOrder(tx, order, { manager_told_at: sql<Date>`now()` });
    await insertFact(tx, accountId, orderId, {
      ...carriedOutBecause(orderId),
      kind: 'manager_told',
      disposition: 'recorded',
      data: { messageId },
    });
    return result(await setOrderDue(tx, after, facts));
  });

export interface OrderWithFacts {
  readonly order: StoredOrder;
  readonly facts: readonly StoredFact[];
}

/** Reads the order and its facts as they stand; what is decided by them is looked at again under the lock. */
export const readWithFacts = (db: Db, accountId: string, orderId: string): Promise<OrderWithFacts> =>
  readInAccount(db, accountId, async (tx) => {
    const order = await findOrder(tx, accountId, orderId);
    if (order === undefined) throw notFound();
    return { order, facts: await loadFacts(tx, accountId, orderId) };
  });

/** Locks the order and reads its facts. */
export const lockWithFacts = async (tx: Tx, accountId: string, orderId: string): Promise<OrderWithFacts> => {
  const order = await lockOrder(tx, accountId, orderId);
  if (order === undefined) throw notFound();
  return { order, facts: await loadFacts(tx, accountId, orderId) };
};

/** An applied fact of the order, by its id. @throws ProblemError `fact_not_applied` */
export const appliedFact = (facts: readonly StoredFact[], factId: string) => {
  const fact = facts.find(({ id }) => id === factId);
  if (fact === undefined || fact.disposition !== 'applied' || !isActionableFact(fact.kind)) {
    throw new ProblemError('fact_not_applied', 'The order has no such applied fact');
  }
  return { ...fact, kind: fact.kind };
};

export const result = (order: StoredOrder): StepResult => ({
  status: order.status,
  todos: order.todos.map(({ code }) => code),
  waitsUntil: order.waitsUntil?.toISOString() ?? null,
});

import { setDue } from '@simlane/service-kit/due';
import type { Tx } from '../database.ts';
import type { StoredOrder } from '../ordering/order.ts';
import type { StoredFact } from './fact.ts';
import { ORDER_DUE, owedTo } from './owed.ts';

/** Sets what the order is owed, as the last statement of a transaction that changed it or its facts. */
export const setOrderDue = async (tx: Tx, order: StoredOrder, facts: readonly StoredFact[]): Promise<void> => {
  const due = owedTo(order, facts, new Date());
  await setDue(tx, { kind: ORDER_DUE, id: order.id, accountId: order.accountId, dueAt: due?.at ?? null });
};

import { setDue } from '@simlane/service-kit/due';
import type { Tx } from '../database.ts';
import { type StoredOrder, withoutTodo } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import type { StoredFact } from './fact.ts';
import { ORDER_DUE, owedTo } from './owed.ts';

/**
 * Sets what the order is owed, as the last step of a transaction that changed it or its facts. That is progress: an
 * order that was stuck is so no longer.
 *
 * @returns the order as it is then
 */
export const setOrderDue = async (tx: Tx, order: StoredOrder, facts: readonly StoredFact[]): Promise<StoredOrder> => {
  const isStuck = order.todos.some(({ code }) => code === 'stuck');
  const after = isStuck
    ? await updateOrder(tx, order, { todos: JSON.stringify(withoutTodo(order.todos, 'stuck')) })
    : order;
  const due = owedTo(after, facts, new Date());
  await setDue(tx, { kind: ORDER_DUE, id: order.id, accountId: order.accountId, dueAt: due?.at ?? null });
  return after;
};

import { actorOf, type Caller } from '@simlane/service-kit/authentication';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Db } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import { lockWithFacts } from '../processing/carry-out.service.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { iccidTodos } from './iccid-todos.ts';
import type { StoredOrder } from './order.ts';
import { findOrder, updateOrder } from './order.repository.ts';

/**
 * Enters the ICCID of the new eSIM, or corrects it afterwards. Inventory first, which keeps it and decides; then the
 * order's to-dos. The same ICCID again changes nothing there and settles what is left here, so a repeat after a lost
 * answer heals.
 */
export const enterIccid = async (
  { db, inventory }: { db: Db; inventory: Inventory },
  caller: Caller,
  orderId: string,
  entry: { iccid: string; reason?: string | undefined; acceptWarnings: readonly string[] },
): Promise<StoredOrder> => {
  const { accountId } = caller;
  const seen = await readInAccount(db, accountId, (tx) => findOrder(tx, accountId, orderId));
  if (seen === undefined) throw notFound();
  if (seen.status !== 'in_progress' && seen.status !== 'processed') {
    throw new ProblemError('order_state', `Order ${seen.orderNumber} is ${seen.status}; it has no eSIM to name`, {
      fix: 'An ICCID can be entered while the order is in_progress, and after it is processed',
    });
  }
  const replacement = await inventory.enterIccid({
    accountId,
    actor: actorOf(caller),
    orderId,
    iccid: entry.iccid,
    reason: entry.reason ?? null,
    acceptWarnings: entry.acceptWarnings,
  });
  return inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const settled = replacement.state === 'committed';
    const todos = settled ? iccidTodos(order.todos, replacement.iccidIssue, null, new Date()) : order.todos;
    if (replacement.change === 'none' && todos.length === order.todos.length) return order;
    const after = await updateOrder(tx, order, { todos: JSON.stringify(todos) });
    await insertFact(tx, accountId, orderId, {
      ...originOf(caller),
      kind: replacement.change === 'corrected' ? 'iccid_corrected' : 'iccid_entered',
      disposition: 'recorded',
      reason: entry.reason ?? null,
    });
    return setOrderDue(tx, after, facts);
  });
};

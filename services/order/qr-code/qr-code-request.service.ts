import { inAccount } from '@simlane/service-kit/postgres';
import type { Db, Tx } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import { confirmerOf } from '../ordering/orderer.ts';
import { lockWithFacts } from '../processing/carry-out.service.ts';
import type { StoredFact } from '../processing/fact.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { carriedOutBecause } from '../processing/fact-origin.ts';
import { setOrderDue } from '../processing/order-due.ts';
import {
  causeOfQrRequest,
  isLeftToDo,
  isQrCodeAskedFor,
  type RequestAnswer,
  todosAfterRequest,
} from './qr-code-request.ts';

/**
 * Asks for the QR code of the order's eSIM: one request for an order, however often this is called. What inventory
 * answers is a fact. Where the request was impossible it is asked again later, and only another answer is another fact.
 */
export const requestQrCode = async (
  { db, inventory }: { readonly db: Db; readonly inventory: Inventory },
  order: StoredOrder,
  facts: readonly StoredFact[],
): Promise<void> => {
  const { accountId, id } = order;
  const cause = causeOfQrRequest(order, facts);
  if (cause === undefined) return;
  const orderedBy = confirmerOf(order);
  const answer = await inventory.requestForOrder({ accountId, orderId: id, factId: cause.id, orderedBy });
  await inAccount(db, accountId, (tx) => record(tx, { accountId, orderId: id, factId: cause.id }, answer));
};

const record = async (
  tx: Tx,
  { accountId, orderId, factId }: { accountId: string; orderId: string; factId: string },
  answer: RequestAnswer,
): Promise<void> => {
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  if (!isNews(order, facts, answer)) {
    await setOrderDue(tx, order, facts);
    return;
  }
  const asked = await insertFact(tx, accountId, orderId, {
    ...carriedOutBecause(factId),
    disposition: 'recorded',
    ...(answer.outcome === 'requested'
      ? { kind: 'qr_code_requested', data: { requestId: answer.requestId } }
      : { kind: 'qr_code_not_requested', data: { obstacle: answer.obstacle }, reason: answer.detail }),
  });
  const todos = todosAfterRequest(order.todos, answer, factId, new Date());
  const after = await updateOrder(tx, order, { todos: JSON.stringify(todos) });
  await setOrderDue(tx, after, [...facts, asked]);
};

const isNews = ({ todos }: StoredOrder, facts: readonly StoredFact[], answer: RequestAnswer): boolean => {
  if (!isQrCodeAskedFor(facts)) return true;
  const todo = todos.find(({ code }) => code === 'qr_request_impossible');
  if (todo === undefined) return false;
  return !isLeftToDo(answer) || (answer.outcome === 'impossible' && answer.obstacle !== todo.data.obstacle);
};

/** Ends a conflict between what was decided here and what the provider said afterwards. */
import type { DecisionBody } from '@simlane/contracts/http/order-decisions';
import type { Todo } from '@simlane/contracts/http/order';
import type { Tx } from '../database.ts';
import { type StoredOrder, withTodo } from '../ordering/order.ts';
import { findOrder, updateOrder } from '../ordering/order.repository.ts';
import type { OrderWithFacts } from '../processing/carry-out.service.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { type Adoption, draftAdoption } from './adoption.service.ts';
import { notAllowed, possibleResolutions } from './decision.ts';
import type { Deciding } from './deciding.ts';

type Resolution = Extract<DecisionBody, { decision: 'resolve_conflict' }>;

/** In the transaction that has locked the order. @throws ProblemError `order_state` with what is possible */
export const resolveConflict = async (
  tx: Tx,
  { order, facts }: OrderWithFacts,
  deciding: Deciding,
  { factId, resolution }: Resolution,
  adoption: Adoption | undefined,
): Promise<StoredOrder> => {
  const { caller, reason, identity } = deciding;
  const conflicts = order.todos.filter(({ code }) => code === 'conflict');
  const conflict = conflicts.find(({ causeId }) => causeId === factId);
  if (conflict === undefined) {
    throw notAllowed(
      order,
      'the fact is no open conflict of it',
      conflicts.map(({ causeId }) => `factId ${causeId}`),
    );
  }
  const possible = possibleResolutions(order, conflict);
  if (!possible.includes(resolution)) throw notAllowed(order, `the conflict does not allow ${resolution}`, possible);
  await refuseWhileAdopted(tx, order, conflicts);
  const decision = { ...originOf(caller), reason, decision: identity, causeId: factId };
  switch (resolution) {
    case 'no_effect': {
      const resolved = await insertFact(tx, order.accountId, order.id, {
        ...decision,
        kind: 'conflict_resolved',
        disposition: 'recorded',
        data: { factId, resolution },
      });
      const todos = order.todos.filter((todo) => todo !== conflict);
      const after = await updateOrder(tx, order, { todos: JSON.stringify(todos) });
      return setOrderDue(tx, after, [...facts, resolved]);
    }
    case 'reverse_at_provider': {
      const request = await insertFact(tx, order.accountId, order.id, {
        ...decision,
        kind: 'reversal_requested',
        disposition: 'applied',
        data: { factId },
      });
      const detail =
        'The provider is asked to take back what it has done. Its word that it is cancelled ends the conflict.';
      const after = await updateOrder(tx, order, { todos: changed(order, conflict, { detail, data: { resolution } }) });
      return setOrderDue(tx, after, [...facts, request]);
    }
    case 'adopt': {
      const draft = await draftAdoption(tx, { order, facts }, deciding, conflict, adoption);
      const resolved = await insertFact(tx, order.accountId, order.id, {
        ...decision,
        kind: 'conflict_resolved',
        disposition: 'recorded',
        data: { factId, resolution, adoptingOrder: { id: draft.id, orderNumber: draft.orderNumber } },
      });
      const detail = `Order ${draft.orderNumber} is to adopt what the provider has done. Its confirmation ends the conflict.`;
      const data = { resolution, adoptingOrderId: draft.id };
      const after = await updateOrder(tx, order, { todos: changed(order, conflict, { detail, data }) });
      return setOrderDue(tx, after, [...facts, resolved]);
    }
  }
};

/** Its confirmation has begun: it ends the conflict, or makes it a draft again. */
const refuseWhileAdopted = async (tx: Tx, order: StoredOrder, conflicts: readonly Todo[]): Promise<void> => {
  for (const { data } of conflicts) {
    const adopting =
      typeof data.adoptingOrderId === 'string' ? await findOrder(tx, order.accountId, data.adoptingOrderId) : undefined;
    if (adopting?.status === 'confirming')
      throw notAllowed(order, `order ${adopting.orderNumber} is adopting it now`, []);
  }
};

const changed = (
  order: StoredOrder,
  { code, causeId, data }: Todo,
  by: { readonly detail: string; readonly data: Record<string, unknown> },
): string =>
  JSON.stringify(
    withTodo(order.todos, { code, causeId, detail: by.detail, data: { ...data, ...by.data } }, new Date()),
  );

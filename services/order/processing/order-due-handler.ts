/** What the due loop does for an order: reads it afresh and does what is owed to it now. */
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import type { Sealer } from '@simlane/service-kit/sealing';
import type { Db } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import { finishConfirmation } from '../ordering/confirmation.service.ts';
import { iccidTodos } from '../ordering/iccid-todos.ts';
import { isExpiredDraft, type StoredOrder, withTodo } from '../ordering/order.ts';
import { findOrder, lockOrder, updateOrder } from '../ordering/order.repository.ts';
import { pendingCodes } from '../qr-code/activation-code.ts';
import { passOnCode } from '../qr-code/activation-code.service.ts';
import { requestQrCode } from '../qr-code/qr-code-request.service.ts';
import { lockWithFacts } from './carry-out.service.ts';
import { identifiersOf, pendingFacts, pendingFillIns, type StoredFact, withCarriedOut } from './fact.ts';
import { insertFact, loadFacts, markCarriedOut } from './fact.repository.ts';
import { BY_TIME, carriedOutBecause } from './fact-origin.ts';
import { setOrderDue } from './order-due.ts';
import { LEASES_UNTIL_STUCK, owedTo } from './owed.ts';
import type { ReplacementWorkflow } from './replacement-workflow.ts';

export interface OrderDueDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
  readonly sealer: Sealer;
  readonly workflow: ReplacementWorkflow;
  readonly kick: () => void;
}

export const createOrderDueHandler =
  (dependencies: OrderDueDependencies): DueHandler =>
  async ({ id, accountId, tries }) => {
    const { db, workflow } = dependencies;
    const found = await readInAccount(db, accountId, async (tx) => {
      const order = await findOrder(tx, accountId, id);
      return order && { order, facts: await loadFacts(tx, accountId, id) };
    });
    if (found === undefined) return;
    const { order, facts } = found;
    const what = owedTo(order, facts, new Date())?.what;
    if (tries >= LEASES_UNTIL_STUCK && what !== 'check_workflow' && what !== 'expire_draft')
      await noteStuck(db, order, tries);
    switch (what) {
      case 'expire_draft':
        return expireDraft(db, order);
      case 'finish_confirmation':
        return finishUnattended(dependencies, order);
      case 'fill_in':
        return fillIn(dependencies, order, pendingFillIns(facts));
      case 'pass_on_code': {
        const [word] = pendingCodes(facts);
        return word && passOnCode(dependencies, order, word);
      }
      case 'request_qr_code':
        return requestQrCode(dependencies, order, facts);
      case 'wake_workflow':
        return workflow.wake(order, pendingFacts(facts), { again: tries > 0 });
      case 'check_workflow':
        // A look that is due once a day is thorough: a run that somebody else has started would be found by nothing else.
        await workflow.wake(order, pendingFacts(facts), { again: true });
        return lookAgainLater(db, order);
      case undefined:
        return;
    }
  };

const expireDraft = (db: Db, { accountId, id }: StoredOrder): Promise<void> =>
  inAccount(db, accountId, async (tx) => {
    const order = await lockOrder(tx, accountId, id);
    if (order?.status !== 'draft') return;
    if (!isExpiredDraft(order, new Date())) {
      await setOrderDue(tx, order, []);
      return;
    }
    const expired = await updateOrder(tx, order, { status: 'expired' });
    await insertFact(tx, accountId, id, { ...BY_TIME, kind: 'draft_expired', disposition: 'recorded' });
    await setOrderDue(tx, expired, []);
  });

/** The order was found to be waiting as it should: that was all, until the next look. */
const lookAgainLater = (db: Db, { accountId, id }: StoredOrder): Promise<void> =>
  inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, id);
    await setOrderDue(tx, order, facts);
  });

/** Somebody is to look. No progress, so the row is not set anew: it is tried on at its own pace. */
const noteStuck = (db: Db, { accountId, id }: StoredOrder, tries: number): Promise<void> =>
  inAccount(db, accountId, async (tx) => {
    const order = await lockOrder(tx, accountId, id);
    if (order === undefined || order.todos.some(({ code }) => code === 'stuck')) return;
    const noticed = await insertFact(tx, accountId, id, {
      ...BY_TIME,
      kind: 'stuck_noticed',
      disposition: 'recorded',
      data: { tries },
    });
    const detail = `What is owed to this order was tried ${tries} times without getting anywhere; it is tried on.`;
    const todos = withTodo(order.todos, { code: 'stuck', detail, causeId: noticed.id }, new Date());
    await updateOrder(tx, order, { todos: JSON.stringify(todos) });
  });

/** The caller has gone; a refusal is recorded on the order, and there is nobody to throw it at. */
const finishUnattended = async (dependencies: OrderDueDependencies, order: StoredOrder): Promise<void> => {
  try {
    await finishConfirmation(dependencies, order);
  } catch (error) {
    if (error instanceof ProblemError && error.code !== 'outcome_unknown') return;
    throw error;
  }
};

/** Passes on what late words have filled in. Inventory first, then the order; a repeat changes nothing. */
const fillIn = async (
  { db, inventory }: OrderDueDependencies,
  { accountId, id }: StoredOrder,
  pending: readonly StoredFact[],
): Promise<void> => {
  for (const fact of pending) {
    const { iccid, eid } = identifiersOf(fact);
    const { factId, occurredAt } = { factId: fact.id, occurredAt: fact.occurredAt };
    const replacement = await inventory.fillIn({
      accountId,
      orderId: id,
      factId,
      occurredAt,
      signalled: { iccid, eid },
    });
    await inAccount(db, accountId, async (tx) => {
      const { order, facts } = await lockWithFacts(tx, accountId, id);
      if (facts.find((stored) => stored.id === factId)?.carriedOutAt !== null) return;
      const { state, iccidIssue } = replacement;
      const now = new Date();
      const todos = state === 'committed' ? iccidTodos(order.todos, iccidIssue, factId, now) : order.todos;
      const after = await updateOrder(tx, order, { todos: JSON.stringify(todos) });
      await markCarriedOut(tx, accountId, [factId]);
      await insertFact(tx, accountId, id, {
        ...carriedOutBecause(factId),
        kind: 'identifiers_filled_in',
        disposition: 'recorded',
        data: iccidIssue === null ? {} : { iccidIssue },
      });
      await setOrderDue(tx, after, withCarriedOut(facts, factId, now));
    });
  }
};

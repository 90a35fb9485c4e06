/** Passes on the activation codes that came with a provider's words. From here to inventory, and nowhere else. */
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { redactText } from '@simlane/service-kit/redaction';
import type { Sealer } from '@simlane/service-kit/sealing';
import type { Db, Tx } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import { confirmerOf } from '../ordering/orderer.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import { lockWithFacts } from '../processing/carry-out.service.ts';
import type { StoredFact } from '../processing/fact.ts';
import { findSealedCode, insertFact } from '../processing/fact.repository.ts';
import { carriedOutBecause } from '../processing/fact-origin.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { activationCodeSealedFor } from '../processing/statement.ts';
import { type CodeOutcome, todosAfterCode } from './activation-code.ts';

export interface CodeDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
  readonly sealer: Sealer;
}

/**
 * Inventory first, then the order: a fact that says what inventory made of the code, and the to-do of a refusal. A
 * repeat changes nothing. A refusal is an answer; whatever else goes wrong is thrown, to be tried again.
 */
export const passOnCode = async (
  { db, inventory, sealer }: CodeDependencies,
  order: StoredOrder,
  word: StoredFact,
): Promise<void> => {
  const { accountId, id } = order;
  const stored = await readInAccount(db, accountId, (tx) => findSealedCode(tx, accountId, word));
  if (stored === undefined) throw new Error(`fact ${word.id} has the fingerprint of a code that is not there`);
  const answer = await inventory.importOrderedCode({
    accountId,
    orderId: id,
    factId: word.id,
    occurredAt: word.occurredAt,
    activationCode: sealer.openText(stored.sealed, activationCodeSealedFor(accountId, stored.factId)),
    orderedBy: confirmerOf(order),
  });
  const outcome: CodeOutcome =
    answer.outcome === 'refused'
      ? { outcome: 'refused', problem: answer.problem.code, detail: redactText(answer.problem.detail) }
      : { outcome: answer.outcome };
  await inAccount(db, accountId, (tx) => record(tx, { accountId, orderId: id, factId: word.id }, outcome));
};

const record = async (
  tx: Tx,
  { accountId, orderId, factId }: { accountId: string; orderId: string; factId: string },
  answer: CodeOutcome,
): Promise<void> => {
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  if (facts.some(({ kind, causeId }) => kind === 'activation_code_passed_on' && causeId === factId)) return;
  const passedOn = await insertFact(tx, accountId, orderId, {
    ...carriedOutBecause(factId),
    kind: 'activation_code_passed_on',
    disposition: 'recorded',
    data: answer.outcome === 'refused' ? { outcome: answer.outcome, problem: answer.problem } : { ...answer },
    reason: answer.outcome === 'refused' ? answer.detail : null,
  });
  const todos = todosAfterCode(order.todos, answer, factId, new Date());
  const after = await updateOrder(tx, order, { todos: JSON.stringify(todos) });
  await setOrderDue(tx, after, [...facts, passedOn]);
};

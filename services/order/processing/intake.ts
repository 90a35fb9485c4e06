import { type ProviderWord, judge } from '@simlane/contracts/facts';
import type { Tx } from '../database.ts';
import { type StoredOrder, withTodo } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import { compareIdentifiers, decidedSoFar, type SaidIdentifiers, type StoredFact } from './fact.ts';
import { type FactOrigin, insertFact } from './fact.repository.ts';
import { setOrderDue } from './order-due.ts';

/** A provider's word about an order, as it came in. */
export interface Word {
  readonly word: ProviderWord;
  readonly factId?: string;
  readonly origin: FactOrigin;
  readonly reason: string | null;
  readonly occurredAt: Date;
  readonly identifiers: SaidIdentifiers;
  readonly providerReference?: string | null;
  readonly activationCode?: { readonly sealed: string; readonly fingerprint: string };
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Judges a word by the table and stores it as a fact of the order, whose row the transaction has locked. The
 * disposition never changes; what is applied, the workflow hears of.
 */
export const takeInWord = async (
  tx: Tx,
  order: StoredOrder,
  facts: readonly StoredFact[],
  word: Word,
): Promise<StoredFact> => {
  const decided = decidedSoFar(facts);
  if (decided === undefined) throw new Error(`order ${order.id} is not confirmed: no word can be judged`);
  const isIccidMissing = order.todos.some(({ code }) => code === 'iccid_missing');
  const identifiers = compareIdentifiers(facts, word.identifiers, isIccidMissing);
  const { disposition, fillsIn } = judge(decided, word.word, identifiers);
  const fact = await insertFact(tx, order.accountId, order.id, {
    ...word.origin,
    ...(word.factId === undefined ? {} : { id: word.factId }),
    ...(word.activationCode === undefined ? {} : { activationCode: word.activationCode }),
    kind: word.word,
    disposition,
    fillsIn,
    reason: word.reason,
    occurredAt: word.occurredAt,
    data: word.data,
  });
  const todos =
    disposition === 'conflict'
      ? withTodo(
          order.todos,
          {
            code: 'conflict',
            detail: `The provider says ${word.word}, but the order was ${decided} before. It had no effect; operations decide.`,
            causeId: fact.id,
            data: { word: word.word, decided },
          },
          new Date(),
        )
      : order.todos;
  const learnsReference = order.providerReference === null && word.providerReference != null;
  const changed = disposition === 'conflict' || learnsReference;
  const after = changed
    ? await updateOrder(tx, order, {
        todos: JSON.stringify(todos),
        provider_reference: order.providerReference ?? word.providerReference ?? null,
      })
    : order;
  await setOrderDue(tx, after, [...facts, fact]);
  return fact;
};

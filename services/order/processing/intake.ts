import { type Decided, judge, type ProviderWord } from '@simlane/contracts/facts';
import type { Todo } from '@simlane/contracts/http/order';
import type { Tx } from '../database.ts';
import { type StoredOrder, withTodo } from '../ordering/order.ts';
import { type OrderChanges, updateOrder } from '../ordering/order.repository.ts';
import { compareIdentifiers, decidedSoFar, type SaidIdentifiers, type StoredFact, type Unusable } from './fact.ts';
import { type FactOrigin, insertFact, type NewFact } from './fact.repository.ts';
import { setOrderDue } from './order-due.ts';
import { deadlineFrom } from './silence.ts';

/** A word about an order, as the provider or a person in its place says it. */
export interface Word {
  readonly word: ProviderWord;
  readonly factId?: string;
  readonly origin: FactOrigin;
  readonly reason: string | null;
  readonly occurredAt: Date;
  readonly identifiers: SaidIdentifiers;
  readonly providerReference?: string | null;
  readonly activationCode?: NewFact['activationCode'];
  readonly data: Readonly<Record<string, unknown>>;
  readonly decision?: NonNullable<NewFact['decision']>;
}

export interface TakenIn {
  readonly fact: StoredFact;
  readonly order: StoredOrder;
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
): Promise<TakenIn> => {
  const decided = decidedSoFar(facts);
  if (decided === undefined) throw new Error(`order ${order.id} is not confirmed: no word can be judged`);
  const identifiers = compareIdentifiers(facts, word.identifiers, unusableOf(order.todos));
  const { disposition, fillsIn } = judge(decided, word.word, identifiers);
  const fact = await insertFact(tx, order.accountId, order.id, {
    ...word.origin,
    ...(word.factId === undefined ? {} : { id: word.factId }),
    ...(word.activationCode === undefined ? {} : { activationCode: word.activationCode }),
    ...(word.decision === undefined ? {} : { decision: word.decision }),
    kind: word.word,
    disposition,
    fillsIn,
    reason: word.reason,
    occurredAt: word.occurredAt,
    data: word.data,
  });
  const settled = withoutWhatIsSettled(order.todos, word, decided);
  const todos =
    disposition === 'conflict'
      ? withTodo(
          settled,
          {
            code: 'conflict',
            detail: `The provider says ${word.word}, but the order was ${decided} before. It had no effect; operations decide.`,
            causeId: fact.id,
            data: { word: word.word, decided },
          },
          new Date(),
        )
      : settled;
  const learnsReference = order.providerReference === null && word.providerReference != null;
  const isHeardAgain = settled !== order.todos && disposition !== 'applied' ? waitsAnew(order) : {};
  const changed = todos !== order.todos || learnsReference;
  const after = changed
    ? await updateOrder(tx, order, {
        todos: JSON.stringify(todos),
        provider_reference: order.providerReference ?? word.providerReference ?? null,
        ...isHeardAgain,
      })
    : order;
  return { fact, order: await setOrderDue(tx, after, [...facts, fact]) };
};

/** What was said and could not be used: it can be said anew. */
const unusableOf = (todos: readonly Todo[]): Unusable[] =>
  todos.flatMap(({ code }): Unusable[] => {
    if (code === 'iccid_missing') return ['iccid'];
    return code === 'qr_code_refused' ? ['activationCode'] : [];
  });

/** A provider that speaks without going on has its time anew: its silence afterwards is to be noticed again. */
const waitsAnew = (order: StoredOrder): OrderChanges => {
  const deadline = deadlineFrom(new Date(), order);
  return deadline === null || order.waitsUntil === null ? {} : { waits_until: deadline, silence_step: 0 };
};

/** A word ends the silence. One that ends the order also settles what else was open at the provider about it. */
const withoutWhatIsSettled = (todos: readonly Todo[], { word }: Word, decided: Decided): readonly Todo[] => {
  const ends = word === 'cancelled' || word === 'rejected';
  const settled = todos.filter(({ code, data }) => {
    if (code === 'provider_silent' || code === 'submission_unknown') return false;
    if (code === 'installation_missing') return word === 'acknowledged';
    // An older word may come again: it settles only what the provider was asked to take back, or would not cancel.
    const isAwaited = data.resolution === 'reverse_at_provider' || data.word === 'cancellation_refused';
    return !(code === 'conflict' && isAwaited && ends && decided === 'cancelled');
  });
  return settled.length === todos.length ? todos : settled;
};

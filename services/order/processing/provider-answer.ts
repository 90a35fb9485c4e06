/** What a provider says when it is asked where an order stands: its answer is a fact like a signal, if it says anything new. */
import { type Judgement, judge } from '@simlane/contracts/facts';
import type { Sealer } from '@simlane/service-kit/sealing';
import type { Tx } from '../database.ts';
import { cutoverOf, type StoredOrder } from '../ordering/order.ts';
import type { LookupAnswer } from '../provider/provider-client.ts';
import { compareIdentifiers, decidedSoFar, type StoredFact } from './fact.ts';
import type { FactOrigin } from './fact.repository.ts';
import { type TakenIn, takeInWord } from './intake.ts';
import { type Statement, toWord, wordOf } from './statement.ts';

const WHEN_ASKED: FactOrigin = { source: 'provider', actorId: null, causeId: null };

/** The statement in an answer, if it would change or fill in something. */
export const statementAnswered = (
  order: StoredOrder,
  facts: readonly StoredFact[],
  answer: LookupAnswer,
): { readonly statement: Statement; readonly disposition: Judgement['disposition'] } | undefined => {
  if (answer.outcome !== 'found' || answer.order.status === 'received') return undefined;
  const { status, providerReference, iccid, eid, activationCode, reason } = answer.order;
  const decided = decidedSoFar(facts);
  if (decided === undefined) return undefined;
  // An answer repeats what was said: whether its activation code is a new one is told by a signal, not by asking.
  const identifiers = compareIdentifiers(facts, {
    iccid: iccid ?? null,
    eid: eid ?? null,
    activationCodeFingerprints: [],
  });
  const { disposition, fillsIn } = judge(decided, wordOf(status, cutoverOf(order)), identifiers);
  if (disposition !== 'applied' && !fillsIn) return undefined;
  const statement: Statement = {
    status,
    origin: WHEN_ASKED,
    occurredAt: new Date(),
    iccid: iccid ?? null,
    eid: eid ?? null,
    activationCode: activationCode || null,
    reason: reason ?? null,
    providerReference: providerReference ?? null,
  };
  return { statement, disposition };
};

/** Takes the answer in under the order's lock; undefined if it said nothing new. */
export const takeInAnswer = async (
  tx: Tx,
  sealer: Sealer,
  order: StoredOrder,
  facts: readonly StoredFact[],
  answer: LookupAnswer,
): Promise<TakenIn | undefined> => {
  const answered = statementAnswered(order, facts, answer);
  return answered && takeInWord(tx, order, facts, toWord(sealer, order, answered.statement));
};

/** Sends an order to its provider, once, however often it is asked to. */
import { isActionableFact } from '@simlane/contracts/facts';
import type { RouteAnswer } from '@simlane/contracts/http/route';
import type { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import type { Provider } from '@simlane/contracts/http/catalog';
import { submissionKey } from '@simlane/contracts/http/provider';
import type { FactApplied } from '@simlane/contracts/sim-replacement';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import type { Sealer } from '@simlane/service-kit/sealing';
import { sql } from 'kysely';
import type { Catalog } from '../catalog.ts';
import type { Db, ProviderTerms, Tx } from '../database.ts';
import { type StoredOrder, withoutTodo, withTodo } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import type { LookupAnswer, ProviderAddress, ProviderClient, SubmissionAnswer } from '../provider/provider-client.ts';
import type { ConnectionKeeper } from '../provider/provider-connection.service.ts';
import { lockWithFacts, readWithFacts } from './carry-out.service.ts';
import { decidedSoFar, lastDecision, type StoredFact } from './fact.ts';
import { insertFact, markCarriedOut } from './fact.repository.ts';
import { takeInWord } from './intake.ts';
import { setOrderDue } from './order-due.ts';
import { takeInAnswer } from './provider-answer.ts';
import { deadlineFrom } from './silence.ts';
import { bareStatement, toWord } from './statement.ts';
import { isUnknownForLong, keyLivesUntil } from './submission.ts';

export interface SubmissionDependencies {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly connections: ConnectionKeeper;
  readonly provider: ProviderClient;
  readonly sealer: Sealer;
  /** Looks at what is due, now. */
  readonly kick: () => void;
}

export type Submission = RouteAnswer<typeof orderInternalRoutes.submit>;

/**
 * Submits the order under its own key, which the provider takes once. Nothing is sent if the outcome is known: it was
 * accepted or rejected before, a signal has shown that the provider has it, or somebody has decided otherwise.
 *
 * After an attempt whose outcome is unknown the provider is asked first. Only if it says that it does not have the order,
 * or while it still knows the key, or when a person has released it, is the order sent again.
 *
 * @throws ProblemError `dependency_unavailable` where the outcome stays unknown: to be called again
 */
export const submitOrder = async (
  dependencies: SubmissionDependencies,
  accountId: string,
  orderId: string,
): Promise<Submission> => {
  const { db, catalog, connections, provider } = dependencies;
  const { order, facts } = await readWithFacts(db, accountId, orderId);
  const known = knownOutcome(order, facts);
  if (known !== undefined) return inAccount(db, accountId, (tx) => recordKnown(tx, accountId, orderId, known));

  const catalogProvider = await catalog.provider(accountId, order.providerId);
  const address = await connections.addressOf(accountId, order.providerId);
  const attempt = await inAccount(db, accountId, (tx) => beginAttempt(tx, accountId, orderId, catalogProvider));
  if (attempt.outcome !== 'to_be_sent') return attempt;
  try {
    if (attempt.isRepeat) {
      const found = await askBeforeRepeating(provider, address, order, facts);
      if (found !== undefined) {
        const submission = await inAccount(db, accountId, (tx) => recordFound(dependencies, tx, order, found));
        dependencies.kick();
        return submission;
      }
    }
    const answer = await provider.submit(
      address,
      providerOrder(order, catalogProvider.customerNumber),
      submissionKey(orderId),
    );
    return await inAccount(db, accountId, (tx) => recordAnswer(dependencies, tx, order, answer));
  } catch (error) {
    if (isUnknownForLong(order, new Date())) await inAccount(db, accountId, (tx) => noteUnknown(tx, order));
    throw error;
  }
};

const providerOrder = (order: StoredOrder, customerNumber: string) => {
  const { article, deliveryContact } = order;
  if (article === null || deliveryContact === null) throw new Error(`order ${order.id} is confirmed without its entry`);
  return {
    orderId: order.id,
    action: order.action,
    msisdn: order.msisdn,
    oldIccid: order.oldIccid,
    supplierArticleCode: article.supplierArticleCode,
    ...(order.deviceEid === null ? {} : { eid: order.deviceEid }),
    customerNumber,
    deliveryContact,
    comment: order.comment,
  };
};

const knownOutcome = (order: StoredOrder, facts: readonly StoredFact[]): Submission | undefined => {
  if (order.status === 'draft' || order.status === 'confirming' || order.status === 'expired') {
    throw new ProblemError('order_state', `Order ${order.orderNumber} is ${order.status} and not to be submitted`);
  }
  const rejection = facts.find(({ kind, causeId }) => kind === 'rejected' && causeId === submissionKey(order.id));
  if (rejection !== undefined) return { outcome: 'rejected', fact: toApplied(rejection) };
  if (order.submittedAt !== null) return accepted(order);
  const decision = lastDecision(facts);
  if (decision === undefined) return undefined;
  // The provider speaks of the order, so it has it; a person who decides makes the sending needless.
  return decision.source === 'provider' ? accepted(order) : { outcome: 'not_needed' };
};

const accepted = ({ providerReference, waitsUntil }: StoredOrder): Submission => ({
  outcome: 'accepted',
  providerReference,
  waitsUntil: waitsUntil?.toISOString() ?? null,
});

type Attempt = Submission | { readonly outcome: 'to_be_sent'; readonly isRepeat: boolean };

/**
 * From here on the order may be at the provider: who wants to cancel it has to ask. Decided under the order's lock, so
 * that a cancellation at once and the first attempt exclude each other.
 */
const beginAttempt = async (tx: Tx, accountId: string, orderId: string, provider: Provider): Promise<Attempt> => {
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  const known = knownOutcome(order, facts);
  if (known !== undefined) return recordKnown(tx, accountId, orderId, known);
  if (order.submissionAttemptedAt !== null) return { outcome: 'to_be_sent', isRepeat: true };
  const { cutoverOn, timeToAcknowledge, timeToProcess } = provider;
  const terms: ProviderTerms = { cutoverOn, timeToAcknowledge, timeToProcess };
  await updateOrder(tx, order, { submission_attempted_at: sql<Date>`now()`, terms: JSON.stringify(terms) });
  return { outcome: 'to_be_sent', isRepeat: false };
};

/** @returns what the provider has; undefined if the order is to be sent again */
const askBeforeRepeating = async (
  provider: ProviderClient,
  address: ProviderAddress,
  order: StoredOrder,
  facts: readonly StoredFact[],
): Promise<Extract<LookupAnswer, { outcome: 'found' }> | undefined> => {
  try {
    const answer = await provider.lookUp(address, order.id);
    return answer.outcome === 'found' ? answer : undefined;
  } catch (error) {
    // It has answered: it asks for time, and gets it.
    if (!(error instanceof UnavailableError)) throw error;
    const until = keyLivesUntil(order, facts);
    if (until === null || new Date() < until) return undefined;
    throw new UnavailableError(
      'The provider',
      'whether it has the order is not known, and it may have forgotten the key',
      error,
    );
  }
};

const recordFound = async (
  { sealer }: SubmissionDependencies,
  tx: Tx,
  { accountId, id }: StoredOrder,
  found: Extract<LookupAnswer, { outcome: 'found' }>,
): Promise<Submission> => {
  const submission = await recordSubmitted(tx, accountId, id, found.order.providerReference ?? null);
  const { order, facts } = await lockWithFacts(tx, accountId, id);
  await takeInAnswer(tx, sealer, order, facts, found);
  return submission;
};

const recordAnswer = async (
  { sealer }: SubmissionDependencies,
  tx: Tx,
  { accountId, id }: StoredOrder,
  answer: SubmissionAnswer,
): Promise<Submission> => {
  if (answer.outcome === 'accepted') return recordSubmitted(tx, accountId, id, answer.providerReference);
  await recordSubmitted(tx, accountId, id, null);
  const { order, facts } = await lockWithFacts(tx, accountId, id);
  const known = knownOutcome(order, facts);
  if (known?.outcome === 'rejected') return known;
  const origin = { source: 'provider', actorId: null, causeId: submissionKey(id) } as const;
  const { fact } = await takeInWord(
    tx,
    order,
    facts,
    toWord(sealer, order, bareStatement('rejected', origin, answer.detail)),
  );
  return { outcome: 'rejected', fact: toApplied(fact) };
};

/** What is known without having been heard from the provider's answer. A repeat changes nothing. */
const recordKnown = async (tx: Tx, accountId: string, orderId: string, known: Submission): Promise<Submission> => {
  if (known.outcome !== 'not_needed') {
    await recordSubmitted(tx, accountId, orderId, null);
    return known;
  }
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  const confirmation = confirmationIn(facts);
  if (confirmation !== undefined) await markCarriedOut(tx, accountId, [confirmation.id]);
  const todos = withoutTodo(order.todos, 'submission_unknown');
  if (todos.length < order.todos.length) await updateOrder(tx, order, { todos: JSON.stringify(todos) });
  return known;
};

/** The outcome of the submission is known; the confirmation is thereby carried out. A repeat changes nothing. */
const recordSubmitted = async (
  tx: Tx,
  accountId: string,
  orderId: string,
  providerReference: string | null,
): Promise<Submission> => {
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  if (order.submittedAt !== null) return accepted(order);
  const reference = order.providerReference ?? providerReference;
  const after = await updateOrder(tx, order, {
    submitted_at: sql<Date>`now()`,
    provider_reference: reference,
    waits_until: waitsForAcknowledgement(order, facts),
    silence_step: 0,
    todos: JSON.stringify(withoutTodo(order.todos, 'submission_unknown')),
  });
  const confirmation = confirmationIn(facts);
  await markCarriedOut(tx, accountId, confirmation === undefined ? [] : [confirmation.id]);
  await insertFact(tx, accountId, orderId, {
    source: 'workflow',
    actorId: null,
    causeId: confirmation?.id ?? null,
    kind: 'submitted',
    disposition: 'recorded',
    data: { key: submissionKey(orderId), providerReference: reference },
  });
  return accepted(await setOrderDue(tx, after, facts));
};

/** From now on the provider has its time to acknowledge, if it has not said more already. */
const waitsForAcknowledgement = ({ terms }: StoredOrder, facts: readonly StoredFact[]): Date | null =>
  decidedSoFar(facts) === 'confirmed' ? deadlineFrom(new Date(), { status: 'confirmed', terms }) : null;

const confirmationIn = (facts: readonly StoredFact[]): StoredFact | undefined =>
  facts.find(({ kind, disposition }) => kind === 'confirmed' && disposition === 'applied');

/** No progress, so nothing of what is owed is moved; the submission goes on. */
const noteUnknown = async (tx: Tx, { accountId, id }: StoredOrder): Promise<void> => {
  const { order, facts } = await lockWithFacts(tx, accountId, id);
  const isOpen = knownOutcome(order, facts) === undefined && isUnknownForLong(order, new Date());
  if (!isOpen || order.todos.some(({ code }) => code === 'submission_unknown')) return;
  const until = keyLivesUntil(order, facts);
  const todo = {
    code: 'submission_unknown',
    detail:
      'Whether the provider has the order is not known. It is asked, and sent the order again under the same key, ' +
      `until ${until?.toISOString()}; after that only if it says that it does not have it, or if operations release it.`,
    causeId: null,
  } as const;
  await updateOrder(tx, order, { todos: JSON.stringify(withTodo(order.todos, todo, new Date())) });
};

const toApplied = ({ id, kind, disposition }: StoredFact): FactApplied | null =>
  disposition === 'applied' && isActionableFact(kind) ? { factId: id, kind } : null;

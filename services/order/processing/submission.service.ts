/** Sends an order to its provider, once, however often it is asked to. */
import { isActionableFact } from '@simlane/contracts/facts';
import { submissionKey } from '@simlane/contracts/http/provider';
import type { FactApplied } from '@simlane/contracts/sim-replacement';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Catalog } from '../catalog.ts';
import type { Db, Tx } from '../database.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { findOrder, updateOrder } from '../ordering/order.repository.ts';
import type { ProviderClient, SubmissionAnswer } from '../provider/provider-client.ts';
import type { ConnectionKeeper } from '../provider/provider-connection.service.ts';
import { lockWithFacts } from './carry-out.service.ts';
import { decidedSoFar, type StoredFact } from './fact.ts';
import { insertFact, loadFacts, markCarriedOut } from './fact.repository.ts';
import { takeInWord } from './intake.ts';
import { setOrderDue } from './order-due.ts';

export interface SubmissionDependencies {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly connections: ConnectionKeeper;
  readonly provider: ProviderClient;
}

export type Submission =
  | { readonly outcome: 'accepted'; readonly providerReference: string | null }
  | { readonly outcome: 'rejected'; readonly fact: FactApplied | null };

/**
 * Submits the order under its own key, which the provider takes once. Nothing is sent if the outcome is known: it was
 * accepted or rejected before, or a signal has shown that the provider has it.
 *
 * @throws ProblemError `dependency_unavailable` where the outcome stays unknown: to be called again
 */
export const submitOrder = async (
  { db, catalog, connections, provider }: SubmissionDependencies,
  accountId: string,
  orderId: string,
): Promise<Submission> => {
  const { order, facts } = await readInAccount(db, accountId, async (tx) => {
    const order = await findOrder(tx, accountId, orderId);
    if (order === undefined) throw notFound();
    return { order, facts: await loadFacts(tx, accountId, orderId) };
  });
  const known = knownOutcome(order, facts);
  if (known !== undefined) {
    await inAccount(db, accountId, (tx) => recordSubmitted(tx, accountId, orderId, null));
    return known;
  }

  const { article, deliveryContact } = order;
  if (article === null || deliveryContact === null) throw new Error(`order ${orderId} is confirmed without its entry`);
  const { customerNumber } = await catalog.provider(accountId, order.providerId);
  const address = await connections.addressOf(accountId, order.providerId);
  const answer = await provider.submit(
    address,
    {
      orderId,
      action: order.action,
      msisdn: order.msisdn,
      oldIccid: order.oldIccid,
      supplierArticleCode: article.supplierArticleCode,
      ...(order.deviceEid === null ? {} : { eid: order.deviceEid }),
      customerNumber,
      deliveryContact,
      comment: order.comment,
    },
    submissionKey(orderId),
  );
  return inAccount(db, accountId, (tx) => recordAnswer(tx, accountId, orderId, answer));
};

const knownOutcome = (order: StoredOrder, facts: readonly StoredFact[]): Submission | undefined => {
  if (order.status === 'draft' || order.status === 'confirming' || order.status === 'expired') {
    throw new ProblemError('order_state', `Order ${order.orderNumber} is ${order.status} and not to be submitted`);
  }
  const rejection = facts.find(({ kind, causeId }) => kind === 'rejected' && causeId === submissionKey(order.id));
  if (rejection !== undefined) return { outcome: 'rejected', fact: toApplied(rejection) };
  if (order.submittedAt === null && decidedSoFar(facts) === 'confirmed') return undefined;
  return { outcome: 'accepted', providerReference: order.providerReference };
};

const recordAnswer = async (
  tx: Tx,
  accountId: string,
  orderId: string,
  answer: SubmissionAnswer,
): Promise<Submission> => {
  if (answer.outcome === 'accepted') {
    return recordSubmitted(tx, accountId, orderId, answer.providerReference);
  }
  await recordSubmitted(tx, accountId, orderId, null);
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  const known = knownOutcome(order, facts);
  if (known?.outcome === 'rejected') return known;
  const fact = await takeInWord(tx, order, facts, {
    word: 'rejected',
    origin: { source: 'provider', actorId: null, causeId: submissionKey(orderId) },
    reason: answer.detail,
    occurredAt: new Date(),
    identifiers: { iccid: null, eid: null, activationCodeFingerprints: [] },
    data: {},
  });
  return { outcome: 'rejected', fact: toApplied(fact) };
};

/** The outcome of the submission is known; the confirmation is thereby carried out. A repeat changes nothing. */
const recordSubmitted = async (
  tx: Tx,
  accountId: string,
  orderId: string,
  providerReference: string | null,
): Promise<Submission> => {
  const { order, facts } = await lockWithFacts(tx, accountId, orderId);
  if (order.submittedAt !== null) return { outcome: 'accepted', providerReference: order.providerReference };
  const reference = order.providerReference ?? providerReference;
  const after = await updateOrder(tx, order, { submitted_at: sql<Date>`now()`, provider_reference: reference });
  const confirmation = facts.find(({ kind, disposition }) => kind === 'confirmed' && disposition === 'applied');
  await markCarriedOut(tx, accountId, confirmation === undefined ? [] : [confirmation.id]);
  await insertFact(tx, accountId, orderId, {
    source: 'workflow',
    actorId: null,
    causeId: confirmation?.id ?? null,
    kind: 'submitted',
    disposition: 'recorded',
    data: { key: submissionKey(orderId), providerReference: reference },
  });
  await setOrderDue(tx, after, facts);
  return { outcome: 'accepted', providerReference: reference };
};

const toApplied = ({ id, kind, disposition }: StoredFact): FactApplied | null =>
  disposition === 'applied' && isActionableFact(kind) ? { factId: id, kind } : null;

/** Asks the provider for what a person has decided: to cancel, to hurry, to take back what it did. */
import { isProviderRequest, type ProviderRequest } from '@simlane/contracts/facts';
import { providerRequestKey } from '@simlane/contracts/http/provider';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import type { Db, Tx } from '../database.ts';
import { providersOrderId, type StoredOrder, withTodo } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import type { CancellationAnswer, ProviderClient } from '../provider/provider-client.ts';
import type { ConnectionKeeper } from '../provider/provider-connection.service.ts';
import {
  appliedFact,
  lockWithFacts,
  type OrderWithFacts,
  readWithFacts,
  result,
  type StepResult,
} from './carry-out.service.ts';
import { decidedSoFar, lastDecision, type StoredFact, withCarriedOut } from './fact.ts';
import { insertFact, markCarriedOut } from './fact.repository.ts';
import { carriedOutBecause } from './fact-origin.ts';
import { setOrderDue } from './order-due.ts';

export interface RequestDependencies {
  readonly db: Db;
  readonly connections: ConnectionKeeper;
  readonly provider: ProviderClient;
}

type Request = StoredFact & { readonly kind: ProviderRequest };
type Answer = CancellationAnswer | { readonly outcome: 'reminded' | 'overtaken' };

/**
 * Carries out the request that the fact is, under a key of its own, and records the provider's answer. A request that
 * events have overtaken is not sent. A repeat after the answer changes nothing.
 *
 * @throws ProblemError `fact_not_applied` for a fact that is no request of this order; `dependency_unavailable` where
 *   the provider has decided nothing: to be called again
 */
export const askProvider = async (
  { db, connections, provider }: RequestDependencies,
  { accountId, orderId, factId }: { accountId: string; orderId: string; factId: string },
): Promise<StepResult> => {
  const seen = await readWithFacts(db, accountId, orderId);
  const request = requestIn(seen.facts, factId);
  if (request.carriedOutAt !== null) return result(seen.order);
  const answer: Answer = isOvertaken(seen.order, seen.facts, request)
    ? { outcome: 'overtaken' }
    : await send({ connections, provider }, seen, request);
  return inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const current = requestIn(facts, factId);
    if (current.carriedOutAt !== null) return result(order);
    // What came in while the provider was asked counts: a refusal of what is settled meanwhile concerns nobody.
    const isLate = answer.outcome === 'refused' && isOvertaken(order, facts, current);
    const recorded = await record(tx, order, current, isLate ? { outcome: 'overtaken' } : answer);
    await markCarriedOut(tx, accountId, [factId]);
    const after = [...withCarriedOut(facts, factId, new Date()), recorded.fact];
    return result(await setOrderDue(tx, recorded.order, after));
  });
};

const requestIn = (facts: readonly StoredFact[], factId: string): Request => {
  const fact = appliedFact(facts, factId);
  if (!isProviderRequest(fact.kind))
    throw new ProblemError('fact_not_applied', 'The fact asks nothing of the provider');
  return { ...fact, kind: fact.kind };
};

/** What has been decided since makes the request needless. Who cancelled here himself still has to tell the provider. */
const isOvertaken = (order: StoredOrder, facts: readonly StoredFact[], { kind, number, data }: Request): boolean => {
  const decided = decidedSoFar(facts);
  const isCancelledByProvider = facts.some(
    (fact) => fact.source === 'provider' && (fact.kind === 'cancelled' || fact.kind === 'rejected'),
  );
  switch (kind) {
    case 'reminder_requested':
      return decided === 'processed' || decided === 'cancelled';
    case 'reversal_requested':
      return !order.todos.some(({ code, causeId }) => code === 'conflict' && causeId === data.factId);
    case 'cancellation_requested':
      if (decided === 'processed') return true;
      return decided === 'cancelled' && (isCancelledByProvider || (lastDecision(facts)?.number ?? 0) > number);
  }
};

const send = async (
  { connections, provider }: Omit<RequestDependencies, 'db'>,
  { order, facts }: OrderWithFacts,
  { id, kind }: Request,
): Promise<Answer> => {
  const address = await connections.addressOf(order.accountId, order.providerId);
  const key = providerRequestKey(order.id, id);
  if (kind === 'reminder_requested') {
    await provider.remind(address, providersOrderId(order), key);
    return { outcome: 'reminded' };
  }
  const answer = await provider.requestCancellation(address, providersOrderId(order), key);
  // Of an order that goes on here, that is no decision: something between may have answered.
  if (answer.outcome === 'unknown_order' && decidedSoFar(facts) !== 'cancelled') {
    throw new UnavailableError('The provider', 'it does not know an order that it has accepted');
  }
  return answer;
};

interface Recorded {
  readonly order: StoredOrder;
  readonly fact: StoredFact;
}

const record = async (tx: Tx, order: StoredOrder, request: Request, answer: Answer): Promise<Recorded> => {
  const { accountId, id } = order;
  const because = carriedOutBecause(request.id);
  if (answer.outcome === 'refused') return recordRefusal(tx, order, request, answer.detail);
  const fact = await insertFact(tx, accountId, id, {
    ...because,
    kind: answer.outcome === 'overtaken' ? 'request_overtaken' : EFFECTS[request.kind],
    disposition: 'recorded',
    data: answer.outcome === 'unknown_order' ? { answer: 'unknown order' } : {},
  });
  if (order.cancellation?.factId !== request.id || answer.outcome === 'overtaken') return { order, fact };
  const cancellation = { ...order.cancellation, state: 'passed_on' };
  return { order: await updateOrder(tx, order, { cancellation: JSON.stringify(cancellation) }), fact };
};

const EFFECTS = {
  cancellation_requested: 'cancellation_passed_on',
  reminder_requested: 'provider_reminded',
  reversal_requested: 'reversal_passed_on',
} as const satisfies Record<ProviderRequest, string>;

/**
 * The order goes on where its manager had asked, and he is told. Where operations had cancelled it, provider and
 * inventory now disagree: a conflict.
 */
const recordRefusal = async (
  tx: Tx,
  order: StoredOrder,
  request: Request,
  detail: string | null,
): Promise<Recorded> => {
  const goesOn = request.kind === 'cancellation_requested' && request.source !== 'operations';
  const fact = await insertFact(tx, order.accountId, order.id, {
    source: 'provider',
    actorId: null,
    causeId: request.id,
    kind: 'cancellation_refused',
    disposition: goesOn ? 'applied' : 'recorded',
    reason: detail,
  });
  if (goesOn) {
    if (order.cancellation?.factId !== request.id) return { order, fact };
    const cancellation = { ...order.cancellation, state: 'refused', refusal: detail };
    return { order: await updateOrder(tx, order, { cancellation: JSON.stringify(cancellation) }), fact };
  }
  const conflictId = request.kind === 'reversal_requested' ? String(request.data.factId) : fact.id;
  const known = order.todos.find(({ code, causeId }) => code === 'conflict' && causeId === conflictId);
  const todo = {
    code: 'conflict',
    detail: `The provider refuses to cancel what is cancelled here${detail === null ? '' : `: ${detail}`}. Operations decide.`,
    causeId: conflictId,
    data: known?.data ?? { word: 'cancellation_refused', decided: 'cancelled' },
  } as const;
  const todos = withTodo(order.todos, todo, new Date());
  return { order: await updateOrder(tx, order, { todos: JSON.stringify(todos) }), fact };
};

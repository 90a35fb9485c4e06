/**
 * Adoption: a new order takes over what the provider has done for an order that had ended otherwise. It is drafted here,
 * confirmed by its manager the ordinary way, and its submission is skipped, because the provider is done already.
 */
import type { DecisionBody } from '@simlane/contracts/http/order-decisions';
import type { Todo } from '@simlane/contracts/http/order';
import type { OrderedLine } from '@simlane/contracts/http/inventory-internal';
import { actorOf, type Caller } from '@simlane/service-kit/authentication';
import { setDue } from '@simlane/service-kit/due';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import {
  DRAFT_LIFETIME_MS,
  isExpiredDraft,
  providersOrderId,
  type StoredOrder,
  withoutTodo,
} from '../ordering/order.ts';
import { findOrder, insertDraft, updateOrder } from '../ordering/order.repository.ts';
import { lockWithFacts, type OrderWithFacts } from '../processing/carry-out.service.ts';
import { identifiersOf, type StoredFact } from '../processing/fact.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { takeInWord } from '../processing/intake.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { ORDER_DUE } from '../processing/owed.ts';
import { notAllowed } from './decision.ts';
import type { Deciding } from './deciding.ts';

export interface AdoptionDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
}

/** The line as it is now: what the adopting order will change. */
export interface Adoption {
  readonly line: OrderedLine;
}

/** What an adoption has to learn from inventory before the transaction; undefined for any other decision. */
export const prepareAdoption = async (
  { db, inventory }: AdoptionDependencies,
  caller: Caller,
  orderId: string,
  body: DecisionBody,
): Promise<Adoption | undefined> => {
  if (body.decision !== 'resolve_conflict' || body.resolution !== 'adopt') return undefined;
  const { accountId } = caller;
  const order = await readInAccount(db, accountId, (tx) => findOrder(tx, accountId, orderId));
  if (order === undefined) throw notFound();
  const { lineId, action } = order;
  const { line } = await inventory.lineForOrder({ accountId, actor: actorOf(caller), lineId, action });
  return { line };
};

/** In the transaction that has locked the order in conflict. One adopting draft at a time. */
export const draftAdoption = async (
  tx: Tx,
  { order }: OrderWithFacts,
  { caller, identity }: Deciding,
  conflict: Todo,
  adoption: Adoption | undefined,
): Promise<StoredOrder> => {
  const { accountId } = order;
  if (adoption === undefined) throw new Error('an adoption was not prepared');
  const { line } = adoption;
  for (const { data } of order.todos) {
    const drafted =
      typeof data.adoptingOrderId === 'string' ? await findOrder(tx, accountId, data.adoptingOrderId) : undefined;
    if (drafted === undefined || isExpiredDraft(drafted, new Date())) continue;
    throw notAllowed(order, `order ${drafted.orderNumber} is there to adopt it`, ['reverse_at_provider', 'no_effect']);
  }
  if (
    line.simId === null ||
    line.providerId !== order.providerId ||
    order.article === null ||
    conflict.causeId === null
  ) {
    throw notAllowed(order, 'its line has no SIM of this provider any more', ['reverse_at_provider', 'no_effect']);
  }
  const expiresAt = new Date(Date.now() + DRAFT_LIFETIME_MS);
  const draft = await insertDraft(tx, accountId, {
    action: line.simKind === 'esim' ? 'replace_esim' : 'switch_to_esim',
    lineId: line.lineId,
    msisdn: line.msisdn,
    oldSimId: line.simId,
    oldIccid: line.iccid,
    deviceEid: line.deviceEid,
    providerId: order.providerId,
    article: order.article,
    compatibleArticles: [order.article],
    warnings: [],
    orderedBy: order.orderedBy,
    expiresAt,
    idempotency: identity,
  });
  if (draft === undefined) throw new Error('a key of a decision that was not made has an order');
  const complete = await updateOrder(tx, draft, {
    delivery_contact: JSON.stringify(order.deliveryContact),
    reference: order.reference,
    comment: order.comment,
    reason: order.reason,
    activate: order.activate,
    request_qr_code_when_processed: order.requestQrCodeWhenProcessed,
    adopted_from_order: order.id,
    adopted_from_fact: conflict.causeId,
  });
  await insertFact(tx, accountId, draft.id, {
    ...originOf(caller),
    causeId: conflict.causeId,
    kind: 'draft_created',
    disposition: 'recorded',
    data: { adopts: { id: order.id, orderNumber: order.orderNumber } },
  });
  await setDue(tx, { kind: ORDER_DUE, id: draft.id, accountId, dueAt: expiresAt });
  return complete;
};

/**
 * What the order is to adopt is still there, as its confirmation begins: the conflict is open and nobody has decided
 * otherwise, and the provider has not said since that it is gone. Locks the former order, so that a decision about the
 * conflict comes before or after.
 *
 * @throws ProblemError `order_state`
 */
export const requireAdoptable = async (tx: Tx, order: StoredOrder): Promise<void> => {
  if (order.adoptedFrom === null) return;
  const { orderId, factId } = order.adoptedFrom;
  const former = await lockWithFacts(tx, order.accountId, orderId);
  const said = former.facts.find(({ id }) => id === factId);
  const isOpen = former.order.todos.some(
    ({ code, causeId, data }) =>
      code === 'conflict' && causeId === factId && data.resolution === 'adopt' && data.adoptingOrderId === order.id,
  );
  const isGone = former.facts.some(
    ({ kind, source, number, occurredAt }) =>
      (kind === 'cancelled' || kind === 'rejected') &&
      source === 'provider' &&
      said !== undefined &&
      number > said.number &&
      occurredAt > said.occurredAt,
  );
  if (isOpen && !isGone && former.order.adoptedBy === null) return;
  throw notAllowed(order, `there is nothing left of order ${former.order.orderNumber} that it could adopt`, []);
};

/**
 * The adopting order is confirmed, in this transaction: the provider has it already, under the id of the order in
 * conflict, and the word that was in conflict is now this order's. @returns the order as it is then
 */
export const adopt = async (
  tx: Tx,
  order: StoredOrder,
  confirmation: StoredFact,
  { orderId, factId }: NonNullable<StoredOrder['adoptedFrom']>,
): Promise<StoredOrder> => {
  const { accountId } = order;
  const former = await lockWithFacts(tx, accountId, orderId);
  const said = former.facts.find(({ id }) => id === factId);
  if (said === undefined) throw new Error(`order ${orderId} has no fact ${factId} to be adopted`);
  const after = await updateOrder(tx, order, {
    submission_attempted_at: sql<Date>`now()`,
    submitted_at: sql<Date>`now()`,
    provider_reference: former.order.providerReference,
    terms: former.order.terms && JSON.stringify(former.order.terms),
    provider_order_id: providersOrderId(former.order),
  });
  const submitted = await insertFact(tx, accountId, order.id, {
    source: 'workflow',
    actorId: null,
    causeId: confirmation.id,
    kind: 'submitted',
    disposition: 'recorded',
    data: { adoptedFrom: orderId, providerReference: former.order.providerReference },
  });
  const { iccid, eid, activationCodeFingerprints } = identifiersOf(said);
  const taken = await takeInWord(tx, after, [confirmation, submitted], {
    word: 'processed',
    origin: { source: 'provider', actorId: null, causeId: factId },
    reason: said.reason,
    occurredAt: said.occurredAt,
    identifiers: { iccid, eid, activationCodeFingerprints },
    // The code itself stays with the word that brought it.
    activationCode:
      said.activationCodeFingerprint === null ? null : { sealed: null, fingerprint: said.activationCodeFingerprint },
    data: said.data,
  });
  await release(tx, former, order, factId);
  return taken.order;
};

/** The conflict of the former order is settled, and what the provider still says of it is said of this one. */
const release = async (
  tx: Tx,
  { order, facts }: OrderWithFacts,
  adopting: StoredOrder,
  factId: string,
): Promise<void> => {
  // Whatever else it said of what is adopted now is settled with it.
  const todos = withoutTodo(order.todos, 'conflict');
  const after = await updateOrder(tx, order, { todos: JSON.stringify(todos), adopted_by: adopting.id });
  const adopted = await insertFact(tx, order.accountId, order.id, {
    source: 'workflow',
    actorId: null,
    causeId: factId,
    kind: 'order_adopted',
    disposition: 'recorded',
    data: { adoptingOrder: { id: adopting.id, orderNumber: adopting.orderNumber } },
  });
  await setOrderDue(tx, after, [...facts, adopted]);
};

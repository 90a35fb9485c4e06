/**
 * Confirmation in three steps, each repeatable (product.md §3): the order is `confirming` with an attempt number;
 * inventory checks every condition and reserves for (order, attempt), and its first answer to an attempt stands; the
 * order is `confirmed`, or a draft again. Whoever dies in between, the due loop finishes it.
 */
import type { Reservation } from '@simlane/contracts/http/inventory-internal';
import { actorOf, type Caller } from '@simlane/service-kit/authentication';
import { inAccount } from '@simlane/service-kit/postgres';
import { detailsOf, notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Db, Tx } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import { type FactOrigin, insertFact } from '../processing/fact.repository.ts';
import { adopt, requireAdoptable } from '../deciding/adoption.service.ts';
import { originOf } from '../processing/fact-origin.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { draftExpired, naming } from './draft.service.ts';
import { DRAFT_LIFETIME_MS, isExpiredDraft, missingForConfirmation, type StoredOrder } from './order.ts';
import { lockOrder, updateOrder } from './order.repository.ts';

export interface ConfirmationDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
  /** Looks at what is due, now. */
  readonly kick: () => void;
}

/**
 * Confirms an order. Resolves once line and SIM are reserved and the order is `confirmed`; a repeat gets the order as
 * it is now.
 *
 * @throws ProblemError the refusal, the order being a draft again; `outcome_unknown` where inventory did not answer,
 *   the confirmation being finished without the caller
 */
export const confirmOrder = async (
  dependencies: ConfirmationDependencies,
  caller: Caller,
  orderId: string,
  acceptWarnings: readonly string[],
): Promise<StoredOrder> => {
  const { db } = dependencies;
  const order = await inAccount(db, caller.accountId, (tx) => begin(tx, caller, orderId, acceptWarnings));
  return order.status === 'confirming' ? finishConfirmation(dependencies, order) : order;
};

const begin = async (
  tx: Tx,
  caller: Caller,
  orderId: string,
  acceptWarnings: readonly string[],
): Promise<StoredOrder> => {
  const order = await lockOrder(tx, caller.accountId, orderId);
  if (order === undefined) throw notFound();
  if (isExpiredDraft(order, new Date())) throw draftExpired();
  if (order.status !== 'draft') return order;
  const missing = missingForConfirmation(order);
  if (missing.length > 0) {
    throw new ProblemError(
      'draft_incomplete',
      missing.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '),
      {
        fix: 'Enter what is missing with PATCH, then confirm',
        errors: missing,
      },
    );
  }
  await requireAdoptable(tx, order);
  const confirming = await updateOrder(tx, order, {
    status: 'confirming',
    attempt: order.attempt + 1,
    confirmed_by: JSON.stringify(actorOf(caller)),
    accepted_warnings: JSON.stringify(acceptWarnings),
  });
  await insertFact(tx, order.accountId, order.id, {
    ...originOf(caller),
    kind: 'confirmation_requested',
    disposition: 'recorded',
    data: { attempt: confirming.attempt },
  });
  return setOrderDue(tx, confirming, []);
};

/** Steps two and three, for the attempt that the order is at. Called again by the due loop until they are done. */
export const finishConfirmation = async (
  { db, inventory, kick }: ConfirmationDependencies,
  order: StoredOrder,
): Promise<StoredOrder> => {
  const { accountId, attempt, article, confirmedBy } = order;
  if (article === null || confirmedBy === null) throw new Error(`order ${order.id} is confirming without its entry`);
  const reservation = await inventory
    .reserve({
      accountId,
      actor: confirmedBy,
      orderId: order.id,
      attempt,
      action: order.action,
      lineId: order.lineId,
      article: { packId: article.packId, articleId: article.id },
      activate: order.activate,
      acceptWarnings: order.acceptedWarnings,
    })
    .catch((error: unknown) => {
      throw new ProblemError('outcome_unknown', `Whether order ${order.orderNumber} is confirmed is not known yet`, {
        fix: 'Read the order, or confirm again: the answer will be the same',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    });
  const settled = await inAccount(db, accountId, async (tx) => {
    const now = await lockOrder(tx, accountId, order.id);
    if (now === undefined) throw notFound();
    // Somebody else has finished this attempt; what came of it stands.
    if (now.status !== 'confirming' || now.attempt !== attempt) return now;
    return reservation.outcome === 'reserved' ? confirmed(tx, now, reservation) : refused(tx, now, reservation);
  });
  kick();
  if (reservation.outcome === 'refused' && settled.status === 'draft')
    throw await naming(db, accountId, toError(reservation));
  return settled;
};

const RETRY_AFTER_SECONDS = 5;

const confirmed = async (
  tx: Tx,
  order: StoredOrder,
  { line }: Extract<Reservation, { outcome: 'reserved' }>,
): Promise<StoredOrder> => {
  const after = await updateOrder(tx, order, {
    status: 'confirmed',
    msisdn: line.msisdn,
    old_iccid: line.iccid,
    device_eid: line.deviceEid,
    expires_at: null,
    ...(line.simId === null ? {} : { old_sim_id: line.simId }),
  });
  const confirmation = await insertFact(tx, order.accountId, order.id, {
    ...byConfirmer(order),
    kind: 'confirmed',
    disposition: 'applied',
    // There is nothing to submit where the provider is done already.
    ...(order.adoptedFrom === null ? {} : { carriedOutAt: new Date() }),
  });
  if (order.adoptedFrom !== null) return adopt(tx, after, confirmation, order.adoptedFrom);
  return setOrderDue(tx, after, []);
};

const refused = async (
  tx: Tx,
  order: StoredOrder,
  { problem }: Extract<Reservation, { outcome: 'refused' }>,
): Promise<StoredOrder> => {
  const expiresAt = new Date(Date.now() + DRAFT_LIFETIME_MS);
  const after = await updateOrder(tx, order, { status: 'draft', expires_at: expiresAt });
  await insertFact(tx, order.accountId, order.id, {
    ...byConfirmer(order),
    kind: 'confirmation_refused',
    disposition: 'recorded',
    reason: problem.detail,
    data: { attempt: order.attempt, code: problem.code },
  });
  return setOrderDue(tx, after, []);
};

const byConfirmer = ({ confirmedBy }: StoredOrder): FactOrigin => ({
  source: 'user',
  actorId: confirmedBy?.sub ?? null,
  causeId: null,
});

const toError = ({ problem }: Extract<Reservation, { outcome: 'refused' }>): ProblemError =>
  new ProblemError(problem.code, problem.detail, detailsOf(problem));

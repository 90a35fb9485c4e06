import type { OrderEntry } from '@simlane/contracts/http/order';
import type { PackedArticle } from '@simlane/contracts/http/catalog';
import type { ReplacementAction } from '@simlane/contracts/order';
import { actorOf, type Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { setDue } from '@simlane/service-kit/due';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Catalog } from '../catalog.ts';
import type { Db } from '../database.ts';
import type { Inventory } from '../inventory.ts';
import { insertFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { ORDER_DUE } from '../processing/owed.ts';
import { whyNotAvailable, whyNotMet } from './availability.ts';
import { ordererOf } from './orderer.ts';
import { DRAFT_LIFETIME_MS, isExpiredDraft, type StoredOrder } from './order.ts';
import { findByIdempotencyKey, findOrder, insertDraft, lockOrder, updateOrder } from './order.repository.ts';

export interface DraftDependencies {
  readonly db: Db;
  readonly inventory: Inventory;
  readonly catalog: Catalog;
}

/**
 * Makes a draft for an action on a line. It reserves nothing. A repeat under the same key and body gets the order as
 * it is now; another body under the key is refused.
 */
export const createDraft = async (
  { db, inventory, catalog }: DraftDependencies,
  caller: Caller,
  command: { action: ReplacementAction; lineId: string },
  key: string,
): Promise<StoredOrder> => {
  const { accountId } = caller;
  const idempotency = { caller: caller.sub, key, bodyHash: bodyHash(command) };
  const before = await readInAccount(db, accountId, (tx) => findByIdempotencyKey(tx, accountId, idempotency));
  if (before !== undefined) return sameRequest(before, idempotency.bodyHash);

  const { line, availability } = await inventory.lineForOrder({ accountId, actor: actorOf(caller), ...command });
  const refusal = whyNotAvailable(availability);
  if (refusal !== undefined) throw await naming(db, accountId, refusal);
  if (line.simId === null) throw notFound('The line has no SIM');
  const { simId } = line;
  const compatibleArticles = await catalog.esimArticles(accountId, line.providerId);
  const [only] = compatibleArticles;
  const orderedBy = await ordererOf(caller, () => catalog.account(accountId));

  const expiresAt = new Date(Date.now() + DRAFT_LIFETIME_MS);
  return inAccount(db, accountId, async (tx) => {
    const draft = await insertDraft(tx, accountId, {
      action: command.action,
      lineId: line.lineId,
      msisdn: line.msisdn,
      oldSimId: simId,
      oldIccid: line.iccid,
      deviceEid: line.deviceEid,
      providerId: line.providerId,
      article: compatibleArticles.length === 1 && only !== undefined ? only : null,
      compatibleArticles,
      warnings: availability.warnings,
      orderedBy,
      expiresAt,
      idempotency,
    });
    if (draft === undefined) {
      // The same key came twice at once, and the other one was first.
      const first = await findByIdempotencyKey(tx, accountId, idempotency);
      if (first === undefined) throw new Error('a key that is taken has no order');
      return sameRequest(first, idempotency.bodyHash);
    }
    await insertFact(tx, accountId, draft.id, { ...originOf(caller), kind: 'draft_created', disposition: 'recorded' });
    await setDue(tx, { kind: ORDER_DUE, id: draft.id, accountId, dueAt: expiresAt });
    return draft;
  });
};

/**
 * Changes the entry of a draft; what the command leaves out stays as it is. An article must be one that the catalog
 * offers for the line's provider now; the draft keeps a copy of it. The wish to ask for a QR code is accepted if the
 * caller could ask for that of an eSIM of the article, also where the article is chosen after the wish.
 */
export const editDraft = async (
  dependencies: DraftDependencies,
  caller: Caller,
  orderId: string,
  entry: OrderEntry,
): Promise<StoredOrder> => {
  const { db, catalog } = dependencies;
  const { accountId } = caller;
  const seen = await readInAccount(db, accountId, (tx) => findOrder(tx, accountId, orderId));
  if (seen === undefined) throw notFound();
  editable(seen);
  const article = entry.article && (await compatibleArticle(catalog, seen, entry.article));
  if (article !== undefined || entry.requestQrCodeWhenProcessed === true) {
    await requireQrCodeOutlook(dependencies, caller, {
      ...seen,
      article: article ?? seen.article,
      requestQrCodeWhenProcessed: entry.requestQrCodeWhenProcessed ?? seen.requestQrCodeWhenProcessed,
    });
  }
  const edited = await inAccount(db, accountId, async (tx) => {
    const order = await lockOrder(tx, accountId, orderId);
    if (order === undefined) throw notFound();
    editable(order);
    if (order.version !== seen.version) return undefined;
    return updateOrder(tx, order, {
      ...(article === undefined ? {} : { article: JSON.stringify(article) }),
      ...(entry.deliveryContact === undefined ? {} : { delivery_contact: JSON.stringify(entry.deliveryContact) }),
      ...(entry.reference === undefined ? {} : { reference: entry.reference }),
      ...(entry.comment === undefined ? {} : { comment: entry.comment }),
      ...(entry.reason === undefined ? {} : { reason: entry.reason }),
      ...(entry.activate === undefined ? {} : { activate: entry.activate }),
      ...(entry.requestQrCodeWhenProcessed === undefined
        ? {}
        : { request_qr_code_when_processed: entry.requestQrCodeWhenProcessed }),
    });
  });
  // Somebody else has changed it meanwhile: article and wish are checked as they would be kept.
  return edited ?? editDraft(dependencies, caller, orderId, entry);
};

/** @throws ProblemError `action_not_available` with the conditions of asking for the QR code of the eSIM to come */
const requireQrCodeOutlook = async (
  { inventory }: DraftDependencies,
  caller: Caller,
  { lineId, article, requestQrCodeWhenProcessed }: StoredOrder,
): Promise<void> => {
  if (!requestQrCodeWhenProcessed || article === null) return;
  const { distributorId } = article;
  if (distributorId === null) {
    throw new ProblemError('action_not_available', 'The article has no distributor who could be asked for a QR code', {
      fix: 'Choose an article that a distributor supplies, or do without the request',
    });
  }
  const actor = actorOf(caller);
  const conditions = await inventory.qrRequestOutlook({ accountId: caller.accountId, actor, lineId, distributorId });
  const refusal = whyNotMet('generate_esim_qr_code', conditions);
  if (refusal !== undefined) throw refusal;
};

const editable = (order: StoredOrder): void => {
  if (isExpiredDraft(order, new Date())) throw draftExpired();
  if (order.status !== 'draft') {
    throw new ProblemError(
      'order_state',
      `Order ${order.orderNumber} is ${order.status}; only a draft can be changed`,
      {
        fix: 'Make a new order for a further change',
      },
    );
  }
};

export const draftExpired = (): ProblemError =>
  new ProblemError('draft_expired', 'The draft has expired', { fix: 'Make a new draft from the action' });

const compatibleArticle = async (
  catalog: Catalog,
  order: StoredOrder,
  chosen: { packId: string; articleId: string },
): Promise<PackedArticle> => {
  const articles = await catalog.esimArticles(order.accountId, order.providerId);
  const article = articles.find(({ id, packId }) => id === chosen.articleId && packId === chosen.packId);
  if (article !== undefined) return article;
  throw new ProblemError(
    'article_not_compatible',
    "The article is not an eSIM of the line's provider that can be ordered now",
    {
      fix: 'Choose one of compatibleArticles of the draft',
      errors: [{ pointer: '/article', detail: 'Not one of compatibleArticles' }],
    },
  );
};

const sameRequest = (order: StoredOrder, hash: string): StoredOrder => {
  if (order.idempotencyBodyHash === hash) return order;
  throw new ProblemError('idempotency_key_reused', 'The Idempotency-Key was used with another body', {
    fix: 'Use a new key for a new request',
  });
};

/** Adds the number of the blocking order, which only this service knows. */
export const naming = async (db: Db, accountId: string, problem: ProblemError): Promise<ProblemError> => {
  const { blockingOrder } = problem.details;
  if (blockingOrder === undefined) return problem;
  const blocking = await readInAccount(db, accountId, (tx) => findOrder(tx, accountId, blockingOrder.id));
  if (blocking === undefined) return problem;
  return new ProblemError(problem.code, problem.detail, {
    ...problem.details,
    blockingOrder: { id: blocking.id, orderNumber: blocking.orderNumber },
  });
};

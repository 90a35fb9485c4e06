import type { Action } from '@simlane/contracts/actions';
import type { ActionAvailability } from '@simlane/contracts/http/actions';
import type { OrderedLine, Reservation } from '@simlane/contracts/http/inventory-internal';
import type { Actor } from '@simlane/service-kit/authentication';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, type ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import { findLinesForActions } from '../actions/action-facts.repository.ts';
import { actionsOfLine } from '../actions/action-list.service.ts';
import { lineAction } from '../actions/availability.ts';
import { type Catalog, learnt, type ProviderFacts } from '../actions/catalog.ts';
import type { Database, Transaction } from '../database.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { byActor } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { decideReservation, lineNotFound, type ReservationRequest, refusalOf, stands } from './reservation.ts';
import { findStoredAnswer, type Holding, storeAnswer } from './sim-replacement.repository.ts';
import { beginChange, findOrderedLine, lockLineAndSim } from './switch.repository.ts';

export interface Reservations {
  readonly db: Database;
  readonly catalog: Catalog;
}

/** The person who orders, in his account. */
export interface Orderer {
  readonly accountId: string;
  readonly actor: Actor;
}

/** For a draft: the line, and one action on it as the acting person has it now. */
export const lineForOrder = async (
  { db, catalog }: Reservations,
  { accountId, actor }: Orderer,
  { lineId, action }: { lineId: string; action: Action },
): Promise<{ line: OrderedLine; availability: ActionAvailability }> => {
  const asker = { accountId, sub: actor.sub, roles: actor.roles };
  const line = await readInAccount(db, accountId, (tx) => findOrderedLine(tx, visibilityOf(asker), lineId));
  const actions = await actionsOfLine({ db, catalog }, asker, lineId);
  // Of the two QR code actions of a line in change, the one on the SIM that serves it.
  const availability = actions.find((one) => one.action === action && !one.target.incoming);
  if (line === undefined || availability === undefined) throw notFound('There is no such line');
  return { line, availability };
};

/** Between the question to the catalog and the transaction, the line went to another provider: ask again. */
const OVERTAKEN = Symbol('overtaken');
/** It does not happen twice to one order by accident. */
const MOST_ROUNDS = 3;

/**
 * Checks every condition for the acting person, with the catalog asked afresh, and reserves line and SIM for the
 * order, in one transaction. The first answer to an attempt stands, refusals included; see `stands`.
 *
 * @throws UnavailableError where the catalog does not answer; nothing is stored then, and the attempt is still open
 */
export const reserve = async (
  { db, catalog }: Reservations,
  orderer: Orderer,
  orderId: string,
  request: ReservationRequest,
): Promise<Reservation> => {
  const { accountId } = orderer;
  const order = { accountId, orderId };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { stored, line } = await readInAccount(db, accountId, async (tx) => ({
      stored: await findStoredAnswer(tx, order, 'look'),
      line: await findOrderedLine(tx, visibilityOf(orderer), request.lineId),
    }));
    if (stored !== undefined && stands(stored, request.attempt)) return stored.answer;
    const asked = line && { id: line.providerId, facts: await askAfresh(catalog, accountId, line.providerId) };
    const answer = await inAccount(db, accountId, (tx) =>
      reserveInTransaction(tx, { orderer, orderId, request, asked }),
    );
    if (answer !== OVERTAKEN) return answer;
  }
  throw new UnavailableError('The line', 'it was changed again and again while it was to be reserved');
};

const askAfresh = async (catalog: Catalog, accountId: string, providerId: string): Promise<ProviderFacts> => {
  const facts = await catalog.providerFacts(accountId, providerId, 'afresh');
  if (!facts.known) throw new UnavailableError('The catalog', 'what can be ordered could not be learnt');
  return facts.value;
};

interface Attempt {
  readonly orderer: Orderer;
  readonly orderId: string;
  readonly request: ReservationRequest;
  /** What the catalog said of the provider that the line had; undefined where there was no line. */
  readonly asked: { readonly id: string; readonly facts: ProviderFacts } | undefined;
}

const reserveInTransaction = async (
  tx: Transaction,
  { orderer, orderId, request, asked }: Attempt,
): Promise<Reservation | typeof OVERTAKEN> => {
  const { accountId, actor } = orderer;
  const order = { accountId, orderId };
  const visibility = visibilityOf(orderer);
  const stored = await findStoredAnswer(tx, order, 'lock');
  if (stored !== undefined && stands(stored, request.attempt)) return stored.answer;

  const refuse = async (problem: ProblemError): Promise<Reservation | typeof OVERTAKEN> => {
    const answer = refusalOf(problem);
    return (await storeAnswer(tx, order, { request, answer, holding: null })) ? answer : OVERTAKEN;
  };
  if (!(await lockLineAndSim(tx, visibility, request.lineId))) return refuse(lineNotFound());
  const line = await findOrderedLine(tx, visibility, request.lineId);
  const [facts] = await findLinesForActions(tx, visibility, { lineId: request.lineId }, actor.sub);
  if (line === undefined || facts === undefined) return refuse(lineNotFound());
  if (asked === undefined || asked.id !== line.providerId) return OVERTAKEN;

  const availability = lineAction(request.action, {
    line: facts.line,
    provider: learnt(asked.facts),
    caller: { roles: actor.roles, profile: facts.profile },
  });
  const decision = decideReservation(request, { availability, articles: asked.facts.esimArticles });
  if (decision.outcome === 'refuse') return refuse(decision.problem);
  // A line without a SIM has a condition that is not met, and was refused.
  if (line.simId === null) throw new Error('A line without a SIM cannot be available for a replacement');

  const answer: Reservation = { outcome: 'reserved', line };
  const holding: Holding = {
    oldSimId: line.simId,
    providerId: line.providerId,
    distributorId: decision.article.distributorId,
  };
  if (!(await storeAnswer(tx, order, { request, answer, holding }))) return OVERTAKEN;
  await beginChange(tx, { accountId, orderId, lineId: line.lineId, simId: line.simId });
  await addToTimeline(tx, accountId, byActor(actor, orderId), [
    {
      subject: { type: 'line', id: line.lineId },
      event: 'replacement_reserved',
      orderId,
      data: { action: request.action, simId: line.simId },
    },
    {
      subject: { type: 'sim', id: line.simId },
      event: 'replacement_reserved',
      orderId,
      data: { action: request.action, lineId: line.lineId },
    },
  ]);
  return answer;
};

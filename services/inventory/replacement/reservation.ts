import type { ActionAvailability } from '@simlane/contracts/http/actions';
import type { Reservation } from '@simlane/contracts/http/inventory-internal';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { ReplacementState } from '@simlane/contracts/sim';
import { ProblemError, toProblem } from '@simlane/service-kit/problem';
import { refusalOfWarnings } from '../accepted-warnings.ts';
import type { OrderableEsim } from '../actions/catalog.ts';
import { changeInFlight } from '../protected-change.ts';

/** What an order asks for when it is confirmed. */
export interface ReservationRequest {
  readonly attempt: number;
  readonly action: ReplacementAction;
  readonly lineId: string;
  readonly article: { readonly packId: string; readonly articleId: string };
  readonly activate: boolean;
  readonly acceptWarnings: readonly string[];
}

/** The answer given before, if this attempt gets it again. */
export interface EarlierAnswer {
  readonly attempt: number;
  readonly state: ReplacementState;
}

/**
 * Whether what was answered before is the answer to this attempt too. Once reserved, every attempt gets the
 * reservation. A refusal stands for its attempt and for lower ones, which can only be late repeats; only a higher
 * attempt is tried anew.
 */
export const stands = (earlier: EarlierAnswer, attempt: number): boolean =>
  earlier.state !== 'refused' || attempt <= earlier.attempt;

export type ReservationDecision =
  | { readonly outcome: 'reserve'; readonly article: OrderableEsim }
  | { readonly outcome: 'refuse'; readonly problem: ProblemError };

/**
 * Decides on a reservation. The refusals in their order: another change in flight, a condition that is not met, an
 * article that is none of the line's provider's eSIMs, a warning that the caller has not accepted.
 */
export const decideReservation = (
  request: ReservationRequest,
  { availability, articles }: { availability: ActionAvailability; articles: readonly OrderableEsim[] },
): ReservationDecision => {
  const { conditions, display, warnings } = availability;
  const blocking = conditions.find(({ blockingOrder }) => blockingOrder !== undefined)?.blockingOrder;
  if (blocking !== undefined) return { outcome: 'refuse', problem: changeInFlight(blocking.id) };
  if (display !== 'available') return { outcome: 'refuse', problem: notAvailable(availability) };
  const { packId, articleId } = request.article;
  const article = articles.find((one) => one.packId === packId && one.id === articleId);
  if (article === undefined) return { outcome: 'refuse', problem: notCompatible() };
  const unaccepted = refusalOfWarnings(warnings, request.acceptWarnings);
  if (unaccepted !== undefined) return { outcome: 'refuse', problem: unaccepted };
  return { outcome: 'reserve', article };
};

const notAvailable = ({ action, conditions }: ActionAvailability): ProblemError => {
  const open = conditions.filter(({ state }) => state !== 'met');
  return new ProblemError(
    'action_not_available',
    `${action} is not available: ${open.map(({ detail }) => detail).join('; ')}`,
    { fix: open.flatMap(({ fix }) => fix ?? []).join('; '), conditions },
  );
};

const notCompatible = (): ProblemError => {
  const detail = "The article is not an eSIM of the line's provider that can be ordered now";
  return new ProblemError('article_not_compatible', detail, {
    fix: 'Choose one of the compatible articles that the draft lists',
    errors: [{ pointer: '/article', detail }],
  });
};

export const lineNotFound = (): ProblemError => new ProblemError('not_found', 'There is no such line');

/** A refusal as it is answered and kept; it is the answer to an attempt and not to a request, so it has no instance. */
export const refusalOf = (problem: ProblemError): Extract<Reservation, { outcome: 'refused' }> => {
  const { instance: _instance, ...answered } = toProblem(problem, '');
  return { outcome: 'refused', problem: answered };
};

/** Whether an order asks for the QR code of its eSIM, and what is left to do when inventory has answered. */
import type { Todo } from '@simlane/contracts/http/order';
import type { QrRequestObstacle } from '@simlane/contracts/qr-code';
import { cutoverOf, type StoredOrder, withoutTodo, withTodo } from '../ordering/order.ts';
import { decidedSoFar, type StoredFact } from '../processing/fact.ts';

export type RequestAnswer =
  | { readonly outcome: 'requested'; readonly requestId: string }
  | { readonly outcome: 'impossible'; readonly obstacle: QrRequestObstacle; readonly detail: string };

/**
 * The word because of which the order asks, once the eSIM can take a code: when it serves the line, or, where the
 * cut-over is its installation, when it is there to be installed. None for an order that does not ask.
 */
export const causeOfQrRequest = (
  order: Pick<StoredOrder, 'requestQrCodeWhenProcessed' | 'terms'>,
  facts: readonly StoredFact[],
): StoredFact | undefined => {
  if (!order.requestQrCodeWhenProcessed || decidedSoFar(facts) === 'cancelled') return undefined;
  const isEnough = (kind: StoredFact['kind']): boolean =>
    kind === 'processed' || (kind === 'acknowledged' && cutoverOf(order) === 'installed');
  return facts.find(
    ({ kind, disposition, carriedOutAt }) => disposition === 'applied' && carriedOutAt !== null && isEnough(kind),
  );
};

/** Inventory has answered; that a request was impossible then does not make it so for ever. */
export const isQrCodeAskedFor = (facts: readonly StoredFact[]): boolean =>
  facts.some(({ kind }) => kind === 'qr_code_requested' || kind === 'qr_code_not_requested');

/** Obstacles that somebody can remove; with the others the code is there, or asked for, or no use to anybody. */
export const isLeftToDo = (answer: RequestAnswer): boolean =>
  answer.outcome === 'impossible' && (answer.obstacle === 'no_contact' || answer.obstacle === 'not_enabled');

/** A code that is asked for also makes up for one that was refused. */
export const todosAfterRequest = (
  todos: readonly Todo[],
  answer: RequestAnswer,
  causeId: string,
  now: Date,
): Todo[] => {
  if (answer.outcome !== 'impossible' || !isLeftToDo(answer)) {
    return withoutTodo(todos, 'qr_request_impossible', 'qr_code_refused');
  }
  const detail = `The QR code of the eSIM could not be asked for: ${answer.detail}`;
  return withTodo(todos, { code: 'qr_request_impossible', detail, causeId, data: { obstacle: answer.obstacle } }, now);
};

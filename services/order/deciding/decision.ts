/** What people can decide about an order, from what is decided so far (product.md §3). */
import type { Todo } from '@simlane/contracts/http/order';
import type { ConflictResolution, Decision } from '@simlane/contracts/order';
import { isFinished } from '@simlane/contracts/order';
import { ProblemError } from '@simlane/service-kit/problem';
import type { StoredOrder } from '../ordering/order.ts';
import { decidedSoFar, type StoredFact } from '../processing/fact.ts';

/** The order is confirmed and nothing has decided how it ends. */
export const isOpen = (order: StoredOrder, facts: readonly StoredFact[]): boolean => {
  const decided = decidedSoFar(facts);
  return !isFinished(order.status) && (decided === 'confirmed' || decided === 'acknowledged');
};

/** The decisions that the order's state allows. */
export const possibleDecisions = (order: StoredOrder, facts: readonly StoredFact[]): Decision[] => {
  const open = isOpen(order, facts);
  const atProvider = open && order.submittedAt !== null;
  const unknown = open && order.submittedAt === null && order.submissionAttemptedAt !== null;
  return [
    ...(atProvider ? (['remind'] as const) : []),
    ...(atProvider && order.waitsUntil !== null ? (['extend'] as const) : []),
    ...(unknown ? (['resubmit'] as const) : []),
    ...(open ? (['mark_processed', 'cancel'] as const) : []),
    ...(order.todos.some(({ code }) => code === 'conflict') ? (['resolve_conflict'] as const) : []),
  ];
};

/**
 * How a conflict can end. Only what a provider has made and nobody here owns can be adopted or taken back: taking back
 * an order whose eSIM serves the line would cut the line off.
 */
export const possibleResolutions = (order: Pick<StoredOrder, 'adoptedBy'>, conflict: Todo): ConflictResolution[] => {
  if (order.adoptedBy !== null) return ['no_effect'];
  const { word, decided } = conflict.data;
  if (decided === 'processed') return word === 'processed' ? ['adopt', 'no_effect'] : ['no_effect'];
  return word === 'processed' ? ['adopt', 'reverse_at_provider', 'no_effect'] : ['reverse_at_provider', 'no_effect'];
};

/** The state of the order does not allow what was asked. */
export const notAllowed = (order: StoredOrder, what: string, possible: readonly string[]): ProblemError =>
  new ProblemError('order_state', `Order ${order.orderNumber} is ${order.status}; ${what}`, {
    fix: possible.length === 0 ? 'Nothing can be decided about it' : `Possible now: ${possible.join(', ')}`,
    possible,
  });

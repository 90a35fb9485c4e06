/**
 * What the silence of a provider leads to (product.md §3): when a deadline passes, the provider is asked, then reminded,
 * then there is a to-do and the manager is told. Nothing is cancelled by silence.
 */
import { durationMs } from '@simlane/contracts/duration';
import type { TodoCode } from '@simlane/contracts/order';
import type { StoredOrder } from '../ordering/order.ts';
import type { StoredFact } from './fact.ts';

/** A reminder gets a tenth of the time that the provider had: hours for an acknowledgement, a day for the processing. */
const SHARE_AFTER_REMINDER = 0.1;
/** Once somebody looks after it, the provider is still asked, because a signal can be lost. */
const ASK_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;

/** What follows if the provider, now asked, has nothing new to say. */
export interface SilenceStep {
  readonly leadsTo: 'remind' | 'leave_todo' | 'nothing';
  readonly waitsUntil: Date;
}

/** How long the order's provider has for what it has to do next; null where its terms are not known. */
const timeGiven = ({ status, terms }: Pick<StoredOrder, 'status' | 'terms'>): number | null => {
  if (terms === null) return null;
  return durationMs(status === 'confirmed' ? terms.timeToAcknowledge : terms.timeToProcess);
};

/** Until when the provider has time, counted from now; null where its terms are not known. */
export const deadlineFrom = (now: Date, order: Pick<StoredOrder, 'status' | 'terms'>): Date | null => {
  const given = timeGiven(order);
  return given === null ? null : new Date(now.getTime() + given);
};

/** The next step after the one that was taken last; the first one is taken at the deadline. */
export const silenceStep = (order: Pick<StoredOrder, 'status' | 'terms' | 'silenceStep'>, now: Date): SilenceStep => {
  const after = (milliseconds: number): Date => new Date(now.getTime() + milliseconds);
  switch (order.silenceStep) {
    case 0:
      return { leadsTo: 'remind', waitsUntil: after((timeGiven(order) ?? 0) * SHARE_AFTER_REMINDER) };
    case 1:
      return { leadsTo: 'leave_todo', waitsUntil: after(ASK_AGAIN_AFTER_MS) };
    default:
      return { leadsTo: 'nothing', waitsUntil: after(ASK_AGAIN_AFTER_MS) };
  }
};

/** True if the order waits, its deadline has passed, and nothing is on its way that would answer the question. */
export const isSilent = (order: Pick<StoredOrder, 'status' | 'waitsUntil'>, pendingWords: number, now: Date): boolean =>
  (order.status === 'confirmed' || order.status === 'in_progress') &&
  order.waitsUntil !== null &&
  order.waitsUntil <= now &&
  pendingWords === 0;

/** Whose silence it is: a provider that has delivered the eSIM waits, like us, for somebody to install it. */
export const whatIsMissing = (
  facts: readonly StoredFact[],
): Extract<TodoCode, 'provider_silent' | 'installation_missing'> =>
  facts.some(({ data }) => data.said === 'processed') ? 'installation_missing' : 'provider_silent';

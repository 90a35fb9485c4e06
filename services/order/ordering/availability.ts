import type { Action } from '@simlane/contracts/actions';
import type { ActionAvailability, Condition } from '@simlane/contracts/http/actions';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';

/** The problem that keeps an action from being run, undefined if nothing does. */
export const whyNotAvailable = ({ action, display, conditions }: ActionAvailability): ProblemError | undefined =>
  display === 'available' ? undefined : refusalOf(action, conditions);

/** The problem with an action of which the conditions are known and nothing else; undefined if all are met. */
export const whyNotMet = (action: Action, conditions: readonly Condition[]): ProblemError | undefined =>
  conditions.every(({ state }) => state === 'met') ? undefined : refusalOf(action, conditions);

/**
 * What could not be learnt is no refusal: it is 503, and asking again helps. A change in flight has its own code, if it
 * is the only thing in the way.
 */
const refusalOf = (action: Action, conditions: readonly Condition[]): ProblemError => {
  const unmet = conditions.filter(({ state }) => state !== 'met');
  if (unmet.every(({ state }) => state === 'unknown')) {
    return new UnavailableError('catalog', `conditions of ${action} could not be learnt`);
  }
  const [only] = unmet;
  if (unmet.length === 1 && only?.code === 'no_change_in_flight') {
    return new ProblemError('change_in_flight', only.detail, {
      ...(only.fix === null ? {} : { fix: only.fix }),
      ...(only.blockingOrder === undefined ? {} : { blockingOrder: only.blockingOrder }),
    });
  }
  return new ProblemError('action_not_available', unmet.map(({ detail }) => detail).join(' '), {
    fix: unmet.flatMap(({ fix }) => fix ?? []).join(' '),
    conditions,
  });
};

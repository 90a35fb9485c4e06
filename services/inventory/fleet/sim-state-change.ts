import { isServing, type SimState } from '@simlane/contracts/sim';
import { ProblemError } from '@simlane/service-kit/problem';

export type WantedSimState = 'active' | 'suspended' | 'discarded';

export interface SimStateFacts {
  readonly state: SimState;
  /** The number of the line that the SIM is on. */
  readonly lineNumber: string | null;
}

/**
 * Whether a person may bring a SIM without a change in flight into this state. A SIM on a line can be active or
 * suspended, and nothing else: it goes from there only when another one takes its place. One that is on no line can
 * be discarded. `discarded` is final.
 *
 * @returns false where it is in that state already
 * @throws ProblemError `sim_state`
 */
export const mayBecome = ({ state, lineNumber }: SimStateFacts, wanted: WantedSimState): boolean => {
  if (state === wanted) return false;
  if (state === 'discarded') {
    throw refuse('The SIM is discarded, and that is final', 'Use another SIM');
  }
  if (wanted === 'discarded') {
    if (lineNumber === null) return true;
    throw refuse(
      `The SIM serves the line ${lineNumber}, which would be left without one`,
      'Order an eSIM in its place; the SIM is discarded when that takes over the line',
    );
  }
  if (!isServing(state)) {
    throw refuse(`The SIM is ${state} and on no line, so there is nothing to make ${wanted}`, 'Put it on a line first');
  }
  return true;
};

const refuse = (detail: string, fix: string): ProblemError =>
  new ProblemError('sim_state', detail, { fix, errors: [{ pointer: '/state', detail }] });

/** A temporary eSIM has no groups and no employee of its own; a discarded SIM may have none. */
export const requireOwnAssociations = (state: SimState, what: 'groups' | 'employee'): void => {
  if (state === 'temporary') {
    throw new ProblemError('sim_state', `A temporary eSIM shows the ${what} of the SIM that it is to replace`, {
      fix: `Change the ${what} of that SIM: it is true of the temporary eSIM at once, and moves to it at the switch`,
    });
  }
  if (state === 'discarded') {
    throw new ProblemError('sim_state', 'The SIM is discarded, and can be in no group and with no employee', {
      fix: 'Use the SIM that has taken its place',
    });
  }
};

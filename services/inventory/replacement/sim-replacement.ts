import type { IccidIssue, SimReplacement } from '@simlane/contracts/http/inventory-internal';
import { isServing, type ReplacementState, type ServingState, type SimState } from '@simlane/contracts/sim';
import { ProblemError } from '@simlane/service-kit/problem';
import type { ReplacementAction } from '@simlane/contracts/order';

/** The replacement of one line's SIM, as an order has it in the inventory. */
export interface Replacement {
  readonly orderId: string;
  readonly attempt: number;
  readonly state: ReplacementState;
  readonly action: ReplacementAction;
  readonly activate: boolean;
  readonly lineId: string;
  readonly oldSimId: string | null;
  readonly providerId: string | null;
  readonly distributorId: string | null;
  readonly newSimId: string | null;
  readonly temporaryReference: string | null;
  readonly enteredIccid: string | null;
  readonly signalledIccid: string | null;
  readonly signalledEid: string | null;
  /** The ICCID that would be used, before the commit. */
  readonly iccid: string | null;
  readonly iccidIssue: IccidIssue | null;
}

/** A replacement that holds, or held, a line and a SIM. */
export type Reserved = Replacement & {
  readonly state: Exclude<ReplacementState, 'refused'>;
  readonly oldSimId: string;
  readonly providerId: string;
};

/** @throws ProblemError `order_state` where the reservation was refused, so that there is nothing to go on with */
export const requireReserved = (replacement: Replacement): Reserved => {
  const { state, oldSimId, providerId } = replacement;
  if (state === 'refused' || oldSimId === null || providerId === null) {
    throw new ProblemError('order_state', 'Nothing is reserved for this order: its reservation was refused', {
      fix: 'Confirm the order anew',
    });
  }
  return { ...replacement, state, oldSimId, providerId };
};

export const isLive = (state: ReplacementState): state is 'reserved' | 'started' =>
  state === 'reserved' || state === 'started';

/** The new eSIM serves as the old SIM did, or is active where the order says so. */
export const stateAtSwitch = (oldState: SimState, activate: boolean): ServingState => {
  if (!isServing(oldState)) throw new Error('Only a SIM that serves a line can be reserved, and none stops meanwhile');
  return activate ? 'active' : oldState;
};

/** What the provider has said by now: the newest usable word wins, and nothing said is forgotten for nothing said. */
export const signalledIccids = (newest: string | null, earlier: string | null): string[] => [
  ...new Set([newest, earlier].flatMap((text) => (text === null || text.trim() === '' ? [] : [text.trim()]))),
];

/** @param simIccid what the new SIM has, once it is on the line */
export const toSimReplacement = (replacement: Reserved, simIccid: string | null): SimReplacement => ({
  orderId: replacement.orderId,
  state: replacement.state,
  lineId: replacement.lineId,
  oldSimId: replacement.oldSimId,
  newSimId: replacement.newSimId,
  temporaryReference: replacement.temporaryReference,
  iccid: replacement.state === 'committed' ? simIccid : replacement.iccid,
  iccidIssue: replacement.state === 'committed' ? replacement.iccidIssue : null,
  enteredIccid: replacement.enteredIccid,
});

/** The messages of the workflow that carries out one SIM switch or eSIM replacement. No secrets and no contents: ids. */
import type { ActionableFact } from './facts.ts';
import type { FinishedStatus, OrderStatus, TodoCode } from './order.ts';

/** The one task queue: workflows and activities share it, so that activities can start eagerly (temporal.md, Workers). */
export const TASK_QUEUE = 'simlane';

export const SIM_REPLACEMENT_WORKFLOW = 'simReplacement';
export const FACT_APPLIED_SIGNAL = 'factApplied';
export const PROGRESS_QUERY = 'progress';

/** The workflow's id is the order's: whoever wakes it reaches the one there is, or starts it. */
export const simReplacementWorkflowId = (orderId: string): `sim-replacement/${string}` => `sim-replacement/${orderId}`;

export interface SimReplacementInput {
  readonly accountId: string;
  readonly orderId: string;
}

/** Says that a fact is there to be carried out; what it says is read from the order by the activity that acts. */
export interface FactApplied {
  readonly factId: string;
  readonly kind: ActionableFact;
}

/** What the workflow ends with: the status the order ended in; or that there was nothing to do, the order being unconfirmed. */
export type SimReplacementResult = FinishedStatus | 'not_confirmed';

export interface SimReplacementProgress {
  readonly phase: OrderStatus;
  readonly submitted: boolean;
  /** When the provider's silence is noticed next, RFC 3339; null while nothing is waited for. */
  readonly waitsUntil: string | null;
  /** As far as the run has heard: what came up without it stands on the order alone. */
  readonly todos: readonly TodoCode[];
  /** Facts heard of and not carried out yet, in their order. */
  readonly waiting: readonly FactApplied[];
}

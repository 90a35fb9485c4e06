/** What the workflow of a SIM replacement may ask for. Each is one step of the story, idempotent, and takes and returns ids and states. */
import type { OrderStatus, TodoCode } from './order.ts';
import type { FactApplied } from './sim-replacement.ts';

export interface OrderRef {
  readonly accountId: string;
  readonly orderId: string;
}

export interface FactRef extends OrderRef {
  readonly factId: string;
}

/** Where the order stands and what is owed. */
export interface ReplacementClaim {
  readonly orderNumber: string;
  readonly status: OrderStatus;
  readonly providerId: string;
  readonly submitted: boolean;
  readonly managerTold: boolean;
  readonly todos: readonly TodoCode[];
  /** Applied facts that have not been carried out, in the order of their intake; the confirmation is not among them. */
  readonly pending: readonly FactApplied[];
}

export type SubmissionOutcome =
  | { readonly outcome: 'accepted'; readonly providerReference: string | null }
  /** The refusal became a fact of the order; it is carried out like any other. Absent if another fact had decided before. */
  | { readonly outcome: 'rejected'; readonly fact?: FactApplied };

/** What the order says of itself after a fact was carried out. */
export interface StepOutcome {
  /** False: the order has no such applied fact (a signal that nobody of ours sent); nothing was done. */
  readonly carriedOut: boolean;
  readonly status: OrderStatus;
  readonly todos: readonly TodoCode[];
}

export interface SimReplacementActivities {
  /** Reads where the order stands. Changes nothing. */
  claimOrder(order: OrderRef): Promise<ReplacementClaim>;
  /** Sends the order to the provider under its own key; a repeat sends nothing that the provider has accepted. */
  submitOrder(order: OrderRef): Promise<SubmissionOutcome>;
  /** Inventory: the temporary eSIM exists. Order: `in_progress`. */
  createTemporaryEsim(fact: FactRef): Promise<StepOutcome>;
  /** Inventory: the eSIM is on the line and the old SIM is discarded, in one transaction. Order: `processed`. */
  replaceSim(fact: FactRef): Promise<StepOutcome>;
  /** Inventory: the temporary eSIM is gone, line and old SIM are free. Order: `cancelled`. */
  rollBackReplacement(fact: FactRef): Promise<StepOutcome>;
  /** One message to whoever made the order, whatever the number of calls. */
  tellManager(order: OrderRef): Promise<void>;
}

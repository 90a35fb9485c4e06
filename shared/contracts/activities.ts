/** What workflows may ask for. Each is one step of the story, idempotent, and takes and returns ids and states. */
import type { ServiceReconciliationInput } from './drift.ts';
import type { OrderStatus, TodoCode } from './order.ts';
import type { QrRequestClaim, QrRequestStep } from './qr-code-request.ts';
import type { FactApplied } from './sim-replacement.ts';
import type { ScheduledPlansInput, ScheduledPlansPortion } from './scheduled-plans.ts';
import type { RolloutPortion, ServiceRolloutInput } from './service-rollouts.ts';
import type { SimServicesInput } from './sim-services.ts';

export interface OrderRef {
  readonly accountId: string;
  readonly orderId: string;
}

export interface FactRef extends OrderRef {
  readonly factId: string;
}

/** When the provider's silence is to be noticed. */
export interface Waiting {
  /** RFC 3339; null where nothing is waited for. Absent from answers that were recorded before there was silence. */
  readonly waitsUntil?: string | null;
}

/** Where the order stands and what is owed. */
export interface ReplacementClaim extends Waiting {
  readonly orderNumber: string;
  readonly status: OrderStatus;
  readonly providerId: string;
  readonly submitted: boolean;
  readonly managerTold: boolean;
  readonly todos: readonly TodoCode[];
  /** Applied facts that have not been carried out, in the order of their intake; the confirmation is not among them. */
  readonly pending: readonly FactApplied[];
}

export type SubmissionOutcome = Waiting & SubmissionAnswer;

type SubmissionAnswer =
  | { readonly outcome: 'accepted'; readonly providerReference: string | null }
  /** The provider asks for time; nothing else is to wait for it. */
  | { readonly outcome: 'later'; readonly afterSeconds: number }
  /** Somebody has decided before anything was sent; nothing will be. */
  | { readonly outcome: 'not_needed' }
  /** The refusal became a fact of the order; it is carried out like any other. Absent if another fact had decided before. */
  | { readonly outcome: 'rejected'; readonly fact?: FactApplied };

/** What the order says of itself after a fact was carried out. */
export interface StepOutcome extends Waiting {
  /** False: the order has no such applied fact (a signal that nobody of ours sent); nothing was done. */
  readonly carriedOut: boolean;
  readonly status: OrderStatus;
  readonly todos: readonly TodoCode[];
}

/** What the silence of a provider led to. */
export interface SilenceOutcome extends StepOutcome {
  /** Applied facts not carried out: the provider's answer may be one, and so may be what the manager is to be told. */
  readonly pending: readonly FactApplied[];
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
  /** Asks the provider for what a person has decided: to cancel, to hurry, to take back. Its answer is on the order. */
  askProvider(fact: FactRef): Promise<StepOutcome>;
  /** Tells whoever made the order what the fact says; one message, whatever the number of calls. */
  giveNotice(fact: FactRef): Promise<StepOutcome>;
  /** A deadline has passed: the provider is asked, then reminded, then there is a to-do. Before the deadline nothing happens. */
  noticeSilence(order: OrderRef): Promise<SilenceOutcome>;
  /** One message to whoever made the order, whatever the number of calls. */
  tellManager(order: OrderRef): Promise<void>;
}

export interface QrRequestRef {
  readonly accountId: string;
  readonly requestId: string;
}

/** What the workflows of QR code requests and notifications may ask for. */
export interface QrCodeActivities {
  /** Reads where the request stands; what came back of its mails is recorded first. */
  claimQrRequest(request: QrRequestRef): Promise<QrRequestClaim>;
  /** Does one step that the request is owed; one that is no longer owed is skipped. Resolves to where it stands then. */
  carryOutQrRequestStep(request: QrRequestRef & { readonly step: QrRequestStep }): Promise<QrRequestClaim>;
  /** One mail, whatever the number of calls; none if the code is no longer current. */
  sendQrCodeNotification(notification: { readonly accountId: string; readonly notificationId: string }): Promise<void>;
}

/** A call of a SIM's services, by the id that inventory gave it and order knows it by. */
export interface ServiceCallRef extends SimServicesInput {
  readonly changeId: string;
}

/** What the workflow of a SIM's services may ask for. */
export interface SimServicesActivities {
  /**
   * Opens the call of the newest difference, or goes on with the one that is open, sends it, and takes what is answered
   * at once. Resolves to null where nothing differs.
   */
  sendServiceCall(sim: SimServicesInput): Promise<{
    readonly changeId: string;
    readonly isAnswered: boolean;
    /** Nothing differs after the answer, as far as is known; absent: that has to be looked at. */
    readonly isSettled?: boolean;
  } | null>;
  /** Brings what order has of a call to inventory, once. A call that order does not know, or of another SIM, is nothing. */
  takeServiceCallAnswer(call: ServiceCallRef): Promise<void>;
  /** Asks the provider what is in force, and takes it for an answer where it is what was asked for. */
  askForServiceCallAnswer(call: ServiceCallRef): Promise<{ readonly isAnswered: boolean }>;
}

/** What the workflows that change many SIMs may ask for. */
export interface ServiceCallsActivities {
  /**
   * Sends what these SIMs are owed, many in one step, and takes what is answered at once. What is left has the workflow
   * of its SIM, as if this had not been; a repeat goes on with what is open.
   */
  sendServiceCalls(portion: { readonly accountId: string; readonly simIds: readonly string[] }): Promise<{
    readonly answered: number;
  }>;
}

/** What the workflow of a rollout may ask for beside. */
export interface ServiceRolloutActivities {
  /** Moves the next SIMs, as many as pace and stop rule allow. A repeat moves the next ones: none is moved twice. */
  moveRolloutPortion(rollout: ServiceRolloutInput): Promise<RolloutPortion>;
}

/** What the workflow of a provider's first of the month may ask for beside. */
export interface ScheduledPlansActivities {
  /** Takes up the next plans that are due, as many as the pace allows. A repeat takes the next ones: none is taken twice. */
  turnScheduledPlans(plans: ScheduledPlansInput): Promise<ScheduledPlansPortion>;
}

/** What the workflow of a reconciliation may ask for. */
export interface ServiceReconciliationActivities {
  /**
   * Asks the provider about the next SIMs and brings what it reports to inventory, which makes proposals of what
   * differs. Resolves to null where none is left. A provider that goes on saying nothing is passed by.
   *
   * @param portion.tries how often it was tried at this place without getting on
   */
  compareServices(
    portion: ServiceReconciliationInput & { readonly tries: number },
  ): Promise<{ readonly hasMoved: boolean; readonly laterMs: number | null } | null>;
}

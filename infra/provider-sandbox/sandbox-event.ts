import type { AcceptedOrder, Connection, DeliveryAttempt, OrderRequestSort, Rule, Step } from './control-api.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { ServiceEvent } from './service-event.ts';

interface OrderKey {
  readonly providerId: string;
  readonly orderId: string;
}

/** What a provider holds to be true of an order from now on. */
export interface StatusReached {
  readonly status: AcceptedOrder['status'];
  readonly iccid?: string | undefined;
  readonly eid?: string | undefined;
  readonly activationCode?: string | undefined;
  readonly reason?: string | undefined;
}

/** How a submission was decided; nothing was decided when the sandbox only misbehaved. */
export type SubmissionDecision =
  | { readonly outcome: 'accepted'; readonly providerReference: string; readonly steps: readonly Step[] }
  | { readonly outcome: 'rejected'; readonly detail: string };

/** How a cancellation or a reminder was decided; `steps` are the order's from then on, null leaves it the ones it has. */
export type OrderRequestDecision =
  | { readonly outcome: 'accepted'; readonly steps: readonly Step[] | null }
  | { readonly outcome: 'refused'; readonly detail: string };

/** Everything that changes what the sandbox knows. The journal is a list of these, and the state is what follows from it. */
export type SandboxEvent =
  | ServiceEvent
  | { readonly kind: 'connection_put'; readonly providerId: string; readonly connection: Connection }
  | { readonly kind: 'rules_put'; readonly rules: readonly Rule[] }
  | { readonly kind: 'order_rules_put'; readonly orderId: string; readonly rules: readonly Rule[] }
  | ({
      readonly kind: 'submission_received';
      readonly at: string;
      readonly key: string;
      readonly order: Readonly<Record<string, unknown>>;
      readonly decision: SubmissionDecision | null;
    } & OrderKey)
  | ({ readonly kind: 'steps_planned'; readonly at: string; readonly steps: readonly Step[] } & OrderKey)
  | ({
      readonly kind: 'step_taken';
      readonly plan: number;
      readonly step: number;
      readonly reached: StatusReached;
      readonly message: OutgoingMessage | null;
    } & OrderKey)
  | ({ readonly kind: 'status_reached'; readonly reached: StatusReached } & OrderKey)
  | ({ readonly kind: 'lookup_received' } & OrderKey)
  | ({
      readonly kind: 'request_received';
      readonly at: string;
      readonly sort: OrderRequestSort;
      readonly key: string;
      readonly decision: OrderRequestDecision | null;
    } & OrderKey)
  | { readonly kind: 'sent_at_once'; readonly message: OutgoingMessage }
  | {
      readonly kind: 'attempt_made';
      readonly messageId: string;
      readonly attempt: DeliveryAttempt;
      readonly state: 'pending' | 'delivered' | 'given_up';
    };

/**
 * What the auditor looks at, each part read once. The parts are read one after the other while work goes on, in an
 * order that lets cause be seen before effect: signals that were answered, orders, the provider's side, inventory,
 * messages, mails, workflows. So what an order says is done must be found done elsewhere, and only the reverse may be
 * a matter of moments.
 */
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { TimelineSource } from '@simlane/contracts/http/timeline';
import type { OrderStatus } from '@simlane/contracts/order';
import type { ReplacementState, SimState } from '@simlane/contracts/sim';
import type { MailboxMail } from '../demo/mailbox.ts';
import type { AcceptedOrder, Delivery } from '../provider-sandbox/control-api.ts';

export interface Snapshot {
  /** When the orders were read, by this machine's clock, which all parts of the local stack share. */
  readonly readAt: Date;
  readonly order: OrderSnapshot;
  readonly inventory: InventorySnapshot;
  readonly notification: NotificationSnapshot;
  readonly catalog: CatalogSnapshot;
  readonly provider: ProviderSnapshot;
  readonly mails: readonly MailboxMail[];
  /** Workflows that run, by their id. */
  readonly running: ReadonlySet<string>;
}

interface Row {
  readonly accountId: string;
  readonly id: string;
}

export interface OrderRow extends Row {
  readonly orderNumber: string;
  readonly status: OrderStatus;
  readonly attempt: number;
  readonly lineId: string;
  readonly oldSimId: string;
  readonly newSimId: string | null;
  readonly providerId: string;
  readonly articleId: string | null;
  readonly submittedAt: Date | null;
  readonly managerToldAt: Date | null;
  /** The order whose provider's work it has taken over. */
  readonly adoptedFrom: string | null;
}

export interface FactRow extends Row {
  readonly orderId: string;
  readonly number: number;
  readonly kind: FactKind;
  readonly source: TimelineSource;
  readonly causeId: string | null;
  readonly disposition: Disposition;
  readonly fillsIn: boolean;
  readonly recordedAt: Date;
  readonly carriedOutAt: Date | null;
  /** Whether it says an ICCID, an EID or an activation code. */
  readonly identifies: boolean;
}

export interface SignalRow extends Row {
  readonly providerId: string;
  readonly messageId: string;
  readonly bodyHash: string;
  readonly intake: 'accepted' | 'unknown_order';
  readonly orderId: string | null;
  readonly factId: string | null;
  readonly replayOf: string | null;
}

export interface DueRow extends Row {
  readonly service: string;
  readonly kind: string;
  readonly dueAt: Date;
  readonly tries: number;
  readonly lastError: string | null;
}

export interface OrderSnapshot {
  readonly orders: readonly OrderRow[];
  readonly facts: readonly FactRow[];
  readonly signals: readonly SignalRow[];
  readonly connections: readonly { readonly accountId: string; readonly providerId: string }[];
  readonly due: readonly DueRow[];
}

export interface LineRow extends Row {
  readonly simId: string | null;
  readonly providerId: string;
  readonly changeOrderId: string | null;
}

export interface SimRow extends Row {
  readonly state: SimState;
  readonly providerId: string;
  readonly employeeId: string | null;
  readonly groups: number;
  readonly changeOrderId: string | null;
}

export interface ReplacementRow {
  readonly accountId: string;
  readonly orderId: string;
  readonly state: ReplacementState;
  readonly lineId: string;
  readonly oldSimId: string | null;
  readonly newSimId: string | null;
  readonly startedAt: Date | null;
}

export interface TimelineRow extends Row {
  readonly subjectType: 'line' | 'sim';
  readonly subjectId: string;
  readonly orderId: string | null;
  readonly event: string;
}

export interface InventorySnapshot {
  readonly lines: readonly LineRow[];
  readonly sims: readonly SimRow[];
  readonly replacements: readonly ReplacementRow[];
  /** In the order in which it was recorded. */
  readonly timeline: readonly TimelineRow[];
}

export interface RecipientRow extends Row {
  readonly messageId: string;
  readonly email: string;
  readonly state: 'queued' | 'sent' | 'unknown' | 'delivered' | 'bounced' | 'complained';
  readonly handOvers: number;
  readonly sentAt: Date | null;
  readonly providerMessageId: string | null;
  /** Of the message: what it is about; and its number, where that is an order. */
  readonly orderId: string;
  readonly orderNumber: string | null;
}

export interface NotificationSnapshot {
  readonly readAt: Date;
  readonly messages: readonly (Row & { readonly orderId: string })[];
  readonly recipients: readonly RecipientRow[];
  readonly due: readonly DueRow[];
}

export interface CatalogSnapshot {
  readonly providers: readonly Row[];
  readonly articles: readonly Row[];
}

export interface ProviderSnapshot {
  /** Read before the orders. */
  readonly deliveries: readonly Delivery[];
  /** Read after the orders. */
  readonly orders: readonly AcceptedOrder[];
}

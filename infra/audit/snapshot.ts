/**
 * What the auditor looks at, each part read once. The parts are read one after the other while work goes on, in an
 * order that lets cause be seen before effect: signals that were answered, orders, the provider's side, inventory,
 * files, messages, mails, workflows. So what an order says is done must be found done elsewhere, and only the reverse may be
 * a matter of moments.
 */
import type { DriftState } from '@simlane/contracts/drift';
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { TimelineSource } from '@simlane/contracts/http/timeline';
import type { OrderStatus } from '@simlane/contracts/order';
import type { QrCodeState, QrRequestEnd, QrRequestState } from '@simlane/contracts/qr-code';
import type { ReplacementState, SimState } from '@simlane/contracts/sim';
import type { MailboxMail } from '../demo/mailbox.ts';
import type { AcceptedOrder, Delivery } from '../provider-sandbox/control-api.ts';
import type { AcceptedServiceChange } from '../provider-sandbox/service-control-api.ts';

export interface Snapshot {
  /** When the orders were read, by this machine's clock, which all parts of the local stack share. */
  readonly readAt: Date;
  readonly order: OrderSnapshot;
  readonly inventory: InventorySnapshot;
  readonly notification: NotificationSnapshot;
  readonly catalog: CatalogSnapshot;
  readonly provider: ProviderSnapshot;
  /** What is in the bucket. */
  readonly objects: readonly StoredObject[];
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
  readonly intake: 'accepted' | 'unknown_order' | 'unknown_change';
  readonly orderId: string | null;
  readonly factId: string | null;
  /** Of a signal about a SIM's services: the change that it answers. */
  readonly changeId: string | null;
  readonly replayOf: string | null;
}

export interface ServiceCallRow extends Row {
  readonly providerId: string;
  /** By which inventory and the provider know it. */
  readonly changeId: string;
  readonly simId: string;
  /** Everything that was asked is answered, and the workflow has taken it. */
  readonly isSettled: boolean;
  /** There are answers that the workflow has not taken. */
  readonly untaken: boolean;
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
  readonly serviceCalls: readonly ServiceCallRow[];
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
  readonly subjectType: 'line' | 'sim' | 'qr_request' | 'service_rollout';
  readonly subjectId: string;
  readonly orderId: string | null;
  readonly event: string;
  /** The notification, code, request or drift proposal that it tells of, in this order. */
  readonly about: string | null;
}

export interface FileRow extends Row {
  readonly objectKey: string;
  readonly state: 'writing' | 'stored';
  readonly objectSha256: string;
}

export interface StoredObject {
  readonly key: string;
  readonly sha256: string;
  readonly writtenAt: Date;
}

export interface QrCodeRow extends Row {
  readonly simId: string;
  readonly state: QrCodeState;
  readonly fileId: string | null;
  readonly requestId: string | null;
  /** It came through a link and had to be accepted. */
  readonly waited: boolean;
  /** When it was imported, or accepted. */
  readonly becameAt: Date;
  readonly decidedAt: Date | null;
  readonly endedAt: Date | null;
  readonly refusalMailed: boolean;
}

export interface QrRequestRow extends Row {
  readonly simId: string;
  readonly orderId: string | null;
  readonly state: QrRequestState;
  readonly endReason: QrRequestEnd | null;
  readonly endedAt: Date | null;
  readonly sendings: number;
  readonly mailedSending: number;
  readonly sentAt: Date | null;
  readonly reminders: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface QrContactRow {
  readonly accountId: string;
  readonly requestId: string;
  readonly returnedAt: Date | null;
  readonly returnTold: boolean;
}

export interface QrLinkRow extends Row {
  readonly requestId: string | null;
  readonly qrCodeId: string | null;
}

export interface QrNotificationRow extends Row {
  readonly qrCodeId: string;
  readonly requestId: string | null;
  readonly linkId: string;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** The services of a SIM, by the SIM's id. */
export interface ServicesRow extends Row {
  readonly isInUse: boolean;
  readonly hasIccid: boolean;
  /** Something is wanted that is neither confirmed nor refused. */
  readonly differs: boolean;
  readonly deviates: boolean;
  /** What is wanted is what the profile has, in the version that is followed. */
  readonly followsProfile: boolean;
  readonly call: { readonly id: string; readonly kind: 'set' | 'cancel_arranged'; readonly openedAt: Date } | null;
  readonly scheduledAt: Date | null;
  /** The provider has said that it puts a plan in force on a date. */
  readonly isArranged: boolean;
  readonly deviationEndsAt: Date | null;
}

/** One that has not ended. */
export interface ServiceChangeRow extends Row {
  readonly simId: string;
  readonly state: 'pending' | 'scheduled';
}

export interface DriftProposalRow extends Row {
  readonly simId: string;
  readonly state: DriftState;
  /** Each value that it names as ours is what the SIM has confirmed. */
  readonly isOfConfirmed: boolean;
}

export interface ServiceReconciliationRow extends Row {
  readonly simId: string | null;
  readonly isAsked: boolean;
}

export interface InventorySnapshot {
  readonly lines: readonly LineRow[];
  readonly sims: readonly SimRow[];
  readonly replacements: readonly ReplacementRow[];
  /** In the order in which it was recorded. */
  readonly timeline: readonly TimelineRow[];
  readonly files: readonly FileRow[];
  readonly qrCodes: readonly QrCodeRow[];
  readonly qrRequests: readonly QrRequestRow[];
  readonly qrContacts: readonly QrContactRow[];
  readonly qrLinks: readonly QrLinkRow[];
  readonly qrNotifications: readonly QrNotificationRow[];
  readonly serviceRollouts: readonly Row[];
  readonly services: readonly ServicesRow[];
  readonly serviceChanges: readonly ServiceChangeRow[];
  readonly driftProposals: readonly DriftProposalRow[];
  readonly serviceReconciliations: readonly ServiceReconciliationRow[];
  readonly due: readonly DueRow[];
}

export interface RecipientRow extends Row {
  readonly messageId: string;
  readonly email: string;
  readonly state: 'queued' | 'sent' | 'unknown' | 'delivered' | 'bounced' | 'complained';
  readonly handOvers: number;
  readonly sentAt: Date | null;
  readonly providerMessageId: string | null;
  /** Of the message: the order that it is about, with its number; null where it is about something else. */
  readonly orderId: string | null;
  readonly orderNumber: string | null;
}

export interface MessageRow extends Row {
  readonly objectType: 'order' | 'qr_request' | 'sim';
  readonly objectId: string;
}

export interface NotificationSnapshot {
  readonly readAt: Date;
  readonly messages: readonly MessageRow[];
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
  readonly serviceChanges: readonly AcceptedServiceChange[];
}

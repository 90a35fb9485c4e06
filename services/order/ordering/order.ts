/** The rules of an order: what a confirmation needs, how its status follows, what is shown of it. */
import type { Cancellation, Order, Todo } from '@simlane/contracts/http/order';
import type { PackedArticle } from '@simlane/contracts/http/catalog';
import type { DeliveryContact } from '@simlane/contracts/http/order';
import type { Warning } from '@simlane/contracts/http/problem';
import type { ProviderWord } from '@simlane/contracts/facts';
import {
  isFinished,
  TODOS,
  type Cutover,
  type EndReason,
  type OrderStatus,
  type ReplacementAction,
  type ReplacementReason,
  type TodoCode,
} from '@simlane/contracts/order';
import type { ConfirmedBy, OrderedBy, ProviderTerms } from '../database.ts';

/** A draft that nobody has touched for so long is forgotten: prices and the fleet have changed since. */
export const DRAFT_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

export interface StoredOrder {
  readonly accountId: string;
  readonly id: string;
  readonly orderNumber: string;
  readonly action: ReplacementAction;
  readonly status: OrderStatus;
  readonly endReason: EndReason | null;
  readonly endDetail: string | null;
  readonly attempt: number;
  readonly lineId: string;
  readonly msisdn: string;
  readonly oldSimId: string;
  readonly oldIccid: string | null;
  readonly deviceEid: string | null;
  readonly newSim: { readonly id: string; readonly temporaryReference: string | null } | null;
  readonly providerId: string;
  readonly providerReference: string | null;
  readonly article: PackedArticle | null;
  readonly compatibleArticles: readonly PackedArticle[];
  readonly deliveryContact: DeliveryContact | null;
  readonly reference: string | null;
  readonly comment: string | null;
  readonly reason: ReplacementReason | null;
  readonly activate: boolean;
  readonly requestQrCodeWhenProcessed: boolean;
  readonly warnings: readonly Warning[];
  readonly orderedBy: OrderedBy;
  readonly confirmedBy: ConfirmedBy | null;
  readonly acceptedWarnings: readonly string[];
  /** The first time that the order may have reached the provider. */
  readonly submissionAttemptedAt: Date | null;
  readonly submittedAt: Date | null;
  readonly terms: ProviderTerms | null;
  readonly waitsUntil: Date | null;
  /** How often the silence since the last deadline has been noticed. */
  readonly silenceStep: number;
  readonly cancellation: Cancellation | null;
  readonly adoptedFrom: { readonly orderId: string; readonly factId: string } | null;
  readonly adoptedBy: string | null;
  /** Under which the provider has what was adopted, where that is not the order's own id. */
  readonly providerOrderId: string | null;
  readonly managerToldAt: Date | null;
  readonly todos: readonly Todo[];
  readonly idempotencyBodyHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly version: number;
}

/** The fields that a confirmation needs and the draft lacks. */
export const missingForConfirmation = (order: StoredOrder): { pointer: string; detail: string }[] => [
  ...(order.article === null ? [{ pointer: '/article', detail: 'Choose one of compatibleArticles' }] : []),
  ...(order.deliveryContact === null ? [{ pointer: '/deliveryContact', detail: 'Enter name and email' }] : []),
  ...(order.reason === null ? [{ pointer: '/reason', detail: 'Say why the SIM is replaced' }] : []),
];

export const isExpiredDraft = (order: StoredOrder, now: Date): boolean =>
  order.status === 'expired' || (order.status === 'draft' && order.expiresAt !== null && order.expiresAt <= now);

/** Before the order went to the provider nobody knows its terms, and nothing honest can be said of it. */
export const cutoverOf = ({ terms }: Pick<StoredOrder, 'terms'>): Cutover => terms?.cutoverOn ?? 'processed';

/** The status once inventory has done what a word asks for; a finished order stays as it is. */
export const statusAfter = (status: OrderStatus, word: ProviderWord): OrderStatus => {
  if (isFinished(status)) return status;
  switch (word) {
    case 'acknowledged':
      return 'in_progress';
    case 'processed':
      return 'processed';
    case 'cancelled':
    case 'rejected':
      return 'cancelled';
  }
};

/** Puts a to-do into the set, or replaces the one with its code; the first `since` stays. Each conflict is one of its own. */
export const withTodo = (
  todos: readonly Todo[],
  todo: { code: TodoCode; detail: string; causeId: string | null; data?: Record<string, unknown> },
  now: Date,
): Todo[] => {
  const isSame = ({ code, causeId }: Todo): boolean =>
    code === todo.code && (code !== 'conflict' || causeId === todo.causeId);
  const before = todos.find(isSame);
  const { responsible } = TODOS[todo.code];
  const entry: Todo = { data: {}, ...todo, responsible, since: before?.since ?? now.toISOString() };
  return [...todos.filter((other) => !isSame(other)), entry];
};

export const withoutTodo = (todos: readonly Todo[], ...codes: readonly TodoCode[]): Todo[] =>
  todos.filter(({ code }) => !codes.includes(code));

/** The id under which the provider has the order: an adopting order goes on with what the provider knows. */
export const providersOrderId = ({ id, providerOrderId }: StoredOrder): string => providerOrderId ?? id;

/** An order as the API shows it. */
export const shownOrder = (order: StoredOrder): Order => ({
  id: order.id,
  orderNumber: order.orderNumber,
  action: order.action,
  status: order.status,
  endReason: order.endReason,
  endDetail: order.endDetail,
  lineId: order.lineId,
  msisdn: order.msisdn,
  oldSimId: order.oldSimId,
  newSim: order.newSim,
  providerId: order.providerId,
  providerReference: order.providerReference,
  article: order.article,
  quantity: 1,
  compatibleArticles: order.status === 'draft' ? [...order.compatibleArticles] : [],
  deliveryContact: order.deliveryContact,
  reference: order.reference,
  comment: order.comment,
  reason: order.reason,
  activate: order.activate,
  requestQrCodeWhenProcessed: order.requestQrCodeWhenProcessed,
  warnings: [...order.warnings],
  orderedBy: order.orderedBy,
  todos: [...order.todos],
  needsAttention: order.todos.length > 0,
  closed: isFinished(order.status) && order.todos.length === 0,
  submittedAt: order.submittedAt?.toISOString() ?? null,
  waitsUntil: order.waitsUntil?.toISOString() ?? null,
  cancellation: order.cancellation,
  adoptedFrom: order.adoptedFrom,
  adoptedBy: order.adoptedBy,
  createdAt: order.createdAt.toISOString(),
  expiresAt: order.expiresAt?.toISOString() ?? null,
  version: order.version,
});

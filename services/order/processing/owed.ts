/**
 * What an order is owed, and when: one pure function of the order and its facts, from which every transaction sets
 * the due row, and by which the due loop decides what to do (temporal.md, "What is owed").
 */
import type { Todo } from '@simlane/contracts/http/order';
import type { OrderStatus } from '@simlane/contracts/order';
import type { ProviderTerms } from '../database.ts';
import { pendingCodes } from '../qr-code/activation-code.ts';
import { causeOfQrRequest, isQrCodeAskedFor } from '../qr-code/qr-code-request.ts';
import { pendingFacts, pendingFillIns, type StoredFact } from './fact.ts';

/** The request that confirms is given this long to finish the confirmation itself before the loop does it. */
export const CONFIRMATION_GRACE_MS = 10_000;

/** A waiting order is looked at daily: should its workflow be gone, this starts it again. */
export const WAITING_CHECK_MS = 24 * 60 * 60 * 1000;

/** The workflow's timer goes off at the deadline; what has not happened so long after it will not happen by itself. */
export const OVERDUE_AFTER_MS = 15 * 60 * 1000;

/** So many leases without progress, and somebody is to look: about 15 hours where deliveries have no outcome. */
export const LEASES_UNTIL_STUCK = 20;

/** While somebody can remove what stands in the way of a QR code request, it is tried again daily. */
export const ASK_FOR_QR_CODE_AGAIN_MS = 24 * 60 * 60 * 1000;

/** The kind of due row that an order has. */
export const ORDER_DUE = 'order';

export type Owed =
  | 'expire_draft'
  | 'finish_confirmation'
  /** Identifiers that a word filled in go to inventory. */
  | 'fill_in'
  /** An activation code that a word brought goes to inventory. */
  | 'pass_on_code'
  /** The QR code of the eSIM is asked for. */
  | 'request_qr_code'
  /** The workflow is to run and to hear of the pending facts. */
  | 'wake_workflow'
  /** Nothing is to be done but to wait; the workflow is to be there when something comes. */
  | 'check_workflow';

export interface OwedOrder {
  readonly status: OrderStatus;
  readonly expiresAt: Date | null;
  readonly submittedAt: Date | null;
  readonly managerToldAt: Date | null;
  readonly waitsUntil: Date | null;
  readonly requestQrCodeWhenProcessed: boolean;
  readonly terms: ProviderTerms | null;
  readonly todos: readonly Todo[];
}

export interface Due {
  readonly what: Owed;
  readonly at: Date;
}

/** Null: nothing is owed any more. */
export const owedTo = (order: OwedOrder, facts: readonly StoredFact[], now: Date): Due | null => {
  const after = (milliseconds: number): Date => new Date(now.getTime() + milliseconds);
  switch (order.status) {
    case 'draft':
      return { what: 'expire_draft', at: order.expiresAt ?? now };
    case 'confirming':
      return { what: 'finish_confirmation', at: after(CONFIRMATION_GRACE_MS) };
    case 'confirmed':
    case 'in_progress': {
      if (order.submittedAt === null) return { what: 'wake_workflow', at: now };
      const work = nextWork(order, facts);
      if (work !== undefined) return { what: work, at: now };
      const overdueAt = order.waitsUntil && new Date(order.waitsUntil.getTime() + OVERDUE_AFTER_MS);
      if (overdueAt !== null && overdueAt <= now) return { what: 'wake_workflow', at: overdueAt };
      const checkAt = after(WAITING_CHECK_MS);
      return { what: 'check_workflow', at: overdueAt !== null && overdueAt < checkAt ? overdueAt : checkAt };
    }
    case 'processed':
    case 'cancelled': {
      const work = nextWork(order, facts);
      if (work !== undefined) return { what: work, at: now };
      // The running workflow tells the manager next; waking it is for when it does not.
      if (order.managerToldAt === null) return { what: 'wake_workflow', at: after(TELLING_GRACE_MS) };
      const isToBeAskedAgain = order.todos.some(({ code }) => code === 'qr_request_impossible');
      return isToBeAskedAgain ? { what: 'request_qr_code', at: after(ASK_FOR_QR_CODE_AGAIN_MS) } : null;
    }
    case 'expired':
      return null;
  }
};

/**
 * What can be done at once. Facts first: a word can end what the line waits for, everything else only completes a
 * record. Codes before the request for one: where a code is there, none is asked for.
 */
const nextWork = (order: OwedOrder, facts: readonly StoredFact[]): Owed | undefined => {
  if (pendingFacts(facts).length > 0) return 'wake_workflow';
  if (pendingFillIns(facts).length > 0) return 'fill_in';
  if (pendingCodes(facts).length > 0) return 'pass_on_code';
  const isToBeAskedFor = causeOfQrRequest(order, facts) !== undefined && !isQrCodeAskedFor(facts);
  return isToBeAskedFor ? 'request_qr_code' : undefined;
};

/** The workflow that has just ended an order is given this long to tell the manager before it is woken. */
export const TELLING_GRACE_MS = 60_000;

/**
 * What an order is owed, and when: one pure function of the order and its facts, from which every transaction sets
 * the due row, and by which the due loop decides what to do (temporal.md, "What is owed").
 */
import type { OrderStatus } from '@simlane/contracts/order';
import { pendingFacts, pendingFillIns, type StoredFact } from './fact.ts';

/** The request that confirms is given this long to finish the confirmation itself before the loop does it. */
export const CONFIRMATION_GRACE_MS = 10_000;

/** A waiting order is looked at daily: should its workflow be gone, this starts it again. */
export const WAITING_CHECK_MS = 24 * 60 * 60 * 1000;

/** The workflow's timer goes off at the deadline; what has not happened so long after it will not happen by itself. */
export const OVERDUE_AFTER_MS = 15 * 60 * 1000;

/** So many leases without progress, and somebody is to look: about 15 hours where deliveries have no outcome. */
export const LEASES_UNTIL_STUCK = 20;

/** The kind of due row that an order has. */
export const ORDER_DUE = 'order';

export type Owed =
  | 'expire_draft'
  | 'finish_confirmation'
  /** Identifiers that a word filled in go to inventory. */
  | 'fill_in'
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
      // Facts before fill-ins: a word can end what the line waits for, a fill-in only completes a record.
      const hasWork = order.submittedAt === null || pendingFacts(facts).length > 0;
      if (hasWork) return { what: 'wake_workflow', at: now };
      if (pendingFillIns(facts).length > 0) return { what: 'fill_in', at: now };
      const overdueAt = order.waitsUntil && new Date(order.waitsUntil.getTime() + OVERDUE_AFTER_MS);
      if (overdueAt !== null && overdueAt <= now) return { what: 'wake_workflow', at: overdueAt };
      const checkAt = after(WAITING_CHECK_MS);
      return { what: 'check_workflow', at: overdueAt !== null && overdueAt < checkAt ? overdueAt : checkAt };
    }
    case 'processed':
    case 'cancelled':
      if (pendingFacts(facts).length > 0) return { what: 'wake_workflow', at: now };
      if (pendingFillIns(facts).length > 0) return { what: 'fill_in', at: now };
      // The running workflow tells the manager next; waking it is for when it does not.
      return order.managerToldAt === null ? { what: 'wake_workflow', at: after(TELLING_GRACE_MS) } : null;
    case 'expired':
      return null;
  }
};

/** The workflow that has just ended an order is given this long to tell the manager before it is woken. */
export const TELLING_GRACE_MS = 60_000;

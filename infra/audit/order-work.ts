/**
 * What facts ask for, once more and on purpose not imported from where the services have it: an auditor that asked
 * the audited would agree with every mistake.
 */
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { OrderStatus } from '@simlane/contracts/order';
import type { FactRow, OrderRow } from './snapshot.ts';

type Decided = 'confirmed' | 'acknowledged' | 'processed' | 'cancelled';

interface Decision {
  /** What it decides, once applied; a request or a notice decides nothing. */
  readonly decides?: Decided;
  /** The facts that say that it was carried out: one of them, once, naming it as the cause. */
  readonly effects: readonly FactKind[];
  /** The order's status from then on. */
  readonly status?: OrderStatus;
}

const DECISIONS: Readonly<Partial<Record<FactKind, Decision>>> = {
  confirmed: { decides: 'confirmed', effects: ['submitted'], status: 'confirmed' },
  acknowledged: { decides: 'acknowledged', effects: ['temporary_esim_created'], status: 'in_progress' },
  processed: { decides: 'processed', effects: ['sim_replaced'], status: 'processed' },
  cancelled: { decides: 'cancelled', effects: ['rolled_back'], status: 'cancelled' },
  rejected: { decides: 'cancelled', effects: ['rolled_back'], status: 'cancelled' },
  cancellation_requested: { effects: ['cancellation_passed_on', 'cancellation_refused', 'request_overtaken'] },
  reminder_requested: { effects: ['provider_reminded', 'request_overtaken'] },
  reversal_requested: { effects: ['reversal_passed_on', 'cancellation_refused', 'request_overtaken'] },
  silence_noted: { effects: ['manager_told'] },
  cancellation_refused: { effects: ['manager_told'] },
};

export const decisionOf = ({ kind }: Pick<FactRow, 'kind'>): Decision | undefined => DECISIONS[kind];

const WORDS = ['acknowledged', 'processed', 'cancelled', 'rejected'] as const;
export type Word = (typeof WORDS)[number];
export const wordOf = ({ kind }: FactRow): Word | undefined => WORDS.find((word) => word === kind);

/** The table of judgements: what is decided so far × what the provider says. Two where its identifiers decide. */
export const JUDGEMENTS: Readonly<Record<Decided, Readonly<Record<Word, readonly Disposition[]>>>> = {
  confirmed: { acknowledged: ['applied'], processed: ['applied'], cancelled: ['applied'], rejected: ['applied'] },
  acknowledged: { acknowledged: ['duplicate'], processed: ['applied'], cancelled: ['applied'], rejected: ['applied'] },
  processed: {
    acknowledged: ['stale'],
    processed: ['duplicate', 'conflict'],
    cancelled: ['conflict'],
    rejected: ['conflict'],
  },
  cancelled: { acknowledged: ['stale'], processed: ['conflict'], cancelled: ['duplicate'], rejected: ['duplicate'] },
};

export const isUnfinished = ({ status }: OrderRow): boolean =>
  status === 'draft' || status === 'confirming' || isUnderWay(status);

export const isUnderWay = (status: OrderStatus): boolean => status === 'confirmed' || status === 'in_progress';

/** Applied facts that something is still to be done about. */
export const pendingFacts = (facts: readonly FactRow[]): FactRow[] =>
  facts.filter(
    (fact) => fact.disposition === 'applied' && fact.carriedOutAt === null && decisionOf(fact) !== undefined,
  );

/** Whether there is something that only the order's workflow does. */
export const hasWork = (order: OrderRow, facts: readonly FactRow[]): boolean => {
  if (isUnderWay(order.status)) return order.submittedAt === null || pendingFacts(facts).length > 0;
  const isEnded = order.status === 'processed' || order.status === 'cancelled';
  return isEnded && (order.managerToldAt === null || pendingFacts(facts).length > 0);
};

/** The status of an order whose confirmation and words, as far as they are carried out, are these. */
export const statusByFacts = (facts: readonly FactRow[]): OrderStatus | undefined => {
  const last = facts.findLast(
    (fact) =>
      fact.disposition === 'applied' &&
      decisionOf(fact)?.status !== undefined &&
      (fact.kind === 'confirmed' || fact.carriedOutAt !== null),
  );
  return last && decisionOf(last)?.status;
};

/** An order's facts in their order. */
export const factsByOrder = (facts: readonly FactRow[]): ReadonlyMap<string, readonly FactRow[]> =>
  Map.groupBy(
    facts.toSorted((one, other) => one.number - other.number),
    ({ orderId }) => orderId,
  );

export const NO_FACTS: readonly FactRow[] = [];

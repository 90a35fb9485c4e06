/**
 * What facts ask for, once more and on purpose not imported from where the services have it: an auditor that asked
 * the audited would agree with every mistake.
 */
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { OrderStatus } from '@simlane/contracts/order';
import type { FactRow, OrderRow } from './snapshot.ts';

type Decided = 'confirmed' | 'acknowledged' | 'processed' | 'cancelled';

interface Decision {
  /** What it decides, once applied. */
  readonly decides: Decided;
  /** The fact that says that it was carried out, and names it as its cause. */
  readonly effect: FactKind;
  /** The order's status from then on. */
  readonly status: OrderStatus;
}

const DECISIONS: Readonly<Partial<Record<FactKind, Decision>>> = {
  confirmed: { decides: 'confirmed', effect: 'submitted', status: 'confirmed' },
  acknowledged: { decides: 'acknowledged', effect: 'temporary_esim_created', status: 'in_progress' },
  processed: { decides: 'processed', effect: 'sim_replaced', status: 'processed' },
  cancelled: { decides: 'cancelled', effect: 'rolled_back', status: 'cancelled' },
  rejected: { decides: 'cancelled', effect: 'rolled_back', status: 'cancelled' },
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
  return (order.status === 'processed' || order.status === 'cancelled') && order.managerToldAt === null;
};

/** The status of an order whose confirmation and words, as far as they are carried out, are these. */
export const statusByFacts = (facts: readonly FactRow[]): OrderStatus | undefined => {
  const last = facts.findLast(
    ({ disposition, kind, carriedOutAt }) =>
      disposition === 'applied' && (kind === 'confirmed' || carriedOutAt !== null),
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

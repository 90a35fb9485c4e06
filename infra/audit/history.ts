import { broken, type Finding } from './finding.ts';
import { factsByOrder, NO_FACTS } from './order-work.ts';
import type { FactRow, OrderRow, ReplacementRow, Snapshot, TimelineRow } from './snapshot.ts';

/** Invariant 8: each change of state has its one fact, on the order, and its one entry on each timeline it belongs to. */
export const checkHistory = ({ order, inventory, notification }: Snapshot): Finding[] => {
  const facts = factsByOrder(order.facts);
  const entries = Map.groupBy(inventory.timeline, ({ orderId }) => orderId);
  const told = new Set(notification.messages.map(({ objectId }) => objectId));
  return [
    ...order.orders.flatMap((row) => [
      ...checkFacts(row, facts.get(row.id) ?? NO_FACTS),
      ...(row.managerToldAt === null || told.has(row.id)
        ? []
        : [broken(8, { accountId: row.accountId, orderId: row.id }, 'the manager is told, and there is no message')]),
    ]),
    ...inventory.replacements.flatMap((row) => checkTimeline(row, entries.get(row.orderId) ?? [])),
  ];
};

const checkFacts = (order: OrderRow, facts: readonly FactRow[]): Finding[] => {
  // Of what the manager is told here only the end counts; notices have a fact of their own as their cause.
  const count = (kind: string): number =>
    facts.filter((fact) => fact.kind === kind && (kind !== 'manager_told' || fact.causeId === order.id)).length;
  const isConfirmed = !['draft', 'confirming', 'expired'].includes(order.status);
  const refused = order.attempt - (isConfirmed || order.status === 'confirming' ? 1 : 0);
  const expected: Readonly<Record<string, number>> = {
    draft_created: 1,
    draft_expired: order.status === 'expired' ? 1 : 0,
    confirmation_requested: order.attempt,
    confirmation_refused: refused,
    confirmed: isConfirmed ? 1 : 0,
    submitted: order.submittedAt === null ? 0 : 1,
    sim_replaced: order.status === 'processed' ? 1 : 0,
    rolled_back: order.status === 'cancelled' ? 1 : 0,
    manager_told: order.managerToldAt === null ? 0 : 1,
  };
  const numbered = facts.every(({ number }, index) => number === index + 1);
  const place = { accountId: order.accountId, orderId: order.id };
  return [
    ...(numbered ? [] : [broken(8, place, 'its facts are not numbered from 1 on')]),
    ...Object.entries(expected).flatMap(([kind, times]) =>
      count(kind) === times ? [] : [broken(8, place, `it has ${count(kind)} facts ${kind}, not ${times}`)],
    ),
  ];
};

const checkTimeline = (row: ReplacementRow, entries: readonly TimelineRow[]): Finding[] => {
  const isHeld = row.state !== 'refused' ? 1 : 0;
  const isStarted = row.startedAt === null ? 0 : 1;
  const isCommitted = row.state === 'committed' ? 1 : 0;
  const isRolledBack = row.state === 'rolled_back' ? 1 : 0;
  const expected: readonly [event: string, subject: string | null, times: number][] = [
    ['replacement_reserved', row.lineId, isHeld],
    ['replacement_reserved', row.oldSimId, isHeld],
    ['temporary_esim_created', row.lineId, isStarted],
    ['temporary_esim_created', row.newSimId, isStarted],
    ['sim_replaced', row.lineId, isCommitted],
    ['put_on_line', row.newSimId, isCommitted],
    ['discarded', row.oldSimId, isCommitted],
    ['replacement_rolled_back', row.lineId, isRolledBack],
    ['replacement_rolled_back', row.oldSimId, isRolledBack],
    ['temporary_esim_removed', row.newSimId, isRolledBack * isStarted],
  ];
  return expected.flatMap(([event, subject, times]) => {
    if (subject === null) return [];
    const found = entries.filter((entry) => entry.event === event && entry.subjectId === subject).length;
    return found === times
      ? []
      : [broken(8, row, `${found} entries ${event} on the timeline of ${subject}, not ${times}`)];
  });
};

import { simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import { broken, type Finding, settling } from './finding.ts';
import { factsByOrder, hasWork, isUnderWay, isUnfinished, NO_FACTS, pendingFacts, wordOf } from './order-work.ts';
import type { FactRow, OrderRow, OrderSnapshot, ReplacementRow, Snapshot } from './snapshot.ts';

/** Invariant 9: what is unfinished has somebody who looks at it: a due row, a reservation, a running workflow. */
export const checkUnfinished = (snapshot: Snapshot): Finding[] => {
  const { order, inventory, running } = snapshot;
  const facts = factsByOrder(order.facts);
  const due = dueOf(order, 'order');
  const dueCalls = dueOf(order, 'service_call');
  const replacements = new Map(inventory.replacements.map((row) => [row.orderId, row]));
  const orders = new Map(order.orders.map((row) => [row.id, row]));
  return [
    ...order.orders.flatMap((row): Finding[] => {
      const place = { accountId: row.accountId, orderId: row.id };
      const own = facts.get(row.id) ?? NO_FACTS;
      const works = hasWork(row, own);
      const isOwed = isUnfinished(row) || works || pendingFacts(own).length > 0;
      return [
        ...(isOwed && !due.has(row.id) ? [broken(9, place, `it is ${row.status} and nothing is due for it`)] : []),
        ...(works && !running.has(simReplacementWorkflowId(row.id))
          ? [settling(9, place, 'there is something to carry out, and its workflow does not run')]
          : []),
        ...overdueWords(own, snapshot.readAt).map((fact) =>
          settling(9, place, `fact ${fact.number} (${fact.kind}) waits to be carried out for more than a minute`),
        ),
        ...(isUnderWay(row.status) && !isReserved(replacements.get(row.id))
          ? [broken(9, place, `it is ${row.status} and nothing is reserved for it`)]
          : []),
      ];
    }),
    ...order.serviceCalls.flatMap((call) =>
      call.untaken && !dueCalls.has(call.id)
        ? [broken(9, call, `service call ${call.id} has an answer that was not taken, and nothing is due for it`)]
        : [],
    ),
    ...inventory.replacements.flatMap((row) => checkReservation(row, orders.get(row.orderId))),
    ...[...inventory.lines, ...inventory.sims].flatMap(({ accountId, id, changeOrderId }): Finding[] => {
      if (changeOrderId === null || isLive(replacements.get(changeOrderId))) return [];
      return [broken(9, { accountId, orderId: changeOrderId }, `${id} is held for a change that is not in flight`)];
    }),
  ];
};

const dueOf = ({ due }: OrderSnapshot, of: string): Set<string> =>
  new Set(due.filter(({ kind }) => kind === of).map(({ id }) => id));

/** A workflow that runs is not enough: what was decided is to be done within a minute. */
const CARRIED_OUT_WITHIN_MS = 60_000;
const overdueWords = (facts: readonly FactRow[], readAt: Date): FactRow[] =>
  pendingFacts(facts).filter(
    (fact) => wordOf(fact) !== undefined && readAt.getTime() - fact.recordedAt.getTime() > CARRIED_OUT_WITHIN_MS,
  );

const isReserved = (row: ReplacementRow | undefined): boolean => row !== undefined && row.state !== 'refused';
const isLive = (row: ReplacementRow | undefined): boolean => row?.state === 'reserved' || row?.state === 'started';

/** Reserved after the orders were read, it may be ahead of an order that was a draft then, or not there. */
const checkReservation = (row: ReplacementRow, order: OrderRow | undefined): Finding[] => {
  if (!isLive(row) || (order !== undefined && isUnderWay(order.status))) return [];
  const what = `inventory holds line ${row.lineId} for it, and it is ${order?.status ?? 'not there'}`;
  if (order !== undefined && !isUnfinished(order)) return [broken(9, row, what)];
  return [settling(9, row, what)];
};

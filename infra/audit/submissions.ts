import { submissionKey } from '@simlane/contracts/http/provider';
import { broken, type Finding, settling } from './finding.ts';
import { factsByOrder, NO_FACTS, wordOf } from './order-work.ts';
import type { FactRow, OrderRow, Snapshot } from './snapshot.ts';

/** Invariant 1: every accepted order exists once, and its provider has accepted it at most once, under its own key. */
export const checkSubmissions = ({ readAt, order, provider }: Snapshot): Finding[] => {
  const facts = factsByOrder(order.facts);
  const orders = new Map(order.orders.map((row) => [row.id, row]));
  const accepted = Map.groupBy(provider.orders, ({ orderId }) => orderId);
  return [
    ...sameNumber(order.orders),
    ...adoptedTwice(order.orders),
    ...provider.orders.flatMap((taken): Finding[] => {
      const ours = orders.get(taken.orderId);
      const place = { accountId: ours?.accountId ?? null, orderId: taken.orderId };
      if (ours === undefined) {
        if (Date.parse(taken.acceptedAt) > readAt.getTime()) return [];
        return [broken(1, place, `provider ${taken.providerId} has accepted an order that does not exist`)];
      }
      return [
        ...(taken.accepted > 1 ? [broken(1, place, `the provider has accepted it ${taken.accepted} times`)] : []),
        ...(taken.key === submissionKey(taken.orderId)
          ? []
          : [broken(1, place, `submitted under the key ${taken.key}`)]),
        ...(taken.providerId === ours.providerId
          ? []
          : [broken(1, place, `accepted by ${taken.providerId}, ordered from ${ours.providerId}`)]),
      ];
    }),
    ...order.orders.flatMap((row): Finding[] => {
      const place = { accountId: row.accountId, orderId: row.id };
      const isAccepted = accepted.has(row.id);
      if (row.submittedAt === null) {
        return isAccepted ? [settling(1, place, 'the provider has it, and the order does not say so yet')] : [];
      }
      if (isAccepted || row.adoptedFrom !== null || isSettledOtherwise(row, facts.get(row.id) ?? NO_FACTS)) return [];
      return [broken(1, place, 'said to be submitted, and the provider does not have it')];
    }),
  ];
};

/** Rejected when it was submitted, or a signal had decided before: then nothing is sent. */
const isSettledOtherwise = (row: OrderRow, facts: readonly FactRow[]): boolean => {
  const submitted = facts.find(({ kind }) => kind === 'submitted')?.number ?? Infinity;
  return facts.some(
    (fact) =>
      fact.disposition === 'applied' &&
      wordOf(fact) !== undefined &&
      (fact.number < submitted || fact.causeId === submissionKey(row.id)),
  );
};

/** What a provider has made once can serve one line. */
const adoptedTwice = (orders: readonly OrderRow[]): Finding[] => {
  const adopting = orders.filter(({ adoptedFrom, submittedAt }) => adoptedFrom !== null && submittedAt !== null);
  return [...Map.groupBy(adopting, ({ adoptedFrom }) => adoptedFrom).values()].flatMap(([first, ...others]) =>
    first === undefined || others.length === 0
      ? []
      : [
          broken(
            1,
            { accountId: first.accountId, orderId: first.adoptedFrom },
            `${others.length + 1} orders have adopted it`,
          ),
        ],
  );
};

const sameNumber = (orders: readonly OrderRow[]): Finding[] =>
  [...Map.groupBy(orders, ({ orderNumber }) => orderNumber)].flatMap(([number, [first, ...others]]) =>
    first === undefined || others.length === 0
      ? []
      : [broken(1, { accountId: first.accountId, orderId: first.id }, `${others.length + 1} orders are ${number}`)],
  );

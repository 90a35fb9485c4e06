import type { OrderStatus } from '@simlane/contracts/order';
import { isServing, type ReplacementState } from '@simlane/contracts/sim';
import { broken, type Finding, settling } from './finding.ts';
import { factsByOrder, isUnderWay, NO_FACTS, statusByFacts } from './order-work.ts';
import type { FactRow, OrderRow, ReplacementRow, SimRow, Snapshot } from './snapshot.ts';

/**
 * Invariant 3: the status of an order follows from its facts and never moves backwards; inventory is as far as the
 * order says or one step ahead; a line that had a serving SIM has exactly one.
 */
export const checkFleet = (snapshot: Snapshot): Finding[] => {
  const facts = factsByOrder(snapshot.order.facts);
  const replacements = new Map(snapshot.inventory.replacements.map((row) => [row.orderId, row]));
  return [
    ...snapshot.order.orders.flatMap((order) => {
      const own = facts.get(order.id) ?? NO_FACTS;
      return [...checkStatus(order, own), ...checkInventory(order, replacements.get(order.id))];
    }),
    ...checkSteps(snapshot),
    ...checkLines(snapshot),
    ...checkSims(snapshot),
    ...checkReplacedSims(snapshot),
  ];
};

const UNCONFIRMED: readonly OrderStatus[] = ['draft', 'confirming', 'expired'];

const checkStatus = (order: OrderRow, facts: readonly FactRow[]): Finding[] => {
  const place = { accountId: order.accountId, orderId: order.id };
  const expected = statusByFacts(facts);
  const holds = expected === undefined ? UNCONFIRMED.includes(order.status) : order.status === expected;
  return holds ? [] : [broken(3, place, `it is ${order.status}, by its facts ${expected ?? 'not confirmed'}`)];
};

/** Inventory acts first, and is read after the orders: it is as far as the order, or further for a moment. */
const EXPECTED: Readonly<Partial<Record<OrderStatus, Record<'asItIs' | 'ahead', readonly ReplacementState[]>>>> = {
  confirmed: { asItIs: ['reserved'], ahead: ['started', 'committed', 'rolled_back'] },
  in_progress: { asItIs: ['started'], ahead: ['committed', 'rolled_back'] },
  processed: { asItIs: ['committed'], ahead: [] },
  cancelled: { asItIs: ['rolled_back'], ahead: [] },
};

const checkInventory = (order: OrderRow, replacement: ReplacementRow | undefined): Finding[] => {
  const expected = EXPECTED[order.status];
  if (expected === undefined) return [];
  const place = { accountId: order.accountId, orderId: order.id };
  const state = replacement?.state ?? 'refused';
  if (expected.ahead.includes(state)) return [settling(3, place, `it is ${order.status}, in inventory ${state}`)];
  if (!expected.asItIs.includes(state)) return [broken(3, place, `it is ${order.status}, in inventory ${state}`)];
  if (replacement?.newSimId === order.newSimId) return [];
  return [broken(3, place, `its new SIM is ${order.newSimId}, in inventory ${replacement?.newSimId}`)];
};

const RANKS: Readonly<Record<string, number>> = {
  confirmed: 1,
  temporary_esim_created: 2,
  sim_replaced: 3,
  rolled_back: 3,
  replacement_reserved: 1,
  put_on_line: 3,
  discarded: 3,
  replacement_rolled_back: 3,
  temporary_esim_removed: 3,
};

/** What the timelines tell never goes back, and nothing follows an end. */
const checkSteps = ({ order, inventory }: Snapshot): Finding[] => {
  const stories = [
    ...[...factsByOrder(order.facts)].map(([orderId, own]) => ({
      place: { accountId: own[0]?.accountId ?? null, orderId },
      name: 'its story',
      steps: own.map(({ kind }): string => kind),
    })),
    ...[
      ...Map.groupBy(
        inventory.timeline.filter(({ orderId }) => orderId !== null),
        ({ subjectType, subjectId, orderId }) => `${subjectType} ${subjectId} ${orderId}`,
      ).values(),
    ].map((entries) => ({
      place: { accountId: entries[0]?.accountId ?? null, orderId: entries[0]?.orderId ?? null },
      name: `the timeline of ${entries[0]?.subjectType} ${entries[0]?.subjectId}`,
      steps: entries.map(({ event }) => event),
    })),
  ];
  return stories.flatMap(({ place, name, steps }): Finding[] => {
    const told = steps.filter((step) => RANKS[step] !== undefined);
    const at = told.findIndex((step, index) => index > 0 && (RANKS[step] ?? 0) <= (RANKS[told[index - 1] ?? ''] ?? 0));
    return at === -1 ? [] : [broken(3, place, `${name} goes from ${told[at - 1]} to ${told[at]}`)];
  });
};

const checkLines = ({ inventory }: Snapshot): Finding[] => {
  const sims = new Map(inventory.sims.map((sim) => [sim.id, sim]));
  const served = new Set(
    inventory.timeline.filter(({ subjectType }) => subjectType === 'line').map(({ subjectId }) => subjectId),
  );
  const carried = Map.groupBy(inventory.lines, ({ accountId, simId }) =>
    simId === null ? null : `${accountId} ${simId}`,
  );
  return [
    ...inventory.lines.flatMap((line): Finding[] => {
      const place = { accountId: line.accountId, orderId: line.changeOrderId };
      const had = line.changeOrderId !== null || served.has(line.id);
      if (line.simId === null) return had ? [broken(3, place, `line ${line.id} had a SIM and has none`)] : [];
      const sim = sims.get(line.simId);
      if (sim !== undefined && isServing(sim.state)) return [];
      return [broken(3, place, `line ${line.id} points to SIM ${line.simId}, which is ${sim?.state ?? 'not there'}`)];
    }),
    ...[...carried].flatMap(([sim, [first, ...others]]) =>
      sim === null || first === undefined || others.length === 0
        ? []
        : [broken(3, first, `SIM ${first.simId} serves ${others.length + 1} lines`)],
    ),
  ];
};

const checkSims = ({ order, inventory }: Snapshot): Finding[] => {
  const onLines = new Set(inventory.lines.map(({ simId }) => simId));
  const statuses = new Map(order.orders.map(({ id, status }) => [id, status]));
  const replacements = new Map(inventory.replacements.map((row) => [row.orderId, row]));
  return inventory.sims.flatMap((sim): Finding[] => {
    const place = { accountId: sim.accountId, orderId: sim.changeOrderId };
    if (sim.state === 'discarded') return leftOver(sim, onLines.has(sim.id)).map((what) => broken(3, place, what));
    if (sim.state !== 'temporary') return [];
    const change = replacements.get(sim.changeOrderId ?? '');
    if (change?.state !== 'started' || change.newSimId !== sim.id) {
      return [broken(3, place, `temporary eSIM ${sim.id} belongs to no change in flight`)];
    }
    const status = statuses.get(change.orderId);
    // An order that came after the orders were read is not under way for this look.
    if (status === undefined || isUnderWay(status)) return [];
    return [
      status === 'draft' || status === 'confirming'
        ? settling(3, place, `temporary eSIM ${sim.id} of an order that is ${status}`)
        : broken(3, place, `temporary eSIM ${sim.id} outlives its order, which is ${status}`),
    ];
  });
};

const leftOver = (sim: SimRow, isOnLine: boolean): string[] => [
  ...(sim.groups > 0 ? [`discarded SIM ${sim.id} is in ${sim.groups} groups`] : []),
  ...(sim.employeeId === null ? [] : [`discarded SIM ${sim.id} is with employee ${sim.employeeId}`]),
  ...(isOnLine ? [`discarded SIM ${sim.id} is on a line`] : []),
];

/** Of a committed replacement: the new SIM, or a later one, is on the line, and the old one is discarded. */
const checkReplacedSims = ({ inventory }: Snapshot): Finding[] => {
  const lines = new Map(inventory.lines.map((line) => [line.id, line]));
  const sims = new Map(inventory.sims.map((sim) => [sim.id, sim]));
  const replacedBy = new Map(
    inventory.replacements.filter(({ state }) => state === 'committed').map((row) => [row.oldSimId, row.newSimId]),
  );
  const endOf = (simId: string | null): string | null => {
    const seen = new Set<string | null>();
    let last = simId;
    while (replacedBy.has(last) && !seen.has(last)) {
      seen.add(last);
      last = replacedBy.get(last) ?? null;
    }
    return last;
  };
  return inventory.replacements.flatMap((row): Finding[] => {
    if (row.state !== 'committed') return [];
    const line = lines.get(row.lineId);
    const old = sims.get(row.oldSimId ?? '');
    return [
      ...(line !== undefined && line.simId === endOf(row.newSimId)
        ? []
        : [
            broken(
              3,
              row,
              `line ${row.lineId} has SIM ${line?.simId} and not ${endOf(row.newSimId)}, which replaced its own`,
            ),
          ]),
      ...(old?.state === 'discarded'
        ? []
        : [broken(3, row, `replaced SIM ${row.oldSimId} is ${old?.state ?? 'gone'}`)]),
    ];
  });
};

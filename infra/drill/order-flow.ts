import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { orderRoutes } from '@simlane/contracts/http/order';
import type { OrderStatus } from '@simlane/contracts/order';
import { setTimeout as sleep } from 'node:timers/promises';
import { completeDraft } from '../demo/complete-draft.ts';
import type { PublicApi } from '../demo/public-api.ts';
import type { StackInfo } from '../local/stack-info.ts';
import type { SandboxControl } from '../provider-sandbox/control-client.ts';
import { type Course, drawCourse } from './order-courses.ts';
import { type SeenOrder, seeOrders } from './order-ends.ts';
import type { Random } from '@simlane/testing/random';

/** With nothing broken, each step takes moments. */
const REACHED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;

export interface PlacedOrder {
  readonly id: string;
  readonly lineId: string;
  readonly course: Course;
}

export interface UnsettledOrder {
  /** Lost: answered with 2xx, and not there. */
  readonly state: 'lost' | 'open';
  readonly what: string;
}

/** Orders in flight during a drill, each with a course of which the end is known. */
export interface OrderFlow {
  /** Drafts for so many free lines, their courses with the provider; nothing is confirmed yet. */
  prepare(count: number, course?: Course): Promise<PlacedOrder[]>;
  /** Confirms them, one every so many milliseconds; resolves when all are answered with 2xx. */
  confirm(orders: readonly PlacedOrder[], everyMs: number): Promise<void>;
  /** Drafts that all are for one free line. */
  prepareRivals(count: number, course: Course): Promise<PlacedOrder[]>;
  /** From now on this order, which was confirmed otherwise, is to end as its course says. */
  follow(order: PlacedOrder): void;
  /** Resolves when the provider has them all, and the orders say so. */
  submitted(orders: readonly PlacedOrder[]): Promise<void>;
  /** Resolves when they all have the status. */
  reach(orders: readonly PlacedOrder[], status: OrderStatus): Promise<void>;
  /** Resolves when their managers are told of their ends. */
  told(orders: readonly PlacedOrder[]): Promise<void>;
  /** The orders that were confirmed and have not ended as expected; the lines of all are free when none is left. */
  unsettled(): Promise<UnsettledOrder[]>;
  readonly confirmed: number;
}

export interface OrderFlowDependencies {
  readonly stack: StackInfo;
  /** A caller for each order: a service limits the calls of one person. */
  readonly api: () => PublicApi;
  readonly sandbox: SandboxControl;
  readonly random: Random;
  readonly lineIds: readonly string[];
}

export const createOrderFlow = ({ stack, api, sandbox, random, lineIds }: OrderFlowDependencies): OrderFlow => {
  const free = [...lineIds];
  let open: PlacedOrder[] = [];
  let confirmed = 0;

  const takeLine = (): string => {
    const lineId = free.shift();
    if (lineId === undefined) throw new Error('Every line of the fleet has an order in flight');
    return lineId;
  };

  const prepareOne = async (lineId: string, course: Course): Promise<PlacedOrder> => {
    const caller = api();
    const { sim } = await caller.call(inventoryRoutes.getLine, { params: { id: lineId } });
    const action = sim?.kind === 'esim' ? 'replace_esim' : 'switch_to_esim';
    const { id } = await completeDraft(caller, lineId, action);
    await sandbox.putOrderRules(id, course.rules);
    return { id, lineId, course };
  };

  const follow = (order: PlacedOrder): void => {
    confirmed += 1;
    open.push(order);
  };

  const confirmOne = async (order: PlacedOrder): Promise<void> => {
    await api().call(orderRoutes.confirm, { params: { id: order.id }, body: {} });
    follow(order);
  };

  const prepare = (count: number, course?: Course): Promise<PlacedOrder[]> =>
    Promise.all(Array.from({ length: count }, () => prepareOne(takeLine(), course ?? drawCourse(random))));

  const confirm = async (orders: readonly PlacedOrder[], everyMs: number): Promise<void> => {
    await Promise.all(orders.map((order, index) => sleep(index * everyMs).then(() => confirmOne(order))));
  };

  const until = async (orders: readonly PlacedOrder[], holds: (order: SeenOrder) => boolean): Promise<void> => {
    const ids = orders.map(({ id }) => id);
    const giveUpAt = Date.now() + REACHED_WITHIN_MS;
    while (!(await seeOrders(stack, ids)).every(holds)) {
      if (Date.now() > giveUpAt) throw new Error('an order did not come along before anything was broken');
      await sleep(LOOK_EVERY_MS);
    }
  };

  return {
    prepare,
    confirm,
    prepareRivals: (count, course) => {
      const lineId = takeLine();
      return Promise.all(Array.from({ length: count }, () => prepareOne(lineId, course)));
    },
    follow,
    submitted: (orders) => until(orders, ({ submitted }) => submitted),
    reach: (orders, status) => until(orders, (order) => order.status === status),
    told: (orders) => until(orders, ({ told }) => told),
    unsettled: async () => {
      const seen = new Map(
        (
          await seeOrders(
            stack,
            open.map(({ id }) => id),
          )
        ).map((order) => [order.id, order]),
      );
      const unsettled = open.flatMap((order) => notYet(order, seen.get(order.id)) ?? []);
      if (unsettled.length === 0) {
        free.push(...open.map(({ lineId }) => lineId));
        open = [];
      }
      return unsettled;
    },
    get confirmed() {
      return confirmed;
    },
  };
};

/** What keeps an order from having ended as its course says. */
const notYet = ({ id, course }: PlacedOrder, seen: SeenOrder | undefined): UnsettledOrder | undefined => {
  const named = `order ${id} (${course.name})`;
  if (seen === undefined) return { state: 'lost', what: `${named} was answered 2xx and is not there` };
  const { status, endReason, told } = seen;
  const hasEnded = status === course.end.status && endReason === course.end.endReason;
  if (hasEnded && told) return undefined;
  const expected = hasEnded ? 'its manager told' : [course.end.status, course.end.endReason ?? []].flat().join(', ');
  return { state: 'open', what: `${named} is ${status}, not ${expected}` };
};

import type {
  AcceptedOrder,
  Connection,
  Delivery,
  DeliveryAttempt,
  OrderRequestSort,
  RequestSort,
  Rule,
  Step,
} from './control-api.ts';
import type { Journal } from './journal.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { OrderRequestDecision, SandboxEvent, StatusReached, SubmissionDecision } from './sandbox-event.ts';
import { createServiceState, isServiceEvent, type ServiceState } from './service-state.ts';

/** Steps that an order takes by itself, counted from `at`. */
interface Plan {
  readonly at: string;
  readonly steps: readonly Step[];
  readonly taken: ReadonlySet<number>;
}

export interface OrderRecord extends Omit<AcceptedOrder, 'status' | 'iccid'> {
  readonly reached: StatusReached;
  /** The newest plan counts; the ones before it are history. */
  readonly plans: readonly Plan[];
}

/** How a submission under a key was decided, and the body that came with it. */
interface DecidedKey {
  readonly order: Readonly<Record<string, unknown>>;
  readonly decision: SubmissionDecision;
}

/** What came under a key, and how it was decided if it was; answers that were misbehaviour decide nothing. */
interface AskedKey {
  readonly sort: OrderRequestSort;
  readonly orderId: string;
  readonly decision: OrderRequestDecision | null;
}

/** What the sandbox knows. Everything in it follows from the journal, so a restart forgets nothing. */
export interface SandboxState {
  /** Writes the event down, then lets it take effect. */
  record(event: SandboxEvent): void;
  connection(providerId: string): Connection | undefined;
  /** The rules for one order, those for itself first. */
  rulesFor(orderId: string): readonly Rule[];
  /** The order as this provider has accepted it. */
  order(providerId: string, orderId: string): OrderRecord | undefined;
  orders(): readonly OrderRecord[];
  decided(providerId: string, key: string): DecidedKey | undefined;
  /** The cancellation or reminder that came under this key. */
  asked(providerId: string, key: string): AskedKey | undefined;
  /** The order as it was last submitted, whatever was answered. */
  submitted(providerId: string, orderId: string): Readonly<Record<string, unknown>> | undefined;
  /** How often a request of this sort about the order has come, whatever was answered. */
  received(sort: RequestSort, providerId: string, orderId: string): number;
  delivery(messageId: string): Delivery | undefined;
  deliveries(): readonly Delivery[];
  /** The services of SIMs. */
  readonly services: Omit<ServiceState, 'apply'>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableOrder = Mutable<Omit<OrderRecord, 'plans'>> & {
  plans: { at: string; steps: readonly Step[]; taken: Set<number> }[];
};
type MutableDelivery = Mutable<Omit<Delivery, 'attempts'>> & { attempts: DeliveryAttempt[] };

/** What an order is not again at a provider once it has its status. Ends that contradict each other: the last one holds. */
const NOT_AGAIN = {
  received: [],
  acknowledged: ['received'],
  processed: ['received', 'acknowledged'],
  installed: ['received', 'acknowledged', 'processed'],
  cancelled: ['received', 'acknowledged'],
  rejected: ['received', 'acknowledged'],
} as const satisfies Readonly<Record<AcceptedOrder['status'], readonly AcceptedOrder['status'][]>>;

const pair = (providerId: string, id: string): string => `${providerId} ${id}`;

export const createSandboxState = (journal: Journal): SandboxState => {
  const connections = new Map<string, Connection>();
  let rules: readonly Rule[] = [];
  const orderRules = new Map<string, readonly Rule[]>();
  const orders = new Map<string, MutableOrder>();
  const keys = new Map<string, DecidedKey>();
  const askedKeys = new Map<string, AskedKey>();
  const submittedOrders = new Map<string, Readonly<Record<string, unknown>>>();
  const counts = new Map<string, number>();
  const deliveries = new Map<string, MutableDelivery>();
  const services = createServiceState();

  const known = (event: { readonly providerId: string; readonly orderId: string }): MutableOrder => {
    const order = orders.get(pair(event.providerId, event.orderId));
    if (!order) throw new Error(`No provider has accepted the order ${event.orderId}`);
    return order;
  };

  const countKey = (sort: RequestSort, providerId: string, orderId: string): string =>
    `${sort} ${pair(providerId, orderId)}`;

  /** Counts the request; the number of its sort, from 1. */
  const count = (sort: RequestSort, event: { readonly providerId: string; readonly orderId: string }): number => {
    const key = countKey(sort, event.providerId, event.orderId);
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    return number;
  };

  const submitted = (event: Extract<SandboxEvent, { kind: 'submission_received' }>): void => {
    const { providerId, orderId, at, key, order, decision } = event;
    const id = pair(providerId, orderId);
    const submissions = count('submission', event);
    submittedOrders.set(id, order);
    const before = orders.get(id);
    if (before) before.submissions = submissions;
    if (!decision) return;
    keys.set(pair(providerId, key), { order, decision });
    if (decision.outcome !== 'accepted') return;
    if (before) {
      before.accepted += 1;
      return;
    }
    orders.set(id, {
      orderId,
      providerId,
      key,
      accepted: 1,
      submissions,
      cancellations: 0,
      reminders: 0,
      providerReference: decision.providerReference,
      reached: { status: 'received' },
      acceptedAt: at,
      order,
      plans: [{ at, steps: decision.steps, taken: new Set() }],
    });
  };

  const requested = (event: Extract<SandboxEvent, { kind: 'request_received' }>): void => {
    const { providerId, orderId, at, sort, key, decision } = event;
    count(sort, event);
    const id = pair(providerId, key);
    const before = askedKeys.get(id);
    askedKeys.set(id, { sort, orderId, decision: before?.decision ?? decision });
    const order = orders.get(pair(providerId, orderId));
    if (!order) return;
    if (!before) order[sort === 'cancellation' ? 'cancellations' : 'reminders'] += 1;
    if (decision?.outcome === 'accepted' && decision.steps)
      order.plans.push({ at, steps: decision.steps, taken: new Set() });
  };

  const reach = (order: MutableOrder, reached: StatusReached): void => {
    const notAgain: readonly AcceptedOrder['status'][] = NOT_AGAIN[order.reached.status];
    const backwards = notAgain.includes(reached.status);
    const defined = Object.fromEntries(Object.entries(reached).filter(([, value]) => value !== undefined));
    order.reached = { ...order.reached, ...defined, status: backwards ? order.reached.status : reached.status };
  };

  const send = (message: OutgoingMessage, mode: Delivery['mode']): void => {
    // The same message sent again is the same delivery with more attempts.
    if (deliveries.has(message.messageId)) return;
    deliveries.set(message.messageId, { ...message, mode, state: 'pending', attempts: [] });
  };

  const apply = (event: SandboxEvent): void => {
    if (isServiceEvent(event)) {
      if (event.kind === 'service_change_answered' && event.message) send(event.message, 'until_delivered');
      return services.apply(event);
    }
    switch (event.kind) {
      case 'connection_put':
        connections.set(event.providerId, event.connection);
        return;
      case 'rules_put':
        rules = event.rules;
        return;
      case 'order_rules_put':
        orderRules.set(event.orderId, event.rules);
        return;
      case 'submission_received':
        return submitted(event);
      case 'steps_planned':
        known(event).plans.push({ at: event.at, steps: event.steps, taken: new Set() });
        return;
      case 'step_taken': {
        const order = known(event);
        order.plans[event.plan]?.taken.add(event.step);
        reach(order, event.reached);
        if (event.message) send(event.message, 'until_delivered');
        return;
      }
      case 'status_reached':
        return reach(known(event), event.reached);
      case 'lookup_received':
        count('lookup', event);
        return;
      case 'request_received':
        return requested(event);
      case 'sent_at_once':
        return send(event.message, 'once');
      case 'attempt_made': {
        const delivery = deliveries.get(event.messageId);
        if (!delivery) return;
        delivery.attempts.push(event.attempt);
        delivery.state = event.state;
        return;
      }
    }
  };

  for (const event of journal.earlier) apply(event);

  return {
    record: (event) => {
      journal.append(event);
      apply(event);
    },
    connection: (providerId) => connections.get(providerId),
    rulesFor: (orderId) => [...(orderRules.get(orderId) ?? []), ...rules],
    order: (providerId, orderId) => orders.get(pair(providerId, orderId)),
    orders: () => [...orders.values()],
    decided: (providerId, key) => keys.get(pair(providerId, key)),
    asked: (providerId, key) => askedKeys.get(pair(providerId, key)),
    submitted: (providerId, orderId) => submittedOrders.get(pair(providerId, orderId)),
    received: (sort, providerId, orderId) => counts.get(countKey(sort, providerId, orderId)) ?? 0,
    delivery: (messageId) => deliveries.get(messageId),
    deliveries: () => [...deliveries.values()],
    services,
  };
};

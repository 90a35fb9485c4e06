import type {
  AcceptedOrder,
  AcceptedOrderStatus,
  Connection,
  Delivery,
  DeliveryAttempt,
  Rule,
  Step,
} from './control-api.ts';
import type { Journal } from './journal.ts';
import type { OutgoingMessage, SandboxEvent, StatusReached, SubmissionDecision } from './sandbox-event.ts';

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
  /** How often this order has been submitted, whatever was answered. */
  submissions(providerId: string, orderId: string): number;
  delivery(messageId: string): Delivery | undefined;
  deliveries(): readonly Delivery[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableOrder = Mutable<Omit<OrderRecord, 'plans'>> & {
  plans: { at: string; steps: readonly Step[]; taken: Set<number> }[];
};
type MutableDelivery = Mutable<Omit<Delivery, 'attempts'>> & { attempts: DeliveryAttempt[] };

/** An order that has ended at a provider stays so, and one that is processed is not merely acknowledged again. */
const RANK: Readonly<Record<AcceptedOrderStatus, number>> = {
  received: 0,
  acknowledged: 1,
  processed: 2,
  cancelled: 2,
  rejected: 2,
};

const pair = (providerId: string, id: string): string => `${providerId} ${id}`;

export const createSandboxState = (journal: Journal): SandboxState => {
  const connections = new Map<string, Connection>();
  let rules: readonly Rule[] = [];
  const orderRules = new Map<string, readonly Rule[]>();
  const orders = new Map<string, MutableOrder>();
  const keys = new Map<string, DecidedKey>();
  const submissions = new Map<string, number>();
  const deliveries = new Map<string, MutableDelivery>();

  const known = (event: { readonly providerId: string; readonly orderId: string }): MutableOrder => {
    const order = orders.get(pair(event.providerId, event.orderId));
    if (!order) throw new Error(`No provider has accepted the order ${event.orderId}`);
    return order;
  };

  const submitted = (event: Extract<SandboxEvent, { kind: 'submission_received' }>): void => {
    const { providerId, orderId, at, key, order, decision } = event;
    const id = pair(providerId, orderId);
    const count = (submissions.get(id) ?? 0) + 1;
    submissions.set(id, count);
    const before = orders.get(id);
    if (before) before.submissions = count;
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
      submissions: count,
      cancellations: 0,
      reminders: 0,
      providerReference: decision.providerReference,
      reached: { status: 'received' },
      acceptedAt: at,
      order,
      plans: [{ at, steps: decision.steps, taken: new Set() }],
    });
  };

  const reach = (order: MutableOrder, reached: StatusReached): void => {
    const backwards = RANK[reached.status] < RANK[order.reached.status];
    const defined = Object.fromEntries(Object.entries(reached).filter(([, value]) => value !== undefined));
    order.reached = { ...order.reached, ...defined, status: backwards ? order.reached.status : reached.status };
  };

  const send = (message: OutgoingMessage, mode: Delivery['mode']): void => {
    // The same message sent again is the same delivery with more attempts.
    if (deliveries.has(message.messageId)) return;
    deliveries.set(message.messageId, { ...message, mode, state: 'pending', attempts: [] });
  };

  const apply = (event: SandboxEvent): void => {
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
      case 'cancellation_asked':
        known(event).cancellations += 1;
        return;
      case 'reminder_received':
        known(event).reminders += 1;
        return;
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
    submissions: (providerId, orderId) => submissions.get(pair(providerId, orderId)) ?? 0,
    delivery: (messageId) => deliveries.get(messageId),
    deliveries: () => [...deliveries.values()],
  };
};

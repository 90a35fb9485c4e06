import type { Step } from './control-api.ts';
import type { OrderRecord, SandboxState } from './sandbox-state.ts';
import type { SignalDelivery } from './signal-delivery.ts';
import { fillIn, messageOfStep, reachedBy } from './signal-message.ts';

/** Lets orders go on by themselves, as their steps say. */
export interface OrderSteps {
  /** Waits for the steps of the order's newest plan; the ones of an older plan are not taken any more. */
  schedule(order: OrderRecord): void;
  /** Goes on with every order; steps whose time has passed meanwhile are taken at once. */
  resume(): void;
  stop(): void;
}

export const createOrderSteps = (state: SandboxState, delivery: SignalDelivery): OrderSteps => {
  const timers = new Map<string, NodeJS.Timeout[]>();

  const take = (providerId: string, orderId: string, planNumber: number, stepNumber: number, step: Step): void => {
    const order = state.order(providerId, orderId);
    if (!order) return;
    const data = fillIn(step.data, order);
    const reached = reachedBy(step.signal, data) ?? order.reached;
    const message = step.silent ? null : messageOfStep(step, order, data, new Date());
    state.record({ kind: 'step_taken', providerId, orderId, plan: planNumber, step: stepNumber, reached, message });
    if (message) delivery.deliver(message, step.repeat);
  };

  const schedule = (order: OrderRecord): void => {
    const { providerId, orderId } = order;
    const id = `${providerId} ${orderId}`;
    for (const timer of timers.get(id) ?? []) clearTimeout(timer);
    timers.delete(id);
    const planNumber = order.plans.length - 1;
    const plan = order.plans[planNumber];
    if (!plan) return;
    const passedMs = Date.now() - Date.parse(plan.at);
    const waiting = plan.steps.flatMap((step, number) => {
      if (plan.taken.has(number)) return [];
      const waitMs = Math.max(0, step.afterMs - passedMs);
      return [setTimeout(() => take(providerId, orderId, planNumber, number, step), waitMs)];
    });
    if (waiting.length > 0) timers.set(id, waiting);
  };

  return {
    schedule,
    resume: () => {
      for (const order of state.orders()) schedule(order);
    },
    stop: () => {
      for (const timer of [...timers.values()].flat()) clearTimeout(timer);
      timers.clear();
    },
  };
};

import type { OrderRequestSort, Misbehaviour, Rule, Step } from './control-api.ts';
import { misbehaviourOf } from './misbehaviour.ts';
import { ruledOrder, ruleFor } from './rules.ts';
import type { OrderRequestDecision } from './sandbox-event.ts';
import type { SandboxState } from './sandbox-state.ts';

export interface OrderRequest {
  readonly sort: OrderRequestSort;
  readonly providerId: string;
  readonly orderId: string;
  readonly key: string;
}

/** What is answered to a request about an order; see {@link takeSubmission} for `misbehaviour`. */
export type OrderRequestAnswer =
  | { readonly kind: 'accepted' | 'unknown_order' | 'key_reused' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'misbehaviour'; readonly misbehaviour: Misbehaviour; readonly rule: Rule };

const REFUSED = 'The order is too far on to be cancelled.';

/**
 * Takes a cancellation or a reminder in: decided once per key, and the same answer to every repeat of it, whatever the
 * rules have become. The decision is written down when this returns, and with it the signal that follows from it.
 */
export const takeOrderRequest = (state: SandboxState, request: OrderRequest, now: Date): OrderRequestAnswer => {
  const { sort, providerId, orderId, key } = request;
  const order = state.order(providerId, orderId);
  const rule = ruleFor(
    sort,
    state.rulesFor(orderId),
    ruledOrder(state, providerId, orderId),
    state.received(sort, providerId, orderId),
  );
  const misbehaviour = misbehaviourOf(rule?.[sort]);
  const before = state.asked(providerId, key);
  if (before && (before.sort !== sort || before.orderId !== orderId)) return { kind: 'key_reused' };

  const record = (decision: OrderRequestDecision | null): void =>
    state.record({ kind: 'request_received', at: now.toISOString(), sort, providerId, orderId, key, decision });
  const accepted: OrderRequestDecision = { outcome: 'accepted', steps: stepsOfCancellation(sort, rule) };

  if (rule && misbehaviour) {
    record(rule.acceptedAnyway && order && !before?.decision ? accepted : null);
    return { kind: 'misbehaviour', misbehaviour, rule };
  }
  if (!order || rule?.[sort] === 'unknown') {
    record(null);
    return { kind: 'unknown_order' };
  }
  if (before?.decision) {
    record(null);
    return answerOf(before.decision);
  }
  const decision: OrderRequestDecision =
    rule?.[sort] === 'refuse' ? { outcome: 'refused', detail: rule.detail ?? REFUSED } : accepted;
  record(decision);
  return answerOf(decision);
};

const answerOf = (decision: OrderRequestDecision): OrderRequestAnswer =>
  decision.outcome === 'accepted' ? { kind: 'accepted' } : { kind: 'refused', detail: decision.detail };

const stepsOfCancellation = (sort: OrderRequestSort, rule: Rule | undefined): readonly Step[] | null =>
  sort === 'cancellation' && rule?.cancelledAfterMs !== undefined
    ? [
        {
          afterMs: rule.cancelledAfterMs,
          signal: 'order.cancelled',
          data: {},
          repeat: 1,
          shuffle: false,
          silent: false,
        },
      ]
    : null;

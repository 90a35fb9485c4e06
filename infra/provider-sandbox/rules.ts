import { createHash } from 'node:crypto';
import type { RequestSort, Rule, Step } from './control-api.ts';
import type { SandboxState } from './sandbox-state.ts';

/** An order as far as rules can tell orders apart. */
export interface RuledOrder {
  readonly providerId: string;
  readonly orderId: string;
  readonly msisdn: string;
  readonly action: string;
}

const matches = (rule: Rule, order: RuledOrder): boolean =>
  (rule.providerId ?? order.providerId) === order.providerId &&
  (rule.msisdn ?? order.msisdn) === order.msisdn &&
  (rule.action ?? order.action) === order.action;

/** The order as it was last submitted, accepted or not; of one that never was, only its ids are known. */
export const ruledOrder = (state: SandboxState, providerId: string, orderId: string): RuledOrder => {
  const order = state.submitted(providerId, orderId);
  return { providerId, orderId, msisdn: String(order?.msisdn), action: String(order?.action) };
};

/**
 * The rule that decides on a request, if one does. `earlier` counts the requests of this sort about this order before
 * this one.
 */
export const ruleFor = (
  sort: RequestSort,
  rules: readonly Rule[],
  order: RuledOrder,
  earlier: number,
): Rule | undefined =>
  rules.find((rule) => rule[sort] !== undefined && matches(rule, order) && earlier < (rule.times ?? Infinity));

/** The steps by which an order goes on by itself, their times exchanged where they are marked so. */
export const stepsBy = (rules: readonly Rule[], order: RuledOrder): readonly Step[] => {
  const steps = rules.find((rule) => rule.steps !== undefined && matches(rule, order))?.steps ?? [];
  return shuffleMarked(steps, order.orderId);
};

/** Exchanges the times of the marked steps. The order's id decides how: another way in each order, the same in each run. */
const shuffleMarked = (steps: readonly Step[], orderId: string): readonly Step[] => {
  const marked = steps.flatMap((step, index) => (step.shuffle ? [index] : []));
  const lot = (index: number) => createHash('sha256').update(`${orderId}/${index}`).digest('hex');
  const drawn = marked.toSorted((one, other) => (lot(one) < lot(other) ? -1 : 1));
  return steps.map((step, index) => {
    const timesOf = drawn[marked.indexOf(index)];
    const afterMs = step.shuffle && timesOf !== undefined ? steps[timesOf]?.afterMs : undefined;
    return afterMs === undefined ? step : { ...step, afterMs };
  });
};

import { createHash } from 'node:crypto';
import type { Rule, Step } from './control-api.ts';

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

/** The rule that decides on a submission, if one does. `earlier` counts the submissions of this order before this one. */
export const submissionRule = (rules: readonly Rule[], order: RuledOrder, earlier: number): Rule | undefined =>
  rules.find((rule) => rule.submission !== undefined && matches(rule, order) && earlier < (rule.times ?? Infinity));

/** What the rules say to a request for cancellation; accepted where they say nothing. */
export const cancellationBy = (rules: readonly Rule[], order: RuledOrder): NonNullable<Rule['cancellation']> =>
  rules.find((rule) => rule.cancellation !== undefined && matches(rule, order))?.cancellation ?? 'accept';

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

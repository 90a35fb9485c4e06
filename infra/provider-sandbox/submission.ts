import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ProviderOrder } from '@simlane/contracts/http/provider';
import type { Misbehaviour, Rule } from './control-api.ts';
import { misbehaviourOf } from './misbehaviour.ts';
import { ruleFor, stepsBy } from './rules.ts';
import type { SandboxState } from './sandbox-state.ts';

export interface Submission {
  readonly providerId: string;
  readonly key: string;
  readonly order: ProviderOrder;
}

/** What is answered to a submission; `misbehaviour` is an answer that decides nothing for the caller, or none at all. */
export type SubmissionAnswer =
  | { readonly kind: 'accepted'; readonly providerReference: string }
  | { readonly kind: 'rejected'; readonly detail: string }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'misbehaviour'; readonly misbehaviour: Misbehaviour; readonly rule: Rule };

const REJECTED = 'The order cannot be carried out for this number.';
const REFERENCE_LENGTH = 8;

/**
 * Takes a submission in: decided once per key, and the same answer to every repeat of it. The decision is written
 * down when this returns. Rules that misbehave do so whatever is decided.
 */
export const takeSubmission = (state: SandboxState, submission: Submission, now: Date): SubmissionAnswer => {
  const { providerId, key, order } = submission;
  const rules = state.rulesFor(order.orderId);
  const ruled = { ...order, providerId };
  const rule = ruleFor('submission', rules, ruled, state.received('submission', providerId, order.orderId));
  const decided = state.decided(providerId, key);
  const misbehaviour = misbehaviourOf(rule?.submission);
  const received = {
    kind: 'submission_received',
    at: now.toISOString(),
    providerId,
    orderId: order.orderId,
    key,
    order,
  } as const;

  const accept = () => {
    const providerReference = referenceOf(providerId, key);
    state.record({ ...received, decision: { outcome: 'accepted', providerReference, steps: stepsBy(rules, ruled) } });
    return { kind: 'accepted', providerReference } as const;
  };

  if (rule && misbehaviour) {
    if (rule.acceptedAnyway && !decided) accept();
    else state.record({ ...received, decision: null });
    return { kind: 'misbehaviour', misbehaviour, rule };
  }
  if (decided) {
    state.record({ ...received, decision: null });
    if (!isDeepStrictEqual(decided.order, order)) return { kind: 'key_reused' };
    return decided.decision.outcome === 'accepted'
      ? { kind: 'accepted', providerReference: decided.decision.providerReference }
      : { kind: 'rejected', detail: decided.decision.detail };
  }
  if (rule?.submission !== 'reject') return accept();
  const detail = rule.detail ?? REJECTED;
  state.record({ ...received, decision: { outcome: 'rejected', detail } });
  return { kind: 'rejected', detail };
};

/** The provider's own number for the order, as it would stand on its papers. */
const referenceOf = (providerId: string, key: string): string =>
  `PR-${createHash('sha256').update(`${providerId} ${key}`).digest('hex').slice(0, REFERENCE_LENGTH).toUpperCase()}`;

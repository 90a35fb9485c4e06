import { isDeepStrictEqual } from 'node:util';
import type { ProviderServiceChange } from '@simlane/contracts/http/provider-services';
import type { Misbehaviour } from './control-api.ts';
import { misbehaviourOf } from './misbehaviour.ts';
import type { ServiceRequestSort, ServiceResult, ServiceRule } from './service-control-api.ts';
import type { ServiceDecision } from './service-event.ts';
import type { SandboxState } from './sandbox-state.ts';

export interface ServiceChangeRequest {
  readonly providerId: string;
  readonly iccid: string;
  readonly key: string;
  readonly change: ProviderServiceChange;
}

/** What is answered to a change; `misbehaviour` is an answer that decides nothing for the caller, or none at all. */
export type ServiceChangeAnswer =
  | { readonly kind: 'answered'; readonly results: readonly ServiceResult[] }
  | { readonly kind: 'accepted' | 'key_reused' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'misbehaviour'; readonly misbehaviour: Misbehaviour; readonly rule: ServiceRule };

const REFUSED = 'The services of this SIM cannot be changed.';

const rulesFor = (state: SandboxState, providerId: string, iccid: string): ServiceRule[] =>
  state.services
    .rules()
    .filter((rule) => (rule.providerId ?? providerId) === providerId && (rule.iccid ?? iccid) === iccid);

/** The rule that decides on a request, if one does. */
export const serviceRuleFor = (
  state: SandboxState,
  sort: ServiceRequestSort,
  providerId: string,
  iccid: string,
): ServiceRule | undefined => {
  const earlier = state.services.received(sort, providerId, iccid);
  return rulesFor(state, providerId, iccid).find(
    (rule) => rule[sort] !== undefined && earlier < (rule.times ?? Infinity),
  );
};

/** How many calls about the SIM are answered in a second. */
export const callsPerSecond = (state: SandboxState, providerId: string, iccid: string): ServiceRule | undefined =>
  rulesFor(state, providerId, iccid).find((rule) => rule.callsPerSecond !== undefined);

/**
 * Takes a change in: decided once per key, and the same answer to every repeat of it. The decision is written down
 * when this returns, and what it changes is in force. Rules that misbehave do so whatever is decided.
 */
export const takeServiceChange = (
  state: SandboxState,
  request: ServiceChangeRequest,
  now: Date,
): ServiceChangeAnswer => {
  const { providerId, iccid, key, change } = request;
  const rule = serviceRuleFor(state, 'change', providerId, iccid);
  const misbehaviour = misbehaviourOf(rule?.change);
  const before = state.services.decided(providerId, key);
  const record = (decision: ServiceDecision | null): void =>
    state.record({ kind: 'service_change_received', at: now.toISOString(), ...request, decision });

  if (rule && misbehaviour) {
    record(rule.acceptedAnyway && !before ? decisionBy(rule, change) : null);
    return { kind: 'misbehaviour', misbehaviour, rule };
  }
  if (before) {
    record(null);
    const isSame = before.iccid === iccid && isDeepStrictEqual(before.change, change);
    return isSame ? answerOf(before.decision) : { kind: 'key_reused' };
  }
  const decision = decisionBy(rule, change);
  record(decision);
  return answerOf(decision);
};

const answerOf = (decision: ServiceDecision): ServiceChangeAnswer => {
  switch (decision.outcome) {
    case 'answered':
      return { kind: 'answered', results: decision.results };
    case 'accepted':
      return { kind: 'accepted' };
    case 'refused':
      return { kind: 'refused', detail: decision.detail };
  }
};

const decisionBy = (rule: ServiceRule | undefined, change: ProviderServiceChange): ServiceDecision => {
  if (rule?.change === 'refuse') return { outcome: 'refused', detail: rule.detail ?? REFUSED };
  const results = resultsBy(rule, change);
  if (rule?.change !== 'accept') return { outcome: 'answered', results };
  return { outcome: 'accepted', results, answeredAfterMs: rule.answeredAfterMs ?? null };
};

/** A plan with a day is scheduled for it; everything else happens at once. */
const resultsBy = (
  rule: ServiceRule | undefined,
  { options = {}, ratePlan, effectiveOn }: ProviderServiceChange,
): ServiceResult[] => {
  const whenTaken = effectiveOn === undefined ? 'applied' : 'scheduled';
  const refusedPlan = rule?.refusedPlan;
  return [
    ...Object.keys(options).map((option): ServiceResult => {
      const reason = rule?.refusedOptions[option];
      return reason === undefined ? { option, outcome: 'applied' } : { option, outcome: 'refused', reason };
    }),
    ...(ratePlan === undefined
      ? []
      : refusedPlan === undefined
        ? [{ ratePlan, outcome: whenTaken } as const]
        : [{ ratePlan, outcome: 'refused', reason: refusedPlan } as const]),
  ];
};

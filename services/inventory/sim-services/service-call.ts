/** What is sent to the provider of a SIM next, one call at a time, and what its answers mean. Pure. */
import type { Configuration } from '@simlane/contracts/service-options';
import type { ServiceOutcome } from '@simlane/contracts/sim-services';
import type { ArrangedPlan, Failure, OpenCall, ScheduledPlan, SimServices } from './sim-services.ts';

/** One answer of the provider, to one thing that was asked. */
export interface CallResult {
  readonly of: 'option' | 'rate_plan';
  /** The option's code, or the plan's. */
  readonly name: string;
  readonly value: string;
  readonly outcome: ServiceOutcome;
  readonly reason: string | null;
}

type Difference =
  | Omit<Extract<OpenCall, { kind: 'set' }>, 'id' | 'openedAt'>
  | { kind: 'cancel_arranged'; arrangedBy: string };

/** Whether something is to be sent as soon as no call is open. */
export const differs = (services: SimServices, now: Date): boolean => newestDifference(services, now) !== null;

/** Opens the call of the newest difference. The same services where a call is open or nothing differs. */
export const nextCall = (services: SimServices, { callId, now }: { callId: string; now: Date }): SimServices => {
  const difference = services.call === null ? newestDifference(services, now) : null;
  return difference === null ? services : { ...services, call: { ...difference, id: callId, openedAt: now } };
};

const newestDifference = (services: SimServices, now: Date): Difference | null => {
  const { arranged, scheduled } = services;
  // First: what the provider is to do on a date, and is wanted no more, would come on top of whatever else is sent.
  if (
    arranged !== null &&
    arranged.at > now &&
    arranged.cancellationRefused === null &&
    !isArranged(services, scheduled)
  ) {
    return { kind: 'cancel_arranged', arrangedBy: arranged.callId };
  }
  const options = openOptions(services);
  const plan = openPlan(services, now);
  return plan === null && Object.keys(options).length === 0 ? null : { kind: 'set', options, plan };
};

const openOptions = ({ options, confirmed, failed }: SimServices): Configuration =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([code, value]) => confirmed.options[code] !== value && failed.options[code]?.value !== value,
    ),
  );

const openPlan = (services: SimServices, now: Date): Extract<OpenCall, { kind: 'set' }>['plan'] => {
  const { plan, confirmed, failed, scheduled } = services;
  if (plan !== null && plan !== confirmed.plan && plan !== failed.plan?.value) return { plan, arrange: null };
  // One whose day has come is wanted now: the provider is not told a date that has passed.
  if (scheduled?.how !== 'provider_schedules' || scheduled.at <= now || isArranged(services, scheduled)) return null;
  return { plan: scheduled.plan, arrange: scheduled };
};

const isArranged = ({ arranged }: SimServices, scheduled: ScheduledPlan | null): boolean =>
  arranged !== null && arranged.plan === scheduled?.plan && arranged.effectiveOn === scheduled.effectiveOn;

/**
 * Takes what the provider has answered to a call, late or twice as it may come. The first answer to each thing that was
 * asked counts; what has not been asked, or has its answer, changes nothing. A call that has all its answers is over.
 */
export const takeResults = (
  services: SimServices,
  callId: string,
  { results, now }: { results: readonly CallResult[]; now: Date },
): SimServices => results.reduce((taken, result) => take(taken, callId, { result, now }), services);

interface Answer {
  readonly result: CallResult;
  readonly now: Date;
}

const take = (services: SimServices, callId: string, { result, now }: Answer): SimServices => {
  const { call, arranged } = services;
  if (call?.id === callId) {
    if (call.kind === 'cancel_arranged') return takeCancellation(services, { result, now });
    if (result.of === 'option') return takeOption(services, call, { result, now });
    if (call.plan?.plan !== result.name) return services;
    const answered = withoutAnswered(services, { ...call, plan: null });
    return call.plan.arrange === null
      ? takePlan(answered, { result, now })
      : takeArrangement(answered, { ...call.plan.arrange, callId, cancellationRefused: null }, { result, now });
  }
  // What was arranged comes true, or does not, long after its call.
  return arranged?.callId === callId && result.of === 'rate_plan' && result.outcome !== 'scheduled'
    ? takeArrangement({ ...services, arranged: null }, arranged, { result, now })
    : services;
};

type SetCall = Extract<OpenCall, { kind: 'set' }>;

const withoutAnswered = (services: SimServices, call: SetCall): SimServices => ({
  ...services,
  call: call.plan === null && Object.keys(call.options).length === 0 ? null : call,
});

const failureOf = (value: string, { result, now }: Answer): Failure => ({ value, reason: result.reason, at: now });

const takeOption = (services: SimServices, call: SetCall, answer: Answer): SimServices => {
  const { name, outcome } = answer.result;
  const value = Object.hasOwn(call.options, name) ? call.options[name] : undefined;
  if (value === undefined) return services;
  const { [name]: _answered, ...options } = call.options;
  const answered = withoutAnswered(services, { ...call, options });
  if (outcome === 'applied') {
    const confirmed = { ...services.confirmed, options: { ...services.confirmed.options, [name]: value } };
    return { ...answered, confirmed };
  }
  // Wanted otherwise by now: it is sent as it is wanted, and its refusal says nothing about that.
  if (services.options[name] !== value) return answered;
  const failures = { ...services.failed.options, [name]: failureOf(value, answer) };
  return { ...answered, failed: { ...services.failed, options: failures } };
};

const takePlan = (services: SimServices, answer: Answer): SimServices => {
  const { name, outcome } = answer.result;
  if (outcome === 'applied') return putInForce(services, name);
  if (services.plan !== name || services.confirmed.plan === name) return services;
  return { ...services, failed: { ...services.failed, plan: failureOf(name, answer) } };
};

/** What was arranged before, and is in force now or has been overtaken, is waited for no more. */
export const putInForce = (services: SimServices, plan: string): SimServices => ({
  ...services,
  confirmed: { ...services.confirmed, plan },
  failed: services.failed.plan?.value === plan ? { ...services.failed, plan: null } : services.failed,
  arranged: services.arranged?.plan === plan && services.scheduled?.plan !== plan ? null : services.arranged,
});

/** The answer to a plan with a date: to the call itself, or what came of it later. */
const takeArrangement = (services: SimServices, asked: ArrangedPlan, answer: Answer): SimServices => {
  const isWanted = services.scheduled?.plan === asked.plan && services.scheduled.effectiveOn === asked.effectiveOn;
  const withoutSchedule = isWanted ? { ...services, scheduled: null } : services;
  switch (answer.result.outcome) {
    case 'scheduled':
      return { ...services, arranged: asked };
    case 'applied':
      return { ...putInForce(withoutSchedule, asked.plan), plan: planAfter(services, asked.plan) };
    case 'refused':
    case 'cancelled':
      if (!isWanted) return services;
      return { ...withoutSchedule, failed: { ...services.failed, plan: failureOf(asked.plan, answer) } };
  }
};

/** In force although it is wanted no more: a change back would be one at once, and nobody has asked for that. */
const planAfter = ({ plan, confirmed }: SimServices, inForce: string): string =>
  plan === null || plan === confirmed.plan ? inForce : plan;

/** The answer to a cancellation. Where it is refused, and nothing else is wanted instead, the plan is on its way again. */
const takeCancellation = (services: SimServices, answer: Answer): SimServices => {
  const { of, outcome, reason } = answer.result;
  if (of !== 'rate_plan' || outcome === 'scheduled') return services;
  const { arranged, scheduled } = services;
  const answered = { ...services, call: null };
  if (arranged === null) return answered;
  if (outcome === 'applied') return takeArrangement({ ...answered, arranged: null }, arranged, answer);
  if (outcome === 'cancelled') return { ...answered, arranged: null };
  const { callId: _callId, cancellationRefused: _before, ...plan } = arranged;
  const refused = { ...arranged, cancellationRefused: reason ?? 'The provider gave no reason' };
  return { ...answered, arranged: refused, scheduled: scheduled ?? plan };
};

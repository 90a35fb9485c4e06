/**
 * A plain model of product.md §5 for one SIM and its provider, written apart from the code it is compared with: facts in
 * variables, changed in place. Its provider bills in UTC, so that a month needs no calendar.
 */
import type { PlanChange } from '@simlane/contracts/rate-plan';
import type { CallResult } from './service-call.ts';
import type { OpenCall, ProfileContent } from './sim-services.ts';

interface Planned {
  readonly changeId: string;
  readonly plan: string;
  readonly at: number;
}

const without = (values: Record<string, string>, ...codes: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([code]) => !codes.includes(code)));

const FIVE_PAST_MIDNIGHT_MS = 5 * 60_000;

export const firstOfNextMonth = (now: Date): number =>
  Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) + FIVE_PAST_MIDNIGHT_MS;

export const createServicesModel = (how: PlanChange) => {
  let profile: ProfileContent | null = null;
  let own: Record<string, string> | null = null;
  let ownUntil: number | null = null;
  let planNow: string | null = null;
  let later: Planned | null = null;
  let inForce: Record<string, string> = {};
  let planInForce: string | null = null;
  let refused: Record<string, string> = {};
  let refusedPlan: string | null = null;
  /** What the provider is to do on a date, by the call that asked for it. */
  let held: (Planned & { callId: string }) | null = null;
  const asked = new Map<string, { options: Record<string, string>; plan: string | null; date: Planned | null }>();
  /** It does not cancel that, and nobody has asked again. */
  let keepsHeld = false;
  /** Of cancellations: the arrangement that is to go. */
  const cancelling = new Map<string, string>();
  /** Other means manage the SIM while it has its own values. */
  let isManagedElsewhere = false;
  /** What the provider was seen to have otherwise than it has confirmed. */
  let drifting: Record<string, string> = {};
  let planDrifting: string | null = null;

  const wanted = (): Record<string, string> => own ?? { ...profile?.options };
  const forgetOtherRefusals = (): void => {
    const values = wanted();
    refused = Object.fromEntries(Object.entries(refused).filter(([code, value]) => values[code] === value));
  };
  const followNewest = (newest: ProfileContent): void => {
    profile = newest;
    own = null;
    ownUntil = null;
    isManagedElsewhere = false;
    forgetOtherRefusals();
  };
  const forgetDrift = (): void => {
    drifting = {};
    planDrifting = null;
  };
  const isInForce = (code: string, value: string): void => {
    if (inForce[code] !== value) drifting = without(drifting, code);
    inForce = { ...inForce, [code]: value };
  };
  const ownValues = (newest: ProfileContent, options: Record<string, string>, until: number | null): void => {
    const values = { ...newest.options, ...wanted(), ...options };
    const isProfile = Object.keys(values).every((code) => values[code] === newest.options[code]);
    if (isProfile) return followNewest(newest);
    own = values;
    ownUntil = until;
    isManagedElsewhere = false;
    forgetOtherRefusals();
  };
  /** What was seen is known from here on, and what was refused of it may be asked again. */
  const acknowledgeDrift = (): void => {
    inForce = { ...inForce, ...drifting };
    refused = without(refused, ...Object.keys(drifting));
    if (planDrifting !== null && refusedPlan === planNow) refusedPlan = null;
  };
  const wantPlan = (plan: string, changeId: string, now: Date): void => {
    refusedPlan = null;
    const atOnce = planInForce === null || planInForce === plan;
    planNow = atOnce ? plan : planInForce;
    later = atOnce ? null : { changeId, plan, at: firstOfNextMonth(now) };
  };
  const comesInForce = (plan: string): void => {
    if (planInForce !== plan) planDrifting = null;
    planInForce = plan;
    if (refusedPlan === plan) refusedPlan = null;
    if (held?.plan === plan && later?.plan !== plan) held = null;
  };
  const isLater = (date: Planned): boolean => later !== null && later.plan === date.plan && later.at === date.at;

  const dated = (date: Planned, callId: string, result: CallResult): void => {
    if (result.outcome === 'scheduled') {
      held = { ...date, callId };
      keepsHeld = false;
      return;
    }
    const wasLater = isLater(date);
    if (result.outcome === 'applied') {
      if (wasLater) later = null;
      if (planNow === null || planNow === planInForce) planNow = date.plan;
      comesInForce(date.plan);
    } else if (wasLater) {
      later = null;
      refusedPlan = date.plan;
    }
  };

  return {
    how,
    get profile() {
      return profile;
    },
    get laterChange() {
      return later?.changeId ?? null;
    },
    seen: () => ({
      options: wanted(),
      deviates: own !== null,
      plan: planNow,
      later: later && { changeId: later.changeId, plan: later.plan, at: later.at },
      inForce: { options: inForce, plan: planInForce },
      refused: { options: refused, plan: refusedPlan },
      drifting: { options: drifting, plan: planDrifting },
    }),

    migrate: (to: ProfileContent, changeId: string, now: Date): void => {
      followNewest(to);
      wantPlan(to.plan, changeId, now);
    },
    deviate: (newest: ProfileContent, options: Record<string, string>, until: number | null): void =>
      ownValues(newest, options, until),
    manageElsewhere: (newest: ProfileContent, options: Record<string, string>): void => {
      ownValues(newest, options, null);
      isManagedElsewhere = own !== null;
      if (isManagedElsewhere) forgetDrift();
    },
    reported: (options: Record<string, string>, plan: string): void => {
      if (profile === null || isManagedElsewhere) return;
      drifting = Object.fromEntries(
        Object.entries(options).filter(([code, value]) => code in inForce && inForce[code] !== value),
      );
      planDrifting = planInForce === null || plan === planInForce || plan === held?.plan ? null : plan;
    },
    takeTheirs: (newest: ProfileContent): void => {
      const [found, plan] = [drifting, planDrifting];
      acknowledgeDrift();
      forgetDrift();
      if (plan !== null) {
        if (planNow === planInForce) planNow = plan;
        if (later?.plan === plan) later = null;
        comesInForce(plan);
      }
      if (Object.keys(found).length > 0) ownValues(newest, found, null);
    },
    pushOurs: (): void => {
      acknowledgeDrift();
      planInForce = planDrifting ?? planInForce;
      forgetDrift();
    },
    reattach: (newest: ProfileContent): void => {
      if (own !== null) followNewest(newest);
    },
    edit: (newest: ProfileContent): void => {
      if (own === null && profile?.id === newest.id && profile.version < newest.version) followNewest(newest);
    },
    cancel: (): void => {
      if (later !== null) keepsHeld = false;
      later = null;
    },
    retry: (changeId: string, now: Date): void => {
      refused = {};
      refusedPlan = null;
      if (profile !== null && later === null && planNow === planInForce) wantPlan(profile.plan, changeId, now);
    },
    timeHasCome: (now: Date, newest: ProfileContent | null): void => {
      if (later !== null && later.at <= now.getTime()) {
        planNow = later.plan;
        later = null;
      }
      if (own !== null && ownUntil !== null && ownUntil <= now.getTime() && newest !== null) followNewest(newest);
    },
    replaceSim: (): void => {
      inForce = {};
      planInForce = null;
      refused = {};
      refusedPlan = null;
      held = null;
      asked.clear();
      cancelling.clear();
      forgetDrift();
    },

    /** What is wrong with sending this; empty where nothing is. */
    sent: (call: OpenCall): string[] => {
      const faults: string[] = [];
      if (asked.size + cancelling.size > 0) faults.push('another call is open');
      if (call.kind === 'cancel_arranged') {
        if (call.arrangedBy !== held?.callId) faults.push('cancels what the provider does not have');
        if (keepsHeld) faults.push('cancels what the provider keeps');
        if (held !== null && isLater(held)) faults.push('cancels what is wanted');
        cancelling.set(call.id, call.arrangedBy);
        return faults;
      }
      for (const [code, value] of Object.entries(call.options)) {
        if (wanted()[code] !== value) faults.push(`${code} is not wanted so`);
        if (inForce[code] === value) faults.push(`${code} is in force`);
        if (refused[code] === value) faults.push(`${code} was refused`);
      }
      const { plan } = call;
      if (plan !== null && plan.arrange === null) {
        if (plan.plan !== planNow || plan.plan === planInForce || plan.plan === refusedPlan) faults.push('plan');
      }
      if (plan !== null && plan.arrange !== null) {
        if (how !== 'provider_schedules' || later?.plan !== plan.plan) faults.push('date of a plan');
      }
      const date = plan?.arrange
        ? { changeId: plan.arrange.changeId, plan: plan.plan, at: plan.arrange.at.getTime() }
        : null;
      asked.set(call.id, { options: { ...call.options }, plan: plan?.plan ?? null, date });
      return faults;
    },

    answered: (callId: string, result: CallResult): void => {
      const call = asked.get(callId);
      if (cancelling.has(callId)) {
        cancelling.delete(callId);
        if (held === null) return;
        if (result.outcome === 'cancelled') held = null;
        else if (result.outcome === 'applied') {
          const came = held;
          held = null;
          dated(came, callId, result);
        } else {
          keepsHeld = true;
          later ??= { changeId: held.changeId, plan: held.plan, at: held.at };
        }
      } else if (call !== undefined && result.of === 'option' && result.name in call.options) {
        const { [result.name]: value = '', ...others } = call.options;
        call.options = others;
        if (result.outcome === 'applied') isInForce(result.name, value);
        else if (wanted()[result.name] === value) refused = { ...refused, [result.name]: value };
      } else if (call !== undefined && result.of === 'rate_plan' && result.name === call.plan) {
        call.plan = null;
        if (call.date !== null) dated(call.date, callId, result);
        else if (result.outcome === 'applied') comesInForce(result.name);
        else if (planNow === result.name && planInForce !== result.name) refusedPlan = result.name;
      } else if (
        call === undefined &&
        held?.callId === callId &&
        result.of === 'rate_plan' &&
        result.outcome !== 'scheduled'
      ) {
        const came = held;
        held = null;
        dated(came, callId, result);
      }
      if (call !== undefined && call.plan === null && Object.keys(call.options).length === 0) asked.delete(callId);
    },
  };
};

export type ServicesModel = ReturnType<typeof createServicesModel>;

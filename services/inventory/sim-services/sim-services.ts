/**
 * What a SIM may do: what is wanted, what the provider has confirmed, and how each change moves what is wanted
 * (product.md §5). Pure: a step takes the services as they are and gives them as they are then, so that a preview is the
 * same step without the write. What is sent, and what an answer means, stands in `service-call.ts`.
 */
import type { PlanChange } from '@simlane/contracts/rate-plan';
import type { DeviationKind } from '@simlane/contracts/service-changes';
import { type Configuration, isSameConfiguration } from '@simlane/contracts/service-options';
import { nextBillingMonth } from './billing-month.ts';

/** A service profile in one version; its plan by the code that the provider knows. */
export interface ProfileContent {
  readonly id: string;
  readonly version: number;
  readonly options: Configuration;
  readonly plan: string;
}

export interface Deviation {
  readonly kind: DeviationKind;
  readonly reason: string;
  /** The `sub` of whoever wanted it so, last. */
  readonly by: string;
  /** Since when the SIM does not follow its profile, however often it was changed since. */
  readonly since: Date;
  readonly expiresAt: Date | null;
}

export interface ScheduledPlan {
  /** The service change that wants it. */
  readonly changeId: string;
  readonly plan: string;
  /** When the billing month begins; `effectiveOn` is that day, in `zone`. */
  readonly at: Date;
  readonly effectiveOn: string;
  readonly zone: string;
  readonly how: PlanChange;
}

/** A plan that the provider itself is to put in force on a date, as it has said. */
export interface ArrangedPlan extends ScheduledPlan {
  readonly callId: string;
  /** The provider's words, where it does not cancel it. */
  readonly cancellationRefused: string | null;
}

export interface Failure {
  readonly value: string;
  /** The provider's words, if it gave any. */
  readonly reason: string | null;
  readonly at: Date;
}

/** What is asked of the provider and not answered yet; what has an answer is no longer in it. */
export type OpenCall = { readonly id: string; readonly openedAt: Date } & (
  | {
      readonly kind: 'set';
      readonly options: Configuration;
      readonly plan: { readonly plan: string; readonly arrange: ScheduledPlan | null } | null;
    }
  | { readonly kind: 'cancel_arranged'; readonly arrangedBy: string }
);

export interface SimServices {
  /** The profile in the version that is followed, or was when the deviation began. */
  readonly profile: ProfileContent | null;
  /** Wanted: the profile's, or the SIM's own while it deviates. */
  readonly options: Configuration;
  readonly deviation: Deviation | null;
  /** The plan that is wanted in force now; null: whatever it is. */
  readonly plan: string | null;
  readonly scheduled: ScheduledPlan | null;
  readonly arranged: ArrangedPlan | null;
  readonly confirmed: { readonly options: Configuration; readonly plan: string | null };
  /** Refused as it is wanted: not sent again until it is retried, or something else is wanted. */
  readonly failed: { readonly options: Readonly<Record<string, Failure>>; readonly plan: Failure | null };
  readonly call: OpenCall | null;
}

export const NO_SERVICES: SimServices = {
  profile: null,
  options: {},
  deviation: null,
  plan: null,
  scheduled: null,
  arranged: null,
  confirmed: { options: {}, plan: null },
  failed: { options: {}, plan: null },
  call: null,
};

/** How and when the SIM's provider takes another plan. */
export interface Billing {
  readonly zone: string;
  readonly how: PlanChange;
}

interface Asked {
  readonly changeId: string;
  readonly billing: Billing;
  readonly now: Date;
}

/** What a refusal is about, for whoever asked. */
export type Refusal = 'no_profile' | 'reason_missing' | 'expiry_past' | 'expiry_not_taken' | 'not_scheduled';

/**
 * To another profile, or to the newest version of its own. Options are wanted at once. A plan other than the one in
 * force is wanted from the next billing month; a SIM of which no plan is confirmed gets its plan at once. What was
 * scheduled before is gone, and so is a deviation.
 */
export const migrate = (services: SimServices, profile: ProfileContent, asked: Asked): SimServices =>
  wantPlan(wantOptions({ ...services, profile, deviation: null }, profile.options), profile.plan, asked);

const wantPlan = (services: SimServices, plan: string, { changeId, billing, now }: Asked): SimServices => {
  const inForce = services.confirmed.plan;
  const failed = { ...services.failed, plan: null };
  if (inForce === null || inForce === plan) return { ...services, plan, scheduled: null, failed };
  const { at, firstDay } = nextBillingMonth(now, billing.zone);
  const scheduled = { changeId, plan, at, effectiveOn: firstDay, zone: billing.zone, how: billing.how };
  return { ...services, plan: inForce, scheduled, failed };
};

const wantOptions = (services: SimServices, options: Configuration): SimServices => {
  const stillWanted = Object.entries(services.failed.options).filter(([code, { value }]) => options[code] === value);
  return { ...services, options, failed: { ...services.failed, options: Object.fromEntries(stillWanted) } };
};

const follow = (services: SimServices, profile: ProfileContent): SimServices =>
  wantOptions({ ...services, profile, deviation: null }, profile.options);

export interface WantedDeviation {
  /** Of these options; the others stay as they are wanted. */
  readonly options: Configuration;
  readonly kind: DeviationKind;
  readonly reason: string;
  readonly by: string;
  readonly expiresAt: Date | null;
}

/**
 * Other options than the profile's, on the SIM itself. With the values of the profile it follows it again.
 *
 * @param profile the SIM's own, in its newest version
 */
export const deviate = (
  services: SimServices,
  profile: ProfileContent,
  { options, kind, reason, by, expiresAt }: WantedDeviation,
  now: Date,
): SimServices | Refusal => {
  if (services.profile === null) return 'no_profile';
  if (reason.trim() === '') return 'reason_missing';
  if (kind === 'api_managed' && expiresAt !== null) return 'expiry_not_taken';
  if (expiresAt !== null && expiresAt <= now) return 'expiry_past';
  // With what its pack has got since: an option that the SIM has never had is no deviation.
  const own = { ...profile.options, ...services.options, ...options };
  if (isSameConfiguration(own, profile.options)) return follow(services, profile);
  const since = services.deviation?.since ?? now;
  return wantOptions({ ...services, deviation: { kind, reason, by, since, expiresAt } }, own);
};

/** Back to the newest version of its profile; one that follows its profile stays as it is. */
export const reattach = (services: SimServices, profile: ProfileContent): SimServices =>
  services.deviation === null ? services : follow(services, profile);

/** An edit of its profile reaches the SIM: not one that deviates or is further already. */
export const setProfileVersion = (services: SimServices, profile: ProfileContent): SimServices => {
  const { profile: before, deviation } = services;
  if (before?.id !== profile.id || before.version >= profile.version || deviation !== null) return services;
  return follow(services, profile);
};

/** The deviation's time is over: the SIM follows the newest version of its profile again. */
export const expireDeviation = (services: SimServices, profile: ProfileContent, now: Date): SimServices =>
  hasExpired(services, now) ? follow(services, profile) : services;

export const hasExpired = ({ deviation }: SimServices, now: Date): boolean =>
  deviation !== null && deviation.expiresAt !== null && deviation.expiresAt <= now;

/** The billing month has begun: the scheduled plan is wanted now. */
export const planIsDue = (services: SimServices, now: Date): SimServices => {
  const { scheduled } = services;
  return scheduled !== null && scheduled.at <= now ? { ...services, plan: scheduled.plan, scheduled: null } : services;
};

/** The plan that this change has scheduled is not wanted any more; the SIM stays on its profile. */
export const cancelScheduled = (services: SimServices, changeId: string): SimServices | Refusal => {
  if (services.scheduled?.changeId !== changeId) return 'not_scheduled';
  const { arranged } = services;
  return { ...services, scheduled: null, arranged: arranged && { ...arranged, cancellationRefused: null } };
};

/**
 * What was refused is wanted again. A plan whose month had begun is sent at once; one that was refused ahead, or
 * cancelled, from the next billing month.
 */
export const retry = (services: SimServices, asked: Asked): SimServices => {
  const { profile, plan, confirmed, scheduled } = services;
  const again = { ...services, failed: { options: {}, plan: null } };
  if (profile === null || scheduled !== null || plan !== confirmed.plan) return again;
  return wantPlan(again, profile.plan, asked);
};

/** Another SIM follows this one: it is to do what this one was, now and later, and nothing of it is confirmed. */
export const moveTo = ({ profile, options, deviation, plan, scheduled }: SimServices): SimServices => ({
  ...NO_SERVICES,
  profile,
  options,
  deviation,
  plan,
  scheduled,
});

/** A SIM that has ended is owed nothing. What was confirmed stays to be read. */
export const end = (services: SimServices): SimServices => ({
  ...NO_SERVICES,
  profile: services.profile,
  confirmed: services.confirmed,
});

/** The plan of the profile is not in force, and nothing is on the way to change that. */
export const planDiffers = ({ profile, plan, scheduled, confirmed, failed }: SimServices): boolean => {
  if (profile === null || profile.plan === confirmed.plan || scheduled !== null) return false;
  return plan !== profile.plan || failed.plan !== null;
};

export interface WhatChanges {
  /** At once. */
  readonly options: readonly { readonly option: string; readonly from: string | null; readonly to: string }[];
  readonly plan: { readonly from: string | null; readonly to: string } | null;
  /** From a date on. */
  readonly scheduled: ScheduledPlan | null;
  /** What was scheduled and is no longer. */
  readonly unscheduled: ScheduledPlan | null;
  /** The deviation that ends, and each value that goes with it. */
  readonly endsDeviation:
    | (Deviation & { readonly lost: readonly { readonly option: string; readonly value: string }[] })
    | null;
  readonly deviation: Deviation | null;
}

/** What a step changes of what is wanted, or asks for again: now, and later. */
export const whatChanges = (before: SimServices, after: SimServices): WhatChanges => {
  const { deviation } = before;
  const moved = Object.keys(after.options)
    .filter((code) => before.options[code] !== after.options[code] || isAskedAgain(before, after, code))
    .toSorted();
  const gone = Object.keys(before.options)
    .filter((code) => before.options[code] !== after.options[code])
    .toSorted();
  const lost = gone.map((option) => ({ option, value: before.options[option] as string }));
  const isRescheduled = !isSamePlan(before.scheduled, after.scheduled);
  return {
    options: moved.map((option) => ({
      option,
      from: (isAskedAgain(before, after, option) ? before.confirmed.options : before.options)[option] ?? null,
      to: after.options[option] as string,
    })),
    plan: planNow(before, after),
    scheduled: isRescheduled ? after.scheduled : null,
    unscheduled: isRescheduled ? before.scheduled : null,
    endsDeviation: deviation === null || after.deviation !== null ? null : { ...deviation, lost },
    deviation: after.deviation === before.deviation ? null : after.deviation,
  };
};

/** It was refused, is wanted as it was, and is no longer taken for refused. */
const isAskedAgain = (before: SimServices, after: SimServices, code: string): boolean =>
  before.failed.options[code]?.value === after.options[code] && after.failed.options[code] === undefined;

const planNow = (before: SimServices, { plan, failed }: SimServices): WhatChanges['plan'] => {
  if (plan === null) return null;
  const isAgain = before.failed.plan?.value === plan && failed.plan === null && before.confirmed.plan !== plan;
  if (isAgain) return { from: before.confirmed.plan, to: plan };
  return plan === before.plan ? null : { from: before.plan, to: plan };
};

const isSamePlan = (one: ScheduledPlan | null, other: ScheduledPlan | null): boolean =>
  one?.changeId === other?.changeId && one?.plan === other?.plan && one?.effectiveOn === other?.effectiveOn;

/** What somebody wants of a SIM's services, judged and carried out on them; refused in words that say what to do. Pure. */
import type { Changes, ServiceWish } from '@simlane/contracts/http/sim-services';
import type { ServiceProfile } from '@simlane/contracts/http/service-profiles';
import type { SimState } from '@simlane/contracts/sim';
import { configurationFaults, type OptionFault } from '@simlane/contracts/service-options';
import { jsonPointer } from '@simlane/service-kit/json-pointer';
import { ProblemError } from '@simlane/service-kit/problem';
import { billingOf, contentOf, type ServiceProfileFacts } from './service-catalog.ts';
import type { Wants } from './service-change.ts';
import {
  deviate,
  migrate,
  reattach,
  retry,
  type Refusal,
  type ScheduledPlan,
  type SimServices,
  whatChanges,
} from './sim-services.ts';

/** @throws ProblemError `sim_state` for a SIM whose services are not to be changed */
export const requireChangeable = (state: SimState): void => {
  if (state === 'discarded') {
    throw new ProblemError('sim_state', 'The SIM is discarded, and nothing is wanted of it any more', {
      fix: 'Change the SIM that has taken its place',
    });
  }
  if (state === 'temporary') {
    throw new ProblemError('sim_state', 'The SIM is temporary, and is to do what the SIM does that it replaces', {
      fix: 'Change the SIM that is on the line; what is wanted of it goes over to this one',
    });
  }
};

/** Where the request names the profile that is migrated to, and where those stand that it could name. */
export interface NamedTarget {
  readonly pointer: string;
  readonly fix: string;
}

/** @throws ProblemError `archived`, `profile_of_other_provider` */
export const requireTarget = (profile: ServiceProfile, simProviderId: string, { pointer, fix }: NamedTarget): void => {
  if (profile.archivedAt !== null) {
    throw new ProblemError('archived', `The service profile “${profile.name}” is archived, and takes no SIM`, {
      fix,
      errors: [{ pointer, detail: 'Is archived' }],
    });
  }
  if (profile.providerId !== simProviderId) {
    throw new ProblemError(
      'profile_of_other_provider',
      `The service profile “${profile.name}” is of another provider than the SIM`,
      {
        fix,
        errors: [{ pointer, detail: `Is of provider ${profile.providerId}` }],
      },
    );
  }
};

interface Asking {
  readonly facts: ServiceProfileFacts;
  readonly changeId: string;
  readonly by: string;
  readonly now: Date;
}

/**
 * The services as they are after what is wanted.
 *
 * @param asking.facts of the profile to migrate to; otherwise of the SIM's own
 */
export const carryOut = (
  services: SimServices,
  wish: ServiceWish,
  { facts, changeId, by, now }: Asking,
): SimServices => {
  const profile = contentOf(facts);
  switch (wish.kind) {
    case 'migrate':
      return migrate(services, profile, { changeId, billing: billingOf(facts), now });
    case 'reattach':
      return reattach(services, profile);
    case 'retry':
      return retry(services, { changeId, billing: billingOf(facts), now });
    case 'deviate': {
      const { options, deviationKind: kind, reason } = wish;
      const expiresAt = wish.expiresAt === undefined ? null : new Date(wish.expiresAt);
      requireFitting(facts, { ...profile.options, ...services.options, ...options });
      const after = deviate(services, profile, { options, kind, reason: reason.trim(), by, expiresAt }, now);
      if (typeof after === 'string') throw refusal(after);
      return after;
    }
  }
};

const requireFitting = ({ servicePack }: ServiceProfileFacts, options: Readonly<Record<string, string>>): void => {
  const faults = configurationFaults(servicePack, options);
  if (faults.length > 0) throw invalidProfile(faults);
};

export const invalidProfile = (faults: readonly OptionFault[]): ProblemError =>
  new ProblemError('profile_invalid', faults.map(({ option, detail }) => `${option}: ${detail}`).join('. '), {
    fix: 'Correct the options named in errors',
    errors: faults.map(({ option, detail }) => ({ pointer: jsonPointer(['options', option]), detail })),
  });

export const withoutProfile = (): ProblemError =>
  new ProblemError('sim_state', 'The SIM has no service profile that it could deviate from or come back to', {
    fix: 'Migrate it to a service profile first',
  });

const refusal = (why: Refusal): ProblemError => {
  switch (why) {
    case 'reason_missing':
      return new ProblemError('reason_required', 'A deviation has a reason, for whoever finds it later', {
        fix: 'Say in `reason` why this SIM is not to follow its profile',
        errors: [{ pointer: '/reason', detail: 'Is missing' }],
      });
    case 'expiry_past':
      return new ProblemError('expiry_invalid', 'The deviation would have ended already', {
        fix: 'Choose a time to come, or leave expiresAt out',
        errors: [{ pointer: '/expiresAt', detail: 'Is not to come' }],
      });
    case 'expiry_not_taken':
      return new ProblemError(
        'expiry_invalid',
        'A SIM that other means manage stays so until somebody says otherwise',
        {
          fix: 'Leave expiresAt out, or choose another kind',
          errors: [{ pointer: '/expiresAt', detail: 'Does not go with api_managed' }],
        },
      );
    case 'no_profile':
      return withoutProfile();
    case 'not_scheduled':
      return new ProblemError('service_change_state', 'No rate plan is scheduled by this change', {
        fix: 'See what is scheduled at GET sims/{id}/services',
      });
  }
};

/** What a change wanted, to be told later whether it is so. */
export const wantsOf = ({ kind, ...wish }: ServiceWish, before: SimServices, after: SimServices): Wants => {
  if (kind === 'migrate') return { options: after.options, plan: after.profile?.plan ?? null };
  if (kind === 'retry') {
    const { options, plan, scheduled } = whatChanges(before, after);
    const again = Object.fromEntries(options.map(({ option, to }) => [option, to]));
    return { options: again, plan: plan?.to ?? scheduled?.plan ?? null };
  }
  if ('options' in wish && wish.options !== undefined) return { options: wish.options, plan: null };
  return { options: before === after ? {} : after.options, plan: null };
};

export const shownPlan = ({ changeId, plan, at, effectiveOn, zone, how }: ScheduledPlan) => ({
  changeId,
  ratePlan: plan,
  at: at.toISOString(),
  effectiveOn,
  zone,
  how,
});

export const shownDeviation = ({ kind, reason, by, since, expiresAt }: NonNullable<SimServices['deviation']>) => ({
  kind,
  reason,
  by,
  since: since.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
});

/** What changes, as it is told: now, and later. */
export const shownChanges = (before: SimServices, after: SimServices): Changes => {
  const { options, plan, scheduled, unscheduled, deviation, endsDeviation } = whatChanges(before, after);
  const { profile } = after;
  const isSameProfile = profile?.id === before.profile?.id && profile?.version === before.profile?.version;
  return {
    now: {
      options: options.map((option) => ({ ...option })),
      ratePlan: plan,
      serviceProfile: profile === null || isSameProfile ? null : { id: profile.id, version: profile.version },
      deviation: deviation && shownDeviation(deviation),
      endsDeviation: endsDeviation && { ...shownDeviation(endsDeviation), lost: [...endsDeviation.lost] },
    },
    later: scheduled && { ratePlan: shownPlan(scheduled) },
    noLonger: unscheduled && { ratePlan: shownPlan(unscheduled) },
  };
};

export const changesNothing = ({ now, later, noLonger }: Changes): boolean =>
  now.options.length === 0 &&
  [now.ratePlan, now.serviceProfile, now.deviation, now.endsDeviation, later, noLonger].every((part) => part === null);

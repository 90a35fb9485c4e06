import { shortened } from '@simlane/contracts/http/primitives';
import type {
  NewServiceProfile,
  RatePlan,
  ServicePack,
  ServiceProfile,
} from '@simlane/contracts/http/service-profiles';
import {
  type Configuration,
  configurationFaults,
  valuesInPack,
  withDefaults,
} from '@simlane/contracts/service-options';
import { jsonPointer } from '@simlane/service-kit/json-pointer';
import { ProblemError } from '@simlane/service-kit/problem';

/** The pack and the plan of a new profile: those named, else those of the copied one. */
export const partsOf = (
  { servicePackId, ratePlanId }: NewServiceProfile,
  source: ServiceProfile | undefined,
): { servicePackId: string; ratePlanId: string } => {
  const parts = { servicePackId: servicePackId ?? source?.servicePackId, ratePlanId: ratePlanId ?? source?.ratePlanId };
  if (parts.servicePackId === undefined || parts.ratePlanId === undefined) {
    throw new Error('The schema lets nobody ask for a profile without a pack or a plan');
  }
  return { servicePackId: parts.servicePackId, ratePlanId: parts.ratePlanId };
};

/** The options of a new profile: those named, else those of the copied one as far as the pack has them, else the defaults. */
export const optionsOfNew = (
  wanted: NewServiceProfile,
  source: ServiceProfile | undefined,
  pack: ServicePack,
): Record<string, string> => ({
  ...withDefaults(pack, { ...valuesInPack(pack, source?.options ?? {}), ...wanted.options }),
});

/** @throws ProblemError `profile_invalid` naming each option, or the plan, that does not fit the pack */
export const requireFitting = (
  pack: ServicePack,
  plan: Pick<RatePlan, 'name' | 'providerId'> | undefined,
  options: Configuration,
): void => {
  const faults = configurationFaults(pack, options).map(({ option, detail }) => ({
    pointer: jsonPointer(['options', option]),
    detail,
  }));
  if (plan !== undefined && plan.providerId !== pack.providerId) {
    const detail = `The rate plan “${plan.name}” is of another provider than the service pack “${pack.name}”`;
    faults.unshift({ pointer: '/ratePlanId', detail });
  }
  if (faults.length === 0) return;
  throw new ProblemError('profile_invalid', faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '), {
    fix: 'Correct the fields named in errors',
    errors: faults,
  });
};

interface WantedProfile {
  readonly name?: string | undefined;
  readonly servicePackId?: string | undefined;
  readonly ratePlanId?: string | undefined;
  readonly options?: Configuration | undefined;
}

const SERVICE_CHANGES = 'POST /inventory/v1/service-changes';

/**
 * Why a profile cannot be edited like this, with the call that does what is wanted; undefined where nothing but its
 * name would change.
 */
export const whyNotEditable = (profile: ServiceProfile, wanted: WantedProfile): ProblemError | undefined => {
  const fixed = (['servicePackId', 'ratePlanId'] as const).filter(
    (field) => wanted[field] !== undefined && wanted[field] !== profile[field],
  );
  if (fixed.length > 0) return fixedParts(profile, wanted, fixed);
  const options = Object.entries(wanted.options ?? {}).filter(
    ([option, value]) => !Object.hasOwn(profile.options, option) || profile.options[option] !== value,
  );
  return options.length > 0 ? optionsElsewhere(profile, Object.fromEntries(options)) : undefined;
};

const fixedParts = (profile: ServiceProfile, wanted: WantedProfile, fields: readonly string[]): ProblemError => {
  const newProfile = {
    name: wanted.name ?? shortened(`${profile.name} (2)`),
    copyOf: profile.id,
    servicePackId: wanted.servicePackId ?? profile.servicePackId,
    ratePlanId: wanted.ratePlanId ?? profile.ratePlanId,
    ...(wanted.options === undefined ? {} : { options: wanted.options }),
  };
  return new ProblemError(
    'profile_fixed',
    `The service pack and the rate plan of the profile “${profile.name}” cannot be changed: its SIMs would change with it unseen`,
    {
      fix: `Make another profile and migrate SIMs to it, in one call: ${SERVICE_CHANGES} with ${JSON.stringify({ kind: 'migrate', newProfile })} and the SIMs`,
      errors: fields.map((field) => ({ pointer: `/${field}`, detail: 'Fixed since the profile was made' })),
    },
  );
};

const optionsElsewhere = (profile: ServiceProfile, options: Configuration): ProblemError =>
  new ProblemError(
    'service_change_needed',
    `The options of the profile “${profile.name}” are the target of every SIM on it, and are not edited here`,
    {
      fix: `Edit them by ${SERVICE_CHANGES} with ${JSON.stringify({ kind: 'edit_profile', serviceProfileId: profile.id, options })}; its preview shows first which SIMs that touches`,
      errors: Object.keys(options).map((option) => ({
        pointer: jsonPointer(['options', option]),
        detail: 'Is edited by a service change',
      })),
    },
  );

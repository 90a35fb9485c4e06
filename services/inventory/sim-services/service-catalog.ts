import type {
  NewServiceProfile,
  RatePlan,
  ServicePack,
  ServiceProfile,
} from '@simlane/contracts/http/service-profiles';
import type { Configuration } from '@simlane/contracts/service-options';
import type { Billing, ProfileContent } from './sim-services.ts';

/** A service profile with all that a change of services is made of. */
export interface ServiceProfileFacts {
  readonly profile: ServiceProfile;
  readonly servicePack: Pick<ServicePack, 'options' | 'rules'>;
  readonly ratePlan: Pick<RatePlan, 'code'>;
  readonly provider: ProviderTerms;
}

/** How a provider takes changes. */
export interface ProviderTerms {
  readonly planChange: Billing['how'];
  readonly billingZone: string;
  /** SIMs a minute, of all that changes many of them. */
  readonly serviceChangesPerMinute: number;
}

export interface ChoosableProfile {
  readonly profile: ServiceProfile;
  readonly ratePlanCode: string;
}

/**
 * What inventory asks the catalog about service profiles, always afresh: something is about to be wanted.
 *
 * Each throws a ProblemError: `not_found`, `archived` or `profile_invalid` as the catalog has it, and
 * `dependency_unavailable` where it does not answer.
 */
export interface ServiceCatalog {
  /** In its newest version. */
  profile(accountId: string, id: string): Promise<ServiceProfileFacts>;
  provider(accountId: string, id: string): Promise<ProviderTerms>;
  /** The unarchived ones of a provider. */
  profilesOf(
    accountId: string,
    query: { readonly providerId: string; readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ items: ChoosableProfile[]; nextCursor: string | null }>;
  /** What would be made under this id, in version 1. */
  draft(accountId: string, id: string, newProfile: NewServiceProfile): Promise<ServiceProfileFacts>;
  /** Makes it; the same again makes nothing. */
  make(accountId: string, id: string, request: { newProfile: NewServiceProfile; createdBy: string }): Promise<void>;
  /** Makes exactly this version, with these options; the same again makes nothing. Throws `stale_version` as well. */
  makeVersion(
    accountId: string,
    profile: { readonly id: string; readonly version: number },
    request: { options: Configuration; createdBy: string },
  ): Promise<void>;
}

export const contentOf = ({ profile: { id, version, options }, ratePlan }: ServiceProfileFacts): ProfileContent => ({
  id,
  version,
  options,
  plan: ratePlan.code,
});

export const billingOf = ({ provider }: Pick<ServiceProfileFacts, 'provider'>): Billing => ({
  zone: provider.billingZone,
  how: provider.planChange,
});

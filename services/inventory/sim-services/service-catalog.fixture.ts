/** The catalog's service profiles in memory, so that they can be edited behind a preview and made to fall silent. */
import { randomUUID } from 'node:crypto';
import type { NewServiceProfile } from '@simlane/contracts/http/service-profiles';
import { isSameConfiguration } from '@simlane/contracts/service-options';
import { notFound, ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import type { ServiceCatalog, ServiceProfileFacts } from './service-catalog.ts';
import type { Billing } from './sim-services.ts';

const PACK = {
  options: [
    { code: 'data', name: 'Data', values: ['off', 'on', 'slow'], default: 'off' },
    { code: 'sms', name: 'SMS', values: ['off', 'on'], default: 'on' },
    { code: 'roaming', name: 'Roaming', values: ['off', 'on'], default: 'off' },
  ],
  rules: [{ option: 'data', value: 'off', excludes: { option: 'roaming', value: 'on' } }],
};

export interface ProfileWish {
  readonly providerId: string;
  readonly plan?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly how?: Billing['how'];
  readonly zone?: string;
  readonly perMinute?: number;
}

export interface ServiceCatalogInHand extends ServiceCatalog {
  readonly made: Map<string, { facts: ServiceProfileFacts; createdBy: string }>;
  /** Versions that were asked for, however often. */
  readonly versions: { id: string; version: number; createdBy: string }[];
  silent: boolean;
  /** What happens once, after a profile was read and before whoever asked for it goes on. */
  meanwhile: (() => Promise<unknown>) | null;
  add(wish: ProfileWish): ServiceProfileFacts;
  edit(id: string, options: Readonly<Record<string, string>>): void;
  archive(id: string): void;
}

export const serviceCatalogInHand = (): ServiceCatalogInHand => {
  const profiles = new Map<string, ServiceProfileFacts>();
  const find = (id: string): ServiceProfileFacts => {
    const facts = profiles.get(id);
    if (facts === undefined) throw notFound('There is no such service profile');
    return facts;
  };
  const draftOf = (id: string, { copyOf = '', name, ratePlanId, options }: NewServiceProfile): ServiceProfileFacts => {
    const { profile, ratePlan, ...rest } = find(copyOf);
    const own = { id, name, version: 1, options: { ...profile.options, ...options } };
    return {
      ...rest,
      profile: { ...profile, ...own },
      ratePlan: ratePlanId === undefined ? ratePlan : { code: 'NEW' },
    };
  };
  const inHand: ServiceCatalogInHand = {
    made: new Map(),
    versions: [],
    silent: false,
    meanwhile: null,
    add: ({ providerId, plan = 'S', options = {}, how = 'we_schedule', zone = 'Europe/Paris', perMinute = 60_000 }) => {
      const facts: ServiceProfileFacts = {
        profile: {
          id: randomUUID(),
          name: `Profile ${profiles.size + 1}`,
          servicePackId: randomUUID(),
          ratePlanId: randomUUID(),
          providerId,
          version: 1,
          options: { data: 'off', sms: 'on', roaming: 'off', ...options },
          archivedAt: null,
        },
        servicePack: PACK,
        ratePlan: { code: plan },
        provider: { planChange: how, billingZone: zone, serviceChangesPerMinute: perMinute },
      };
      profiles.set(facts.profile.id, facts);
      return facts;
    },
    edit: (id, options) => {
      const { profile, ...rest } = find(id);
      const edited = { ...profile, version: profile.version + 1, options: { ...profile.options, ...options } };
      profiles.set(id, { ...rest, profile: edited });
    },
    archive: (id) => {
      const { profile, ...rest } = find(id);
      profiles.set(id, { ...rest, profile: { ...profile, archivedAt: '2026-01-01T00:00:00Z' } });
    },
    profile: async (_accountId, id) => {
      const facts = answer(() => find(id));
      const { meanwhile } = inHand;
      inHand.meanwhile = null;
      await meanwhile?.();
      return facts;
    },
    provider: async (_accountId, id) =>
      answer(() => {
        const one = [...profiles.values()].find(({ profile }) => profile.providerId === id);
        if (one === undefined) throw notFound('There is no such provider');
        return one.provider;
      }),
    profilesOf: async (_accountId, { providerId }) =>
      answer(() => ({
        items: [...profiles.values()]
          .filter(({ profile }) => profile.providerId === providerId && profile.archivedAt === null)
          .map(({ profile, ratePlan }) => ({ profile, ratePlanCode: ratePlan.code })),
        nextCursor: null,
      })),
    draft: async (_accountId, id, newProfile) => answer(() => draftOf(id, newProfile)),
    make: async (_accountId, id, { newProfile, createdBy }) =>
      answer(() => {
        const facts = profiles.get(id) ?? draftOf(id, newProfile);
        profiles.set(id, facts);
        inHand.made.set(id, { facts, createdBy });
      }),
    makeVersion: async (_accountId, { id, version }, { options, createdBy }) =>
      answer(() => {
        const { profile } = find(id);
        const isRepeat =
          version === profile.version && isSameConfiguration(profile.options, { ...profile.options, ...options });
        if (!isRepeat && version !== profile.version + 1) throw new ProblemError('stale_version', 'Another version');
        if (!isRepeat) inHand.edit(id, options);
        inHand.versions.push({ id, version, createdBy });
      }),
  };
  const answer = <T>(read: () => T): T => {
    if (inHand.silent) throw new UnavailableError('The catalog', 'silent');
    return read();
  };
  return inHand;
};

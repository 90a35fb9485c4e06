import { randomUUID } from 'node:crypto';
import type { RatePlan, ServicePack, ServiceProfile } from '@simlane/contracts/http/service-profiles';
import { aProvider, aSeedWithServices, type TestCatalog } from '../catalog.fixture.ts';

export const THINGS = ['service-packs', 'rate-plans', 'service-profiles'] as const;
export type Things = (typeof THINGS)[number];

/** A fresh account with two providers; of the first a pack, a plan and a profile of these. */
export const startAccount = async (catalog: TestCatalog) => {
  const seed = aSeedWithServices();
  const otherProvider = aProvider({ name: 'Beta' });
  await catalog.seed({ ...seed, providers: [...seed.providers, otherProvider] });
  const [[provider], [pack], [plan], [profile]] = [
    seed.providers,
    seed.servicePacks,
    seed.ratePlans,
    seed.serviceProfiles,
  ];
  if (!provider || !pack || !plan || !profile) throw new Error('The example has one of each');
  const accountId = seed.account.id;
  const url = (things: Things, rest = '') => `/catalog/v1/${things}${rest}`;

  const read = async (things: Things, id: string) => {
    const { status, body } = await catalog.get(accountId, url(things, `/${id}`));
    if (status !== 200) throw new Error(`${things} ${id}: ${JSON.stringify(body)}`);
    return body;
  };
  const create = async (things: Things, body: unknown) => {
    const answer = await catalog.send(accountId, { method: 'POST', url: url(things), body });
    if (answer.status !== 201) throw new Error(`${things}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    id: accountId,
    seed,
    provider,
    otherProvider,
    pack,
    plan,
    profile,
    read,
    /** Of the example's content unless given. */
    createPack: (changes: object = {}): Promise<ServicePack> =>
      create('service-packs', {
        name: 'Pack',
        providerId: provider.id,
        options: pack.options,
        rules: pack.rules,
        ...changes,
      }),
    createPlan: (changes: object = {}): Promise<RatePlan> =>
      create('rate-plans', { name: 'Plan', providerId: provider.id, code: 'P-1', ...changes }),
    createProfile: (changes: object = {}): Promise<ServiceProfile> =>
      create('service-profiles', { name: 'Profile', servicePackId: pack.id, ratePlanId: plan.id, ...changes }),
    post: (path: `${Things}${string}`, body?: unknown, more: { key?: string; sub?: string; roles?: string[] } = {}) =>
      catalog.send(accountId, { method: 'POST', url: `/catalog/v1/${path}`, body, ...more }),
    /** An edit of the version that there is. */
    edit: async (things: Things, id: string, body: unknown) => {
      const { version } = await read(things, id);
      return catalog.send(accountId, { method: 'PATCH', url: url(things, `/${id}`), body, ifMatch: version });
    },
    archive: (things: Things, id: string) =>
      catalog.send(accountId, { method: 'POST', url: url(things, `/${id}/archival`) }),
    /** The versions, the newest first. */
    versions: async (things: Things, id: string) => {
      const { body } = await catalog.get(accountId, url(things, `/${id}/versions`));
      return body.items;
    },
    /** Calls of inventory. */
    inside: (request: Parameters<TestCatalog['call']>[2]) => catalog.call(accountId, 'inventory', request),
  };
};

export type TestAccount = Awaited<ReturnType<typeof startAccount>>;

/** What makes another one of these things, each time of another name. */
export const bodyFor = (account: TestAccount, things: Things): Record<string, unknown> => {
  const name = `New ${randomUUID()}`;
  const { pack, plan, provider } = account;
  if (things === 'service-packs') {
    return { name, providerId: provider.id, options: pack.options, rules: pack.rules };
  }
  if (things === 'rate-plans') return { name, providerId: provider.id, code: 'NEW-1' };
  return { name, servicePackId: pack.id, ratePlanId: plan.id };
};

export const seededId = ({ pack, plan, profile }: TestAccount, things: Things): string =>
  things === 'service-packs' ? pack.id : things === 'rate-plans' ? plan.id : profile.id;

import { randomUUID } from 'node:crypto';
import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import { checkSchema } from '@simlane/testing/schema-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aDistributor,
  aPack,
  aProvider,
  anEsim,
  aSeed,
  startTestCatalog,
  type TestCatalog,
} from './catalog.fixture.ts';
import { APP_ROLE } from './database.ts';

const ARCHIVED_AT = '2026-01-31T12:00:00.000Z';
const names = (items: { name: string }[]): string[] => items.map(({ name }) => name);

let catalog: TestCatalog;
let acme: CatalogSeed;
let other: CatalogSeed;

beforeAll(async () => {
  catalog = await startTestCatalog();
  const provider = aProvider();
  const distributor = aDistributor();
  acme = aSeed({
    providers: [
      provider,
      ...['Beta', 'Gamma', 'Gamma', 'Delta'].map((name) => aProvider({ name })),
      aProvider({
        name: 'Epsilon',
        cutoverOn: 'installed',
        timeToAcknowledge: 'PT36H',
        timeToProcess: 'P1DT12H30M5S',
        planChange: 'provider_schedules',
      }),
      aProvider({ name: 'Gone', archivedAt: ARCHIVED_AT }),
    ],
    distributors: [distributor, aDistributor({ name: 'Closed', contacts: [], archivedAt: ARCHIVED_AT })],
    orderPacks: [
      aPack([
        anEsim(provider, distributor, { name: 'Z', validFrom: '2026-01-01T00:00:00.000Z' }),
        anEsim(provider, distributor, { name: 'A' }),
      ]),
      aPack([], { name: 'Old pack', archivedAt: ARCHIVED_AT }),
    ],
  });
  other = aSeed();
  await catalog.seed(acme);
  await catalog.seed(other);
});
afterAll(() => catalog?.stop());

it('has a schema in which no account meets another', async () => {
  const appendOnly = { service_pack_version: [], rate_plan_version: [], service_profile_version: [] };
  expect(await checkSchema(catalog.database.adminDb, { appRole: APP_ROLE, appendOnly })).toEqual([]);
});

describe('account', () => {
  it('is the caller’s own, for every role', async () => {
    for (const roles of [['viewer'], ['manager'], ['administrator']]) {
      expect(await catalog.get(acme.account.id, '/catalog/v1/account', roles)).toEqual({
        status: 200,
        body: acme.account,
      });
    }
    const token = await catalog.issuer.userToken({ roles: ['operations'] });
    const headers = { authorization: `Bearer ${token}`, 'simlane-account': other.account.id };
    const answer = await catalog.app.public.inject({ url: '/catalog/v1/account', headers });
    expect(answer.json()).toEqual(other.account);
  });

  it('is 404 where there is none, and 401 without a token', async () => {
    expect(await catalog.get(randomUUID(), '/catalog/v1/account')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect((await catalog.app.public.inject({ url: '/catalog/v1/account' })).statusCode).toBe(401);
  });

  it('can be asked for by our services', async () => {
    const url = '/internal/account';
    for (const service of ['order', 'inventory', 'worker'] as const) {
      expect(await catalog.call(acme.account.id, service, { url })).toEqual({ status: 200, body: acme.account });
    }
    expect(await catalog.call(acme.account.id, 'notification', { url })).toMatchObject({ status: 403 });
    expect(await catalog.call(randomUUID(), 'order', { url })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });
});

const RESOURCES = [
  ['providers', () => acme.providers, () => other.providers],
  ['distributors', () => acme.distributors, () => other.distributors],
  ['order-packs', () => acme.orderPacks, () => other.orderPacks],
] as const;

describe.each(RESOURCES)('%s', (path, seeded, foreign) => {
  const url = `/catalog/v1/${path}`;

  it('are listed by name, the archived ones only on request', async () => {
    const current = await catalog.get(acme.account.id, url);
    expect(current.status).toBe(200);
    expect(names(current.body.items)).toEqual(
      names(seeded().filter(({ archivedAt }) => archivedAt === null)).toSorted(),
    );
    const all = await catalog.get(acme.account.id, `${url}?includeArchived=true`);
    expect(names(all.body.items)).toEqual(names([...seeded()]).toSorted());
    expect(all.body.nextCursor).toBeNull();
  });

  it('are each shown as they were put in, archived or not', async () => {
    for (const item of seeded()) {
      expect(await catalog.get(acme.account.id, `${url}/${item.id}`)).toEqual({ status: 200, body: item });
    }
  });

  it('are 404 in another account, and when nobody has them', async () => {
    for (const id of [foreign()[0]?.id, randomUUID()]) {
      expect(await catalog.get(acme.account.id, `${url}/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    }
    const list = await catalog.get(acme.account.id, `${url}?includeArchived=true`);
    expect(list.body.items.map(({ id }: { id: string }) => id)).not.toContain(foreign()[0]?.id);
  });

  it('refuse what is no cursor of theirs, and parameters they do not know, by name', async () => {
    const page = await catalog.get(acme.account.id, `${url}?limit=1&includeArchived=true`);
    const elsewhere = path === 'providers' ? '/catalog/v1/distributors' : '/catalog/v1/providers';
    for (const bad of [`${url}?cursor=abc`, `${elsewhere}?cursor=${page.body.nextCursor}`]) {
      expect(await catalog.get(acme.account.id, bad)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
    }
    expect(await catalog.get(acme.account.id, `${url}?includeArchive=true`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '?includeArchive', detail: 'Unknown field' }] },
    });
    expect(await catalog.get(acme.account.id, `${url}/no-id`)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: ':id' }] },
    });
  });
});

it('pages hold each item once, also where names are equal, and no insertion moves them', async () => {
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 10 && cursor !== 'end'; page++) {
    const { body } = await catalog.get(acme.account.id, `/catalog/v1/providers?limit=2${cursor}`);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor === null ? 'end' : `&cursor=${body.nextCursor}`;
    if (page === 0) await catalog.seed({ ...acme, providers: [aProvider({ name: 'AAA first' })], orderPacks: [] });
  }
  const current = acme.providers.filter(({ archivedAt }) => archivedAt === null);
  expect(seen).toHaveLength(current.length);
  expect(new Set(seen)).toEqual(new Set(current.map(({ id }) => id)));
});

describe('a provider, for our services', () => {
  it('is shown archived or not, and 404 in another account', async () => {
    for (const provider of acme.providers) {
      const answer = await catalog.call(acme.account.id, 'order', { url: `/internal/providers/${provider.id}` });
      expect(answer).toEqual({ status: 200, body: provider });
    }
    const foreign = { url: `/internal/providers/${other.providers[0]?.id}` };
    expect(await catalog.call(acme.account.id, 'order', foreign)).toMatchObject({ status: 404 });
    expect(await catalog.call(acme.account.id, 'seed', foreign)).toMatchObject({ status: 403 });
  });
});

describe('the contacts who receive QR requests', () => {
  const contactsOf = (distributorId: string | undefined) =>
    catalog.call(acme.account.id, 'inventory', { url: `/internal/distributors/${distributorId}/qr-code-contacts` });

  it('are those with the role', async () => {
    const [distributor] = acme.distributors;
    expect(await contactsOf(distributor?.id)).toEqual({
      status: 200,
      body: { distributorName: 'Resell One', items: [distributor?.contacts[0]] },
    });
  });

  it('are nobody where the distributor is archived, unknown or of another account', async () => {
    expect((await contactsOf(acme.distributors[1]?.id)).body).toEqual({ distributorName: 'Closed', items: [] });
    for (const id of [other.distributors[0]?.id, randomUUID()]) {
      expect(await contactsOf(id)).toEqual({ status: 200, body: { distributorName: null, items: [] } });
    }
  });
});

it('the reference page describes every public route and no internal one', async () => {
  const { paths } = (await catalog.app.public.inject({ url: '/openapi.json' })).json();
  expect(Object.keys(paths).toSorted()).toEqual([
    '/catalog/v1/account',
    '/catalog/v1/distributors',
    '/catalog/v1/distributors/{id}',
    '/catalog/v1/order-packs',
    '/catalog/v1/order-packs/{id}',
    '/catalog/v1/providers',
    '/catalog/v1/providers/{id}',
    ...['rate-plans', 'service-packs', 'service-profiles'].flatMap((things) =>
      ['', '/{id}', '/{id}/archival', '/{id}/versions'].map((rest) => `/catalog/v1/${things}${rest}`),
    ),
  ]);
  const { parameters, responses } = paths['/catalog/v1/service-packs/{id}'].patch;
  expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', in: 'header', required: true }));
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['409', '412', '428']));
});

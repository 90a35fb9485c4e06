import { randomUUID } from 'node:crypto';
import type { Article } from '@simlane/contracts/http/catalog';
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

const ARCHIVED_AT = '2026-01-31T12:00:00.000Z';
const LONG_AGO = '2020-01-01T00:00:00.000Z';
const FAR_AWAY = '2999-01-01T00:00:00.000Z';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startTestCatalog();
});
afterAll(() => catalog?.stop());

const esimsOf = async (accountId: string, providerId: string) => {
  const answer = await catalog.call(accountId, 'order', { url: `/internal/esim-articles?providerId=${providerId}` });
  expect(answer.status).toBe(200);
  return answer.body.items;
};

/** Puts a catalog with one eSIM in place, changed in one way, and asks for the eSIMs of its provider. */
const esimsWith = async (
  change: { article?: Partial<Article>; packArchived?: true; providerArchived?: true; distributorArchived?: true } = {},
) => {
  const archived = (is: true | undefined) => ({ archivedAt: is === true ? ARCHIVED_AT : null });
  const provider = aProvider(archived(change.providerArchived));
  const distributor = aDistributor(archived(change.distributorArchived));
  const esim = anEsim(provider, distributor, change.article);
  const pack = aPack([esim], archived(change.packArchived));
  const seed = aSeed({ providers: [provider], distributors: [distributor], orderPacks: [pack] });
  await catalog.seed(seed);
  return { seed, provider, distributor, esim, pack, items: await esimsOf(seed.account.id, provider.id) };
};

describe('the eSIMs of a provider', () => {
  it('come with pack, provider and distributor by name', async () => {
    const { items, esim, pack, provider, distributor } = await esimsWith();
    const names = { packName: pack.name, providerName: provider.name, distributorName: distributor.name };
    expect(items).toEqual([{ ...esim, packId: pack.id, ...names }]);
  });

  it('are there once for each pack they are in', async () => {
    const { seed, esim, provider } = await esimsWith();
    await catalog.seed({ ...seed, orderPacks: [...seed.orderPacks, aPack([esim], { name: 'Another pack' })] });
    const items = await esimsOf(seed.account.id, provider.id);
    expect(items.map(({ id, packName }: { id: string; packName: string }) => [id, packName])).toEqual([
      [esim.id, 'Another pack'],
      [esim.id, 'Mobile pack'],
    ]);
  });

  it('are those valid now', async () => {
    expect((await esimsWith({ article: { validFrom: LONG_AGO, validUntil: FAR_AWAY } })).items).toHaveLength(1);
  });

  it.each([
    ['in another section', { article: { section: 'services', simKind: null } }],
    ['physical', { article: { simKind: 'physical' } }],
    ['not yet valid', { article: { validFrom: FAR_AWAY } }],
    ['no longer valid', { article: { validUntil: LONG_AGO } }],
    ['in an archived pack', { packArchived: true }],
    ['of an archived provider', { providerArchived: true }],
    ['from an archived distributor', { distributorArchived: true }],
  ] as const)('are none that are %s', async (_what, change) => {
    expect((await esimsWith(change)).items).toEqual([]);
  });

  it('are none of another provider, of an unknown one, or of another account', async () => {
    const { seed, provider } = await esimsWith();
    const another = aProvider({ name: 'Beta' });
    await catalog.seed({ ...seed, providers: [provider, another] });
    expect(await esimsOf(seed.account.id, another.id)).toEqual([]);
    expect(await esimsOf(seed.account.id, randomUUID())).toEqual([]);
    const stranger = await esimsWith();
    expect(await esimsOf(stranger.seed.account.id, provider.id)).toEqual([]);
  });

  it('can be asked for by order and inventory only, and for a provider only', async () => {
    const accountId = randomUUID();
    const url = `/internal/esim-articles?providerId=${randomUUID()}`;
    expect(await catalog.call(accountId, 'inventory', { url })).toMatchObject({ status: 200 });
    expect(await catalog.call(accountId, 'worker', { url })).toMatchObject({ status: 403 });
    expect(await catalog.call(accountId, 'order', { url: '/internal/esim-articles' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '?providerId', detail: 'Required' }] },
    });
  });
});

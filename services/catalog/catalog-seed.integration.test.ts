import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aDistributor,
  aPack,
  aProvider,
  anEsim,
  aSeed,
  aSeedWithServices,
  startTestCatalog,
  type TestCatalog,
} from './catalog.fixture.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startTestCatalog();
});
afterAll(() => catalog?.stop());

const put = (accountId: string, body: unknown, from: 'seed' | 'worker' = 'seed') =>
  catalog.call(accountId, from, { method: 'PUT', url: '/internal/seed', body });

/** Everything that is stored for an account, table by table. */
const stored = async (accountId: string) => {
  const tables = [
    'account',
    'provider',
    'distributor',
    'distributor_contact',
    'distributor_contact_role',
    'article',
    'order_pack',
    'order_pack_article',
  ];
  const dump: Record<string, unknown[]> = {};
  for (const table of tables) {
    const { rows } =
      await sql`select * from ${sql.table(table)} as t where account_id = ${accountId} order by t::text`.execute(
        catalog.database.adminDb,
      );
    dump[table] = rows;
  }
  return dump;
};

describe('the seed', () => {
  it('put twice is as put once', async () => {
    const seed = aSeed();
    expect(await put(seed.account.id, seed)).toEqual({ status: 204, body: undefined });
    const once = await stored(seed.account.id);
    expect(await put(seed.account.id, seed)).toEqual({ status: 204, body: undefined });
    expect(await stored(seed.account.id)).toEqual(once);
    expect(once['provider']).toHaveLength(1);
    expect(once['distributor_contact_role']).toHaveLength(1);
  });

  it('replaces what it names: settings, contacts, roles, articles and their order', async () => {
    const seed = aSeed();
    await catalog.seed(seed);
    const [provider, distributor, pack] = [seed.providers[0], seed.distributors[0], seed.orderPacks[0]];
    if (!provider || !distributor || !pack) throw new Error('The example has one of each');
    const [first, second] = distributor.contacts.map((contact) => ({ ...contact, roles: [] }));
    const changed = {
      account: { ...seed.account, locale: 'fr' as const },
      providers: [{ ...provider, cutoverOn: 'installed' as const, archivedAt: '2026-02-01T00:00:00.000Z' }],
      distributors: [{ ...distributor, contacts: second && first ? [{ ...first, name: 'Anna' }] : [] }],
      orderPacks: [{ ...pack, articles: [anEsim(provider, distributor, { name: 'New' }), ...pack.articles] }],
      servicePacks: [],
      ratePlans: [],
      serviceProfiles: [],
    };
    await catalog.seed(changed);
    const at = (path: string) => catalog.get(seed.account.id, `/catalog/v1/${path}`);
    expect((await at('account')).body).toEqual(changed.account);
    expect((await at(`providers/${provider.id}`)).body).toEqual(changed.providers[0]);
    expect((await at(`distributors/${distributor.id}`)).body).toEqual(changed.distributors[0]);
    expect((await at(`order-packs/${pack.id}`)).body).toEqual(changed.orderPacks[0]);
  });

  it('lets two accounts have rows of the same id', async () => {
    const one = aSeed();
    const another = { ...one, account: { ...one.account, id: randomUUID(), name: 'Another' } };
    await catalog.seed(one);
    await catalog.seed({ ...another, providers: one.providers.map((provider) => ({ ...provider, name: 'Theirs' })) });
    const url = `/catalog/v1/providers/${one.providers[0]?.id}`;
    expect((await catalog.get(one.account.id, url)).body.name).toBe('Alpha Mobile');
    expect((await catalog.get(another.account.id, url)).body.name).toBe('Theirs');
  });

  it('names every entry at fault and stores nothing of it', async () => {
    const provider = aProvider();
    const distributor = aDistributor();
    const stray = anEsim(aProvider(), aDistributor());
    const seed = aSeed({
      providers: [provider],
      distributors: [distributor],
      orderPacks: [
        aPack([
          stray,
          anEsim(provider, distributor, { section: 'devices' }),
          anEsim(provider, distributor, { simKind: null, providerId: null, distributorId: null }),
        ]),
      ],
    });
    const accountId = randomUUID();
    const answer = await put(accountId, seed);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/account/id',
      '/orderPacks/0/articles/0/providerId',
      '/orderPacks/0/articles/0/distributorId',
      '/orderPacks/0/articles/1/simKind',
      '/orderPacks/0/articles/2/simKind',
      '/orderPacks/0/articles/2/providerId',
      '/orderPacks/0/articles/2/distributorId',
    ]);
    for (const id of [accountId, seed.account.id]) {
      expect(Object.values(await stored(id)).flat()).toEqual([]);
    }
  });

  it('puts packs, plans and profiles in place once, and leaves them to people from then on', async () => {
    const seed = aSeedWithServices();
    const [pack, plan, profile] = [seed.servicePacks[0], seed.ratePlans[0], seed.serviceProfiles[0]];
    await catalog.seed(seed);
    const shown = async (path: string) => (await catalog.get(seed.account.id, `/catalog/v1/${path}`)).body;
    const before = await shown(`service-profiles/${profile?.id}`);
    expect(before).toEqual({ ...profile, version: 1, providerId: pack?.providerId, archivedAt: null });
    expect(await shown(`rate-plans/${plan?.id}`)).toEqual({ ...plan, version: 1, archivedAt: null });
    expect(await shown(`service-packs/${pack?.id}`)).toEqual({ ...pack, version: 1, archivedAt: null });
    await catalog.seed({ ...seed, serviceProfiles: seed.serviceProfiles.map((one) => ({ ...one, name: 'Another' })) });
    expect(await shown(`service-profiles/${profile?.id}`)).toEqual(before);
    const versions = await shown(`service-profiles/${profile?.id}/versions`);
    expect(versions.items).toMatchObject([{ version: 1, createdBy: 'seed', name: profile?.name }]);
  });

  it('puts no new profile on a pack that people have archived, and leaves those that are there as they are', async () => {
    const seed = aSeedWithServices();
    const [profile] = seed.serviceProfiles;
    if (!profile) throw new Error('The example has one of each');
    await catalog.seed(seed);
    const { id: accountId } = seed.account;
    for (const url of [`service-profiles/${profile.id}`, `service-packs/${profile.servicePackId}`]) {
      const archived = await catalog.send(accountId, { method: 'POST', url: `/catalog/v1/${url}/archival` });
      expect(archived.status).toBe(200);
    }
    const another = { ...profile, id: randomUUID(), name: 'Another' };
    const answer = await put(accountId, { ...seed, serviceProfiles: [profile, another] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'archived' } });
    expect(await put(accountId, seed)).toMatchObject({ status: 204 });
  });

  it('names packs that are none, and profiles that do not fit', async () => {
    const seed = aSeedWithServices();
    const [pack, plan, profile] = [seed.servicePacks[0], seed.ratePlans[0], seed.serviceProfiles[0]];
    if (!pack || !plan || !profile) throw new Error('The example has one of each');
    const answer = await put(seed.account.id, {
      ...seed,
      servicePacks: [pack, { ...pack, id: randomUUID(), providerId: randomUUID(), options: [] }],
      ratePlans: [plan, { ...plan, id: randomUUID(), providerId: randomUUID() }],
      serviceProfiles: [
        { ...profile, servicePackId: randomUUID() },
        { ...profile, ratePlanId: randomUUID() },
        { ...profile, options: { ...profile.options, data: '7_gb' } },
      ],
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(new Set(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer))).toEqual(
      new Set([
        '/servicePacks/1/providerId',
        '/ratePlans/1/providerId',
        '/servicePacks/1/rules/0/option',
        '/servicePacks/1/rules/0/excludes/option',
        '/servicePacks/1/rules/1/option',
        '/servicePacks/1/rules/1/requires/option',
        '/serviceProfiles/0/servicePackId',
        '/serviceProfiles/1/ratePlanId',
        '/serviceProfiles/2/options/data',
      ]),
    );
    expect(await stored(seed.account.id)).toMatchObject({ account: [], provider: [] });
  });

  it('is all or nothing when the database refuses a part', async () => {
    const distributor = aDistributor();
    const twice = { ...aDistributor(), contacts: distributor.contacts };
    const seed = aSeed({ distributors: [distributor, twice], orderPacks: [] });
    expect((await put(seed.account.id, seed)).status).toBe(500);
    expect(Object.values(await stored(seed.account.id)).flat()).toEqual([]);
  });

  it('refuses a time that is not elapsed time, and a cut-over that nobody has', async () => {
    const seed = aSeed();
    for (const [field, value] of [
      ['timeToProcess', 'P1M'],
      ['timeToAcknowledge', 'PT'],
      ['cutoverOn', 'shipped'],
      ['planChange', 'never'],
    ] as const) {
      const body = { ...seed, providers: [{ ...seed.providers[0], [field]: value }] };
      const answer = await put(seed.account.id, body);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `/providers/0/${field}` }] } });
    }
    expect(Object.values(await stored(seed.account.id)).flat()).toEqual([]);
  });

  it('comes from the seed only', async () => {
    const seed = aSeed();
    expect(await put(seed.account.id, seed, 'worker')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('the columns that came later', () => {
  const insertInto = (accountId: string, columns: string, values: string) =>
    sql`insert into provider (account_id, id, name, customer_number, time_to_acknowledge, time_to_process,
        billing_zone, smdp_addresses${sql.raw(columns)})
      values (${accountId}, ${randomUUID()}, 'Old', 'C-1', 'P2D', 'P10D', 'Europe/Paris', '{}'${sql.raw(values)})`.execute(
      catalog.database.adminDb,
    );

  it('say of the cut-over `processed` in a row that the version before writes', async () => {
    const seed = aSeed({ providers: [], orderPacks: [] });
    await catalog.seed(seed);
    await insertInto(seed.account.id, '', '');
    const list = await catalog.get(seed.account.id, '/catalog/v1/providers');
    expect(list.body.items).toMatchObject([{ name: 'Old', cutoverOn: 'processed' }]);
  });

  it('say of plan changes `we_schedule` in such a row', async () => {
    const seed = aSeed({ providers: [], orderPacks: [] });
    await catalog.seed(seed);
    await insertInto(seed.account.id, '', '');
    const list = await catalog.get(seed.account.id, '/catalog/v1/providers');
    expect(list.body.items).toMatchObject([{ planChange: 'we_schedule' }]);
  });

  it('take no word for the cut-over but the two', async () => {
    const seed = aSeed({ providers: [], orderPacks: [] });
    await catalog.seed(seed);
    await expect(insertInto(seed.account.id, ', cutover_on', `, 'shipped'`)).rejects.toThrow('check constraint');
  });
});

it('where seeding is refused there is no such route', async () => {
  const closed = await startTestCatalog('refused');
  try {
    const seed = aSeed();
    const answer = await closed.call(seed.account.id, 'seed', { method: 'PUT', url: '/internal/seed', body: seed });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  } finally {
    await closed.stop();
  }
});

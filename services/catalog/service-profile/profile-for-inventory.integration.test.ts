import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestCatalog, type TestCatalog } from '../catalog.fixture.ts';
import { startAccount, type TestAccount } from './service-profile.fixture.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startTestCatalog();
});
afterAll(() => catalog?.stop());

let account: TestAccount;
beforeEach(async () => {
  account = await startAccount(catalog);
});

const at = (id: string, rest = '') => `/internal/service-profiles/${id}${rest}`;
const put = (id: string, newProfile: object, createdBy = 'ada') =>
  account.inside({ method: 'PUT', url: at(id), body: { newProfile, createdBy } });
const putVersion = (version: number, options: object, createdBy = 'ada') =>
  account.inside({
    method: 'PUT',
    url: at(account.profile.id, `/versions/${version}`),
    body: { options, createdBy },
  });

describe('a profile, for inventory', () => {
  it('comes with its pack, its plan and how its provider changes plans, in its newest version or an earlier one', async () => {
    const { profile, pack, plan, provider } = account;
    await account.edit('service-profiles', profile.id, { name: 'Renamed' });
    await putVersion(3, { sms: 'off' });
    const answer = await account.inside({ url: at(profile.id) });
    expect(answer).toEqual({
      status: 200,
      body: {
        profile: await account.read('service-profiles', profile.id),
        servicePack: await account.read('service-packs', pack.id),
        ratePlan: await account.read('rate-plans', plan.id),
        provider: {
          planChange: provider.planChange,
          billingZone: provider.billingZone,
          serviceChangesPerMinute: provider.serviceChangesPerMinute,
        },
      },
    });
    const earlier = await account.inside({ url: at(profile.id, '?version=1') });
    expect(earlier.body.profile).toMatchObject({ version: 1, name: profile.name, options: profile.options });
    expect(await account.inside({ url: at(profile.id, '?version=4') })).toMatchObject({ status: 404 });
    expect(await account.inside({ url: at(profile.id, `?version=${2 ** 31}`) })).toMatchObject({ status: 400 });
  });

  it('has in an earlier version too the defaults of what its pack got later', async () => {
    const { profile, pack } = account;
    await putVersion(2, { sms: 'off' });
    const voice = { code: 'voice', name: 'Voice', values: ['off', 'on'], default: 'on' };
    await account.edit('service-packs', pack.id, { options: [...pack.options, voice] });
    const { body } = await account.inside({ url: at(profile.id, '?version=1') });
    expect(body.profile.options).toEqual({ ...profile.options, voice: 'on' });
  });

  it('is told beforehand, as it would be made, and is not made by that', async () => {
    const { profile, pack, plan } = account;
    const id = randomUUID();
    const draft = (newProfile: object) =>
      account.inside({ method: 'PUT', url: `/internal/service-profile-drafts/${id}`, body: { newProfile } });
    const newProfile = { name: 'A copy', copyOf: profile.id, options: { sms: 'off' } };
    expect((await draft(newProfile)).body).toMatchObject({
      profile: { id, version: 1, name: 'A copy', options: { ...profile.options, sms: 'off' } },
      servicePack: { id: pack.id },
      ratePlan: { id: plan.id },
    });
    expect((await draft({ ...newProfile, options: { sms: 'perhaps' } })).body).toMatchObject({
      code: 'profile_invalid',
    });
    expect(await account.inside({ url: at(id) })).toMatchObject({ status: 404 });
  });

  it('is listed with the others of its provider, each with the code of its plan, but not once it is archived', async () => {
    const { profile, plan, provider } = account;
    const list = async (): Promise<unknown[]> =>
      (await account.inside({ url: `/internal/service-profiles?providerId=${provider.id}` })).body.items;
    const read = await account.read('service-profiles', profile.id);
    expect(await list()).toContainEqual({ profile: read, ratePlanCode: plan.code });
    await put(randomUUID(), { name: 'Another', copyOf: profile.id });
    const before = (await list()).length;
    await account.archive('service-profiles', profile.id);
    expect(await list()).toHaveLength(before - 1);
  });

  it('is for inventory only, and of its account', async () => {
    const other = await startAccount(catalog);
    const calls = [
      { url: at(other.profile.id) },
      {
        method: 'PUT',
        url: at(other.profile.id, '/versions/2'),
        body: { options: { sms: 'off' }, createdBy: 'ada' },
      },
      {
        method: 'PUT',
        url: at(randomUUID()),
        body: { newProfile: { name: 'Copy', copyOf: other.profile.id }, createdBy: 'ada' },
      },
    ] as const;
    for (const call of calls) {
      expect(await account.inside(call)).toMatchObject({ status: 404, body: { code: 'not_found' } });
      for (const service of ['order', 'worker', 'seed'] as const) {
        expect(await catalog.call(account.id, service, call)).toMatchObject({ status: 403 });
      }
    }
    expect((await other.read('service-profiles', other.profile.id)).version).toBe(1);
  });
});

describe('a profile that inventory makes', () => {
  it('has the id that it was given, and is made once, however often and however many at once ask', async () => {
    const id = randomUUID();
    const newProfile = { name: 'Copy', copyOf: account.profile.id, options: { sms: 'off' } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(id, newProfile)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, body: { id, version: 1, options: { sms: 'off' } } });
    }
    expect(await account.versions('service-profiles', id)).toMatchObject([{ version: 1, createdBy: 'ada' }]);
    await account.archive('service-profiles', id);
    expect(await put(id, newProfile)).toMatchObject({ status: 200, body: { id, version: 2 } });
  });

  it('is not made by another body under an id that is taken', async () => {
    const id = randomUUID();
    const newProfile = { name: 'Copy', copyOf: account.profile.id };
    await put(id, newProfile);
    for (const answer of [
      await put(id, { ...newProfile, name: 'Another' }),
      await put(id, newProfile, 'bob'),
      await put(account.profile.id, newProfile),
    ]) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
  });

  it('fits its pack', async () => {
    const newProfile = { name: 'Copy', copyOf: account.profile.id, options: { roaming: 'mars' } };
    expect(await put(randomUUID(), newProfile)).toMatchObject({
      status: 422,
      body: { code: 'profile_invalid', errors: [{ pointer: '/options/roaming' }] },
    });
  });
});

describe('a version that inventory makes', () => {
  it('has the options given, and those of before for the rest', async () => {
    expect(await putVersion(2, { sms: 'off' })).toMatchObject({
      status: 200,
      body: { version: 2, options: { ...account.profile.options, sms: 'off' } },
    });
    expect(await account.versions('service-profiles', account.profile.id)).toMatchObject([
      { version: 2, createdBy: 'ada', name: account.profile.name },
      { version: 1, createdBy: 'seed', options: account.profile.options },
    ]);
  });

  it('is made once, however often and however many at once ask, also when others have followed', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => putVersion(2, { sms: 'off' })));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { version: 2 } });
    await putVersion(3, { sms: 'on' });
    expect(await putVersion(2, { sms: 'off' })).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await account.versions('service-profiles', account.profile.id)).toHaveLength(3);
  });

  it('is not made where another one has that number, or the one before is missing', async () => {
    await putVersion(2, { sms: 'off' });
    for (const answer of [
      await putVersion(2, { sms: 'on' }),
      await putVersion(2, { sms: 'off' }, 'bob'),
      await putVersion(4, { sms: 'on' }),
    ]) {
      expect(answer).toMatchObject({ status: 412, body: { code: 'stale_version' } });
    }
    expect(await account.versions('service-profiles', account.profile.id)).toHaveLength(2);
  });

  it('of two at once is one, and the other hears of it', async () => {
    const answers = await Promise.all([putVersion(2, { sms: 'off' }), putVersion(2, { data: '5_gb' })]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]));
  });

  it('fits the pack, and is none of an archived profile', async () => {
    expect(await putVersion(2, { data: 'off' })).toMatchObject({
      status: 422,
      body: { code: 'profile_invalid', errors: [{ pointer: '/options/data' }] },
    });
    await account.archive('service-profiles', account.profile.id);
    expect(await putVersion(3, { sms: 'off' })).toMatchObject({ status: 409, body: { code: 'archived' } });
  });
});

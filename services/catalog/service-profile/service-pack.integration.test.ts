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

const voice = { code: 'voice', name: 'Voice', values: ['off', 'on'], default: 'on' };

describe('a service pack', () => {
  it('is refused with every fault of its own', async () => {
    const [sms, data] = account.pack.options;
    const body = {
      name: 'Faulty',
      providerId: account.provider.id,
      options: [sms, sms, { ...data, default: 'all' }],
      rules: [{ option: 'fax', value: 'on', excludes: { option: 'sms', value: 'on' } }],
    };
    const answer = await account.post('service-packs', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/options/1/code',
      '/options/2/default',
      '/rules/0/option',
    ]);
  });

  it.each([
    ['no value', { options: [{ ...voice, values: [] }] }, '/options/0/values'],
    ['a code in words', { options: [{ ...voice, code: 'Voice calls' }] }, '/options/0/code'],
    ['a rule of neither kind', { rules: [{ option: 'sms', value: 'on' }] }, '/rules/0'],
    [
      'a rule of both kinds',
      {
        rules: [
          {
            option: 'sms',
            value: 'on',
            excludes: { option: 'data', value: 'off' },
            requires: { option: 'data', value: '5_gb' },
          },
        ],
      },
      '/rules/0',
    ],
  ])('is refused for %s', async (_what, changes, pointer) => {
    const { options, rules } = account.pack;
    const body = { name: 'Faulty', providerId: account.provider.id, options, rules, ...changes };
    expect(await account.post('service-packs', body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('keeps options and rules as they were in each version', async () => {
    const { id, options, rules } = account.pack;
    expect(await account.edit('service-packs', id, { options: [...options, voice] })).toMatchObject({ status: 200 });
    expect(await account.edit('service-packs', id, { rules: [] })).toMatchObject({ status: 200 });
    expect(await account.versions('service-packs', id)).toMatchObject([
      { version: 3, options: [...options, voice], rules: [] },
      { version: 2, options: [...options, voice], rules },
      { version: 1, options, rules },
    ]);
  });

  it('gives its profiles the default of an option that it gets later, without a version of theirs', async () => {
    const { pack, profile } = account;
    await account.edit('service-packs', pack.id, { options: [...pack.options, voice] });
    const shown = await account.read('service-profiles', profile.id);
    expect(shown).toMatchObject({ version: 1, options: { ...profile.options, voice: 'on' } });
    const [version] = await account.versions('service-profiles', profile.id);
    expect(version.options).toEqual(profile.options);
  });

  it('does not lose what one of its profiles holds, and names the profiles', async () => {
    const { pack, profile } = account;
    const [sms, data, roaming] = pack.options;
    const second = await account.createProfile({ name: 'Second', options: { sms: 'off' } });
    const wrong: [object, string[], string][] = [
      [{ options: [data, roaming] }, [profile.id, second.id], 'sms: Holds'],
      [{ options: [sms, { ...data, values: ['off', '5_gb'] }, roaming], rules: [] }, [profile.id], 'data: “20_gb”'],
      [
        { rules: [{ option: 'sms', value: 'off', requires: { option: 'data', value: '20_gb' } }] },
        [second.id],
        'sms: “off” needs data “20_gb”',
      ],
    ];
    for (const [changes, ids, detail] of wrong) {
      const answer = await account.edit('service-packs', pack.id, changes);
      expect(answer).toMatchObject({ status: 409, body: { code: 'used_by_profiles', fix: expect.any(String) } });
      for (const id of [profile.id, second.id]) expect(answer.body.detail.includes(id)).toBe(ids.includes(id));
      expect(answer.body.errors[0].detail).toContain(detail);
    }
    expect(await account.versions('service-packs', pack.id)).toHaveLength(1);
  });

  it('may lose what only archived profiles hold', async () => {
    const { pack, profile } = account;
    await account.archive('service-profiles', profile.id);
    expect(await account.edit('service-packs', pack.id, { options: [voice], rules: [] })).toMatchObject({
      status: 200,
    });
    expect((await account.read('service-profiles', profile.id)).options).toMatchObject(profile.options);
  });
});

describe('a rate plan', () => {
  it('keeps its code in each version', async () => {
    const plan = await account.createPlan();
    expect(await account.edit('rate-plans', plan.id, { code: 'BUS-2' })).toMatchObject({ status: 200 });
    expect(await account.versions('rate-plans', plan.id)).toMatchObject([
      { version: 2, code: 'BUS-2', name: plan.name },
      { version: 1, code: plan.code, name: plan.name },
    ]);
  });

  it('that profiles have keeps its code, the profiles are named, and its name can be another', async () => {
    const { plan, profile } = account;
    const answer = await account.edit('rate-plans', plan.id, { code: 'BUS-2', name: 'Renamed' });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'used_by_profiles', fix: expect.stringContaining('migrate'), errors: [{ pointer: '/code' }] },
    });
    expect(answer.body.detail).toContain(`“${profile.name}” (${profile.id})`);
    expect(await account.edit('rate-plans', plan.id, { code: plan.code, name: 'Renamed' })).toMatchObject({
      status: 200,
      body: { code: plan.code, name: 'Renamed' },
    });
    await account.archive('service-profiles', profile.id);
    const { version } = await account.read('rate-plans', plan.id);
    expect(version).toBe(2);
    expect(await account.edit('rate-plans', plan.id, { code: 'BUS-2' })).toMatchObject({ status: 200 });
  });
});

/** Each pair at once, in an order that nobody can foretell. */
const PAIRS = 20;

describe('of a new profile and, at once,', () => {
  const both = async (against: (packId: string, planId: string) => Promise<{ status: number }>) => {
    const outcomes = await Promise.all(
      Array.from({ length: PAIRS }, async () => {
        const [pack, plan] = await Promise.all([account.createPack(), account.createPlan()]);
        const body = { name: 'New', servicePackId: pack.id, ratePlanId: plan.id, options: { sms: 'off' } };
        const [made, other] = await Promise.all([account.post('service-profiles', body), against(pack.id, plan.id)]);
        return { made: made.status, other: other.status, pack: pack.id, plan: plan.id };
      }),
    );
    return outcomes;
  };

  it.each([
    ['the archival of its pack', (packId: string) => account.archive('service-packs', packId)],
    ['the archival of its plan', (_packId: string, planId: string) => account.archive('rate-plans', planId)],
  ])('%s only one comes about', async (_what, archive) => {
    const outcomes = await both(archive);
    for (const { made, other } of outcomes) {
      expect([made, other]).toBeOneOf([
        [201, 409],
        [409, 200],
      ]);
    }
  });

  it('an edit that takes a value from its pack only one comes about', async () => {
    const [sms, ...others] = account.pack.options;
    const body = { options: [{ ...sms, values: ['on'] }, ...others] };
    const outcomes = await both((id) =>
      catalog.send(account.id, { method: 'PATCH', url: `/catalog/v1/service-packs/${id}`, body, ifMatch: 1 }),
    );
    for (const { made, other } of outcomes) {
      expect([made, other]).toBeOneOf([
        [201, 409],
        [422, 200],
      ]);
    }
  });
});

it('of a new version of a profile and, at once, an edit of its pack that forbids it only one comes about', async () => {
  const [sms, ...others] = account.pack.options;
  const body = { options: [{ ...sms, values: ['on'] }, ...others] };
  const outcomes = await Promise.all(
    Array.from({ length: PAIRS }, async () => {
      const pack = await account.createPack();
      const profile = await account.createProfile({ servicePackId: pack.id });
      const [version, edit] = await Promise.all([
        account.inside({
          method: 'PUT',
          url: `/internal/service-profiles/${profile.id}/versions/2`,
          body: { options: { sms: 'off' }, createdBy: 'ada' },
        }),
        catalog.send(account.id, { method: 'PATCH', url: `/catalog/v1/service-packs/${pack.id}`, body, ifMatch: 1 }),
      ]);
      return [version.status, edit.status];
    }),
  );
  for (const outcome of outcomes) {
    expect(outcome).toBeOneOf([
      [200, 409],
      [422, 200],
    ]);
  }
});

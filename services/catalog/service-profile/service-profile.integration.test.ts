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

const post = (body: object) => account.post('service-profiles', { name: 'New', ...body });

describe('a new profile', () => {
  it('has the defaults of its pack for what it leaves out', async () => {
    const { pack, plan } = account;
    const made = await post({ servicePackId: pack.id, ratePlanId: plan.id, options: { data: '20_gb' } });
    expect(made).toMatchObject({ status: 201, body: { options: { sms: 'on', data: '20_gb', roaming: 'off' } } });
  });

  it('can be a copy in which what is given differs', async () => {
    const { profile, pack } = account;
    const ratePlanId = (await account.createPlan()).id;
    expect((await post({ copyOf: profile.id })).body).toMatchObject({ options: profile.options });
    const copy = await post({ copyOf: profile.id, ratePlanId, options: { sms: 'off' } });
    expect(copy).toMatchObject({
      status: 201,
      body: { servicePackId: pack.id, ratePlanId, options: { ...profile.options, sms: 'off' } },
    });
  });

  it('as a copy into another pack has the values that this has too, and its defaults', async () => {
    const [sms] = account.pack.options;
    const voice = { code: 'voice', name: 'Voice', values: ['off', 'on'], default: 'on' };
    const data = { code: 'data', name: 'Data', values: ['1_gb'], default: '1_gb' };
    const other = await account.createPack({ options: [{ ...sms, default: 'off' }, voice, data], rules: [] });
    const copy = await post({ copyOf: account.profile.id, servicePackId: other.id });
    expect(copy).toMatchObject({ status: 201, body: { options: { sms: 'on', voice: 'on', data: '1_gb' } } });
    expect(Object.keys(copy.body.options)).toHaveLength(3);
  });

  it('names pack and plan unless it is a copy', async () => {
    expect(await post({ ratePlanId: account.plan.id })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/servicePackId' }] },
    });
    expect((await post({})).body.errors).toHaveLength(2);
  });

  it('is refused with each option that does not fit, and with the plan of another provider', async () => {
    const plan = await account.createPlan({ providerId: account.otherProvider.id });
    const options = { data: '5_gb', roaming: 'world', fax: 'on' };
    const answer = await post({ servicePackId: account.pack.id, ratePlanId: plan.id, options });
    expect(answer).toMatchObject({ status: 422, body: { code: 'profile_invalid', fix: expect.any(String) } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/ratePlanId',
      '/options/fax',
      '/options/roaming',
    ]);
  });

  it('names no more options than a pack can have: each that does not fit is answered with those that would', async () => {
    const options = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`option_${index}`, 'on']));
    const asked = [
      await post({ servicePackId: account.pack.id, ratePlanId: account.plan.id, options }),
      await account.edit('service-profiles', account.profile.id, { options }),
    ];
    for (const answer of asked) {
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/options' }] } });
    }
  });

  it('is not made of what is foreign or nowhere', async () => {
    const other = await startAccount(catalog);
    const { pack, plan, profile } = account;
    for (const id of [undefined, randomUUID()]) {
      for (const body of [
        { servicePackId: id ?? other.pack.id, ratePlanId: plan.id },
        { servicePackId: pack.id, ratePlanId: id ?? other.plan.id },
        { copyOf: id ?? other.profile.id },
        { copyOf: profile.id, servicePackId: id ?? other.pack.id },
      ]) {
        expect(await post(body)).toMatchObject({ status: 404, body: { code: 'not_found' } });
      }
    }
  });

  it('is not made with an archived pack or plan, as a copy neither', async () => {
    const [pack, plan] = [await account.createPack(), await account.createPlan()];
    await account.archive('service-packs', pack.id);
    await account.archive('rate-plans', plan.id);
    for (const body of [
      { servicePackId: pack.id, ratePlanId: account.plan.id },
      { servicePackId: account.pack.id, ratePlanId: plan.id },
      { copyOf: account.profile.id, servicePackId: pack.id },
    ]) {
      expect(await post(body)).toMatchObject({ status: 409, body: { code: 'archived' } });
    }
  });

  it('can be a copy of an archived one', async () => {
    await account.archive('service-profiles', account.profile.id);
    expect(await post({ copyOf: account.profile.id })).toMatchObject({ status: 201 });
  });
});

describe('a profile', () => {
  const edit = (body: object) => account.edit('service-profiles', account.profile.id, body);

  it('keeps pack and plan: the answer names the one call that makes another and migrates, and that works', async () => {
    const ratePlanId = (await account.createPlan()).id;
    const answer = await edit({ ratePlanId });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'profile_fixed', errors: [{ pointer: '/ratePlanId' }] },
    });
    expect(answer.body.fix).toContain('POST /inventory/v1/service-changes');
    const { newProfile } = JSON.parse(/\{.*\}/.exec(answer.body.fix)?.[0] ?? '');
    const made = await account.inside({
      method: 'PUT',
      url: `/internal/service-profiles/${randomUUID()}`,
      body: { newProfile, createdBy: 'ada' },
    });
    expect(made).toMatchObject({ status: 200, body: { ratePlanId, options: account.profile.options } });
  });

  it('keeps its options here: they are edited by a service change', async () => {
    expect(await edit({ options: { sms: 'off' } })).toMatchObject({
      status: 422,
      body: { code: 'service_change_needed', fix: expect.stringContaining('"kind":"edit_profile"') },
    });
    expect(await account.versions('service-profiles', account.profile.id)).toHaveLength(1);
  });

  it('takes a new name together with what it has already', async () => {
    const { servicePackId, ratePlanId, options } = account.profile;
    const answer = await edit({ name: 'Renamed', servicePackId, ratePlanId, options });
    expect(answer).toMatchObject({ status: 200, body: { name: 'Renamed', version: 2, options } });
  });
});

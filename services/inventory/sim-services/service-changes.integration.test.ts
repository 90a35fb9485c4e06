import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { type SimUnderTest, startSim } from './sim-services.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const TRIAL = { kind: 'deviate', deviationKind: 'test', reason: 'trial' } as const;
const migrateTo = (serviceProfileId: string) => ({ kind: 'migrate', serviceProfileId }) as const;

/** On a profile, all of it confirmed. */
const settled = async (): Promise<SimUnderTest & { profileId: string }> => {
  const sim = await startSim(inventory);
  const profileId = sim.addProfile();
  await sim.change(migrateTo(profileId));
  await sim.settle();
  return { ...sim, profileId };
};

describe('a migration', () => {
  it('is pending until the provider has confirmed it, and what is in force is what it confirmed', async () => {
    const sim = await startSim(inventory);
    const made = await sim.change(migrateTo(sim.addProfile({ options: { data: 'on' } })));
    expect([made.status, made.body.state]).toEqual([201, 'pending']);
    expect((await sim.show()).options[0]).toMatchObject({ option: 'data', confirmed: null, pending: 'on' });
    await sim.settle();
    const { options, ratePlan } = await sim.show();
    expect(options[0]).toMatchObject({ option: 'data', profile: 'on', own: null, confirmed: 'on', pending: null });
    expect(ratePlan).toMatchObject({ profile: 'S', confirmed: 'S', pending: null, scheduled: null });
    expect((await sim.call('GET', `/service-changes/${made.body.id}`)).body).toMatchObject({ state: 'done' });
    expect(await sim.events()).toEqual(['services_wanted', 'services_confirmed']);
  });

  it('does what its preview said, and a preview changes nothing', async () => {
    const sim = await settled();
    const wish = migrateTo(sim.addProfile({ plan: 'L', options: { data: 'on' } }));
    const before = await sim.show();
    const { body: preview } = await sim.preview(wish);
    expect(await sim.show()).toEqual(before);
    expect(preview).toMatchObject({
      touchedSims: 1,
      notRecommended: false,
      changes: {
        now: { options: [{ option: 'data', from: 'off', to: 'on' }], ratePlan: null },
        later: { ratePlan: { ratePlan: 'L', zone: 'Europe/Paris', how: 'we_schedule' } },
      },
    });
    const { body: made } = await sim.change({ ...wish, previewToken: preview.previewToken });
    const { later, now } = made.changes;
    expect([now, later?.ratePlan.effectiveOn]).toEqual([
      preview.changes.now,
      preview.changes.later?.ratePlan.effectiveOn,
    ]);
  });

  it('is refused with a preview that is out of date, with what has changed', async () => {
    const sim = await settled();
    const target = sim.addProfile({ plan: 'L' });
    const { previewToken } = (await sim.preview(migrateTo(target))).body;
    await sim.change({ ...TRIAL, options: { sms: 'off' } });
    const moved = await sim.change({ ...migrateTo(target), previewToken });
    expect([moved.status, moved.problem.code]).toEqual([409, 'preview_stale']);
    expect(moved.problem.detail).toContain("SIM's services");
    const second = (await sim.preview(migrateTo(target))).body.previewToken;
    inventory.serviceCatalog.edit(target, { data: 'on' });
    const edited = await sim.change({ ...migrateTo(target), previewToken: second });
    expect(edited.problem.detail).toContain('The service profile is in version 2');
    const other = await sim.change({ kind: 'reattach', previewToken: second });
    expect(other.problem.detail).toContain('another change');
    expect((await sim.change({ kind: 'reattach', previewToken: 'nonsense' })).problem.code).toBe('invalid_request');
  });

  it('under one key is one, however often and at once it is asked for', async () => {
    const sim = await startSim(inventory);
    const key = randomUUID();
    const wish = migrateTo(sim.addProfile());
    const answers = await Promise.all(Array.from({ length: 5 }, () => sim.keyed(wish, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const list = await sim.call<{ items: unknown[] }>('GET', `/service-changes?simId=${sim.simId}`);
    expect(list.body.items).toHaveLength(1);
    const reused = await sim.keyed(migrateTo(sim.addProfile()), key);
    expect(reused.problem.code).toBe('idempotency_key_reused');
  });

  it('replaces what an earlier one has scheduled, which is superseded then', async () => {
    const sim = await settled();
    const first = await sim.change(migrateTo(sim.addProfile({ plan: 'L' })));
    const wish = migrateTo(sim.addProfile({ plan: 'M' }));
    expect((await sim.preview(wish)).body.changes.noLonger).toMatchObject({ ratePlan: { ratePlan: 'L' } });
    await sim.change(wish);
    expect((await sim.call('GET', `/service-changes/${first.body.id}`)).body).toMatchObject({ state: 'superseded' });
    expect((await sim.show()).ratePlan.scheduled).toMatchObject({ ratePlan: 'M' });
  });

  it('to a profile that is made by it is for administrators, and makes it once', async () => {
    const sim = await settled();
    const body = { kind: 'migrate', newProfile: { copyOf: sim.profileId, options: { data: 'on' } } };
    const refused = await sim.change(body);
    expect([refused.status, refused.problem.code]).toEqual([403, 'forbidden']);
    expect((await sim.preview(body, ['administrator'])).status).toBe(200);
    expect(inventory.serviceCatalog.made.size).toBe(0);
    const made = await sim.change(body, ['administrator']);
    expect(made.status).toBe(201);
    expect(inventory.serviceCatalog.made.size).toBe(1);
    expect((await sim.show()).serviceProfile).toEqual({ id: [...inventory.serviceCatalog.made.keys()][0], version: 1 });
  });

  it('to a profile that it has made and somebody has edited at once, is to its newest version', async () => {
    const sim = await settled();
    const catalog = inventory.serviceCatalog;
    const make = catalog.make.bind(catalog);
    catalog.make = async (accountId, id, request) => {
      catalog.make = make;
      await make(accountId, id, request);
      const edit = { kind: 'edit_profile', serviceProfileId: id, options: { data: 'slow' } };
      await sim.call('POST', '/service-changes', edit, ['administrator']);
    };
    const body = { kind: 'migrate', newProfile: { copyOf: sim.profileId, options: { data: 'on' } } };
    expect((await sim.change(body, ['administrator'])).status).toBe(201);
    const { serviceProfile, options } = await sim.show();
    expect([serviceProfile?.version, options[0]?.profile]).toEqual([2, 'slow']);
  });

  it('can be to any unarchived profile of the SIM’s provider', async () => {
    const sim = await settled();
    const archived = sim.addProfile();
    inventory.serviceCatalog.archive(archived);
    sim.addProfile({ providerId: randomUUID() });
    const { body } = await sim.call<{ items: { serviceProfileId: string; current: boolean }[] }>(
      'GET',
      `/sims/${sim.simId}/service-profile-targets`,
    );
    expect(body.items).toMatchObject([{ serviceProfileId: sim.profileId, current: true, ratePlan: 'S' }]);
  });
});

describe('a deviation', () => {
  it('is previewed as not recommended, shown per option, and ended by one call', async () => {
    const sim = await settled();
    const wish = { ...TRIAL, options: { data: 'on' } };
    expect((await sim.preview(wish)).body).toMatchObject({ notRecommended: true, touchedSims: 1 });
    await sim.change(wish);
    const shown = await sim.show();
    expect(shown.deviation).toMatchObject({ kind: 'test', reason: 'trial', by: 'manager-1', expiresAt: null });
    expect(shown.options[0]).toMatchObject({ profile: 'off', own: 'on', confirmed: 'off', pending: 'on' });
    inventory.serviceCatalog.edit(sim.profileId, { sms: 'off' });
    const back = await sim.change({ kind: 'reattach' });
    expect(back.body.changes.now).toMatchObject({
      serviceProfile: { version: 2 },
      endsDeviation: {
        reason: 'trial',
        lost: [
          { option: 'data', value: 'on' },
          { option: 'sms', value: 'on' },
        ],
      },
    });
    expect(await sim.show()).toMatchObject({ deviation: null, serviceProfile: { version: 2 } });
  });

  it('ends by itself when its time is over, in the newest version of the profile, and waits for the catalog', async () => {
    const sim = await settled();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await sim.change({ ...TRIAL, options: { data: 'on' }, expiresAt });
    await sim.settle();
    expect((await sim.claim()).owedAt).toBe(expiresAt);
    expect((await sim.dueAt())?.toISOString()).toBe(expiresAt);
    inventory.serviceCatalog.edit(sim.profileId, { sms: 'off' });
    await sim.bringForward('deviation,expiresAt');
    inventory.serviceCatalog.silent = true;
    await expect(sim.handleDue()).rejects.toThrow(/dependency_unavailable/);
    inventory.serviceCatalog.silent = false;
    await sim.handleDue();
    expect(await sim.show()).toMatchObject({ deviation: null, serviceProfile: { version: 2 } });
    expect(sim.woken).toEqual([{ simId: sim.simId, again: false }]);
    expect((await sim.events()).at(-1)).toBe('services_deviation_expired');
  });

  it('ends in the version that an edit has made at that moment', async () => {
    const sim = await settled();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await sim.change({ ...TRIAL, options: { data: 'on' }, expiresAt });
    await sim.bringForward('deviation,expiresAt');
    const edit = { kind: 'edit_profile', serviceProfileId: sim.profileId, options: { sms: 'off' } };
    inventory.serviceCatalog.meanwhile = () => sim.call('POST', '/service-changes', edit, ['administrator']);
    await sim.handleDue();
    expect(await sim.show()).toMatchObject({ deviation: null, serviceProfile: { version: 2 } });
  });
});

describe('what is refused, each with its fix', () => {
  it.each([
    ['an option that the pack does not have', { ...TRIAL, options: { video: 'on' } }, 422, 'profile_invalid'],
    ['a value that it does not allow', { ...TRIAL, options: { data: 'fast' } }, 422, 'profile_invalid'],
    ['values that exclude each other', { ...TRIAL, options: { roaming: 'on' } }, 422, 'profile_invalid'],
    ['a deviation without a reason', { ...TRIAL, reason: ' ', options: { data: 'on' } }, 422, 'reason_required'],
    [
      'an end in the past',
      { ...TRIAL, options: { data: 'on' }, expiresAt: '2026-01-01T00:00:00Z' },
      422,
      'expiry_invalid',
    ],
    [
      'an end where other means manage the SIM',
      { ...TRIAL, deviationKind: 'api_managed', options: { data: 'on' }, expiresAt: '2099-01-01T00:00:00Z' },
      422,
      'expiry_invalid',
    ],
  ])('%s', async (_name, wish, status, code) => {
    const sim = await settled();
    for (const answer of [await sim.preview(wish), await sim.change(wish)]) {
      expect([answer.status, answer.problem.code]).toEqual([status, code]);
      expect(answer.problem.fix).toBeTruthy();
      expect(answer.problem.errors?.length).toBeGreaterThan(0);
    }
  });

  it('a profile of another provider, an archived one, and neither or both ways to name one', async () => {
    const sim = await settled();
    const foreign = await sim.change(migrateTo(sim.addProfile({ providerId: randomUUID() })));
    expect([foreign.status, foreign.problem.code]).toEqual([422, 'profile_of_other_provider']);
    expect(foreign.problem.errors).toMatchObject([{ pointer: '/serviceProfileId' }]);
    const copyOf = sim.addProfile({ providerId: randomUUID() });
    const copied = await sim.change({ kind: 'migrate', newProfile: { copyOf } }, ['administrator']);
    expect(copied.problem).toMatchObject({
      code: 'profile_of_other_provider',
      errors: [{ pointer: '/newProfile/copyOf' }],
    });
    const gone = sim.addProfile();
    inventory.serviceCatalog.archive(gone);
    const archived = await sim.change(migrateTo(gone));
    expect([archived.status, archived.problem.code]).toEqual([409, 'archived']);
    expect((await sim.change(migrateTo(randomUUID()))).status).toBe(404);
    expect((await sim.change({ kind: 'migrate' })).status).toBe(400);
    expect((await sim.change({ ...migrateTo(gone), newProfile: { copyOf: gone } })).status).toBe(400);
    expect((await sim.change({ ...migrateTo(gone), serviceProfile: gone })).status).toBe(400);
  });

  it('an option whose code is none of a path, by a pointer to it', async () => {
    const sim = await settled();
    const answer = await sim.change({ ...TRIAL, options: { 'a/b~c': 'on' } });
    expect(answer.problem).toMatchObject({ code: 'profile_invalid', errors: [{ pointer: '/options/a~1b~0c' }] });
  });

  it('a SIM without a profile, a discarded one, a temporary one, a foreign one, a viewer', async () => {
    const sim = await startSim(inventory);
    const profileId = sim.addProfile();
    expect((await sim.change({ kind: 'reattach' })).problem).toMatchObject({ code: 'sim_state' });
    expect((await sim.change(migrateTo(profileId), ['viewer'])).status).toBe(403);
    const foreign = await startSim(inventory);
    expect((await foreign.ofSim(sim.simId).change(migrateTo(profileId))).status).toBe(404);
    expect((await foreign.ofSim(sim.simId).call('GET', `/sims/${sim.simId}/services`)).status).toBe(404);
    const order = inventory.order(sim.accountId);
    await order.reserve(sim.line.lineId);
    const { newSimId } = (await order.createTemporaryEsim()).body;
    const temporary = await sim.ofSim(newSimId ?? '').change(migrateTo(profileId));
    expect([temporary.status, temporary.problem.code]).toEqual([409, 'sim_state']);
    await order.commit();
    const discarded = await sim.change(migrateTo(profileId));
    expect([discarded.status, discarded.problem.code]).toEqual([409, 'sim_state']);
  });

  it('anything that needs the catalog while it is silent', async () => {
    const sim = await settled();
    inventory.serviceCatalog.silent = true;
    const answer = await sim.change({ kind: 'reattach' });
    inventory.serviceCatalog.silent = false;
    expect([answer.status, answer.problem.code]).toEqual([503, 'dependency_unavailable']);
    expect((await sim.show()).version).toBeGreaterThan(0);
  });
});

describe('a change of another account', () => {
  it('is not there', async () => {
    const sim = await settled();
    const { body } = await sim.change({ ...TRIAL, options: { data: 'on' } });
    const other = await startSim(inventory);
    for (const path of ['', '/cancellation', '/retry']) {
      const answer = await other.call(path === '' ? 'GET' : 'POST', `/service-changes/${body.id}${path}`);
      expect(answer.status).toBe(404);
    }
    const list = await other.call<{ items: unknown[] }>('GET', `/service-changes?simId=${sim.simId}`);
    expect(list.body.items).toEqual([]);
  });
});

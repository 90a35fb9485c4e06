import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineClock } from '@simlane/service-kit/clock';
import { holdDue, setDue } from '@simlane/service-kit/due';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addLine, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { holdVersions } from '../sim-services/profile-versions.ts';
import { settledOn, startFleet } from './service-rollouts.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => {
  inventory.serviceCatalog.silent = false;
  goBy(machineClock);
});

const waitingForLocks = async (): Promise<number> => {
  const { rows } = await sql<{ waiting: number }>`select count(*)::int as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(inventory.adminDb);
  return rows[0]?.waiting ?? 0;
};
const NO = 'Not in this contract';
const DEVIATES = { kind: 'deviate', deviationKind: 'test', reason: 'A trip', options: { sms: 'off' } };

describe('an edit of a profile', () => {
  it('reaches everybody who follows it, as a version of the catalog and a rollout; its state is the rollout’s', async () => {
    const fleet = await startFleet(inventory);
    const { status, body } = await fleet.edit({ data: 'on' });
    expect([status, body.state, body.simId]).toEqual([201, 'pending', null]);
    expect(body).toMatchObject({
      serviceProfileId: fleet.profile.profile.id,
      changes: { now: { options: [{ option: 'data', from: 'off', to: 'on' }], serviceProfile: { version: 2 } } },
    });
    const id = body.rolloutId ?? '';
    expect(await fleet.rollout(id)).toMatchObject({
      change: { kind: 'edit_profile', version: 2, serviceChangeId: body.id },
    });
    await fleet.drive(id);
    expect(await fleet.getChange(body.id)).toMatchObject({ state: 'done' });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 40 });
    for (const sim of fleet.sims.slice(0, 3)) {
      expect(await fleet.show(sim.id)).toMatchObject({
        serviceProfile: { version: 2 },
        deviation: null,
        options: [{ option: 'data', profile: 'on', confirmed: 'on' }, {}, {}],
      });
    }
  });

  it('reaches also who comes to the profile at that moment, and had asked for it before the edit', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const { profile } = fleet.addProfile();
    const [one = '', other = ''] = fleet.sims.map(({ id }) => id);
    const edit = (options: Record<string, string>) => fleet.edit(options, { serviceProfileId: profile.id });
    const version = async (simId: string) => (await fleet.show(simId)).serviceProfile?.version;
    const to = { kind: 'migrate', serviceProfileId: profile.id };

    inventory.serviceCatalog.meanwhile = () => edit({ data: 'on' });
    expect((await fleet.change(one, to)).status).toBe(201);
    expect(await version(one)).toBe(2);

    const { body: migration } = await fleet.create({ change: to, over: { simIds: [other] } });
    inventory.serviceCatalog.meanwhile = () => edit({ data: 'slow' });
    await fleet.drive(migration.id);
    expect(await version(other)).toBe(3);
    expect((await fleet.show(other)).options[0]).toMatchObject({ option: 'data', confirmed: 'slow' });

    await fleet.change(one, DEVIATES);
    inventory.serviceCatalog.meanwhile = () => edit({ data: 'off' });
    expect((await fleet.change(one, { kind: 'reattach' })).status).toBe(201);
    expect(await version(one)).toBe(4);
  });

  it('waits for who comes to the profile at that moment, and reaches him', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { profile } = fleet.addProfile();
    const [simId = ''] = fleet.sims.map(({ id }) => id);
    const { accountId } = fleet;
    // Not the first that is known of it.
    await fleet.edit({ sms: 'off' }, { serviceProfileId: profile.id });
    const now = { id: profile.id, version: 2, options: { ...profile.options, sms: 'off' }, plan: 'S' };
    const edited = await inAccount(inventory.db, accountId, async (tx) => {
      await holdVersions(tx, accountId, [now]);
      const editing = fleet.edit({ data: 'on' }, { serviceProfileId: profile.id });
      await expect(Promise.race([editing, sleep(300, 'still waiting')])).resolves.toBe('still waiting');
      await sql`update sim_services set services = jsonb_set(services, '{profile}', ${JSON.stringify(now)}::jsonb)
        where sim_id = ${simId}`.execute(tx);
      return { editing };
    });
    const { body } = await edited.editing;
    expect(await fleet.rollout(body.rolloutId ?? '')).toMatchObject({ sims: 1 });
  });

  it('reaches the SIM that takes the place of a follower at that moment', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { accountId, providerId } = fleet;
    const line = await addLine(inventory.db, accountId, { providerId });
    await fleet.put([{ id: line.simId }], settledOn(fleet.profile));
    const order = inventory.order(accountId);
    await order.reserve(line.lineId);
    await order.createTemporaryEsim();
    const ended = { kind: 'sim_services', id: line.simId, accountId, dueAt: new Date() };
    await inAccount(inventory.db, accountId, (tx) => setDue(tx, ended));
    const { replacing, edited } = await inAccount(inventory.db, accountId, async (tx) => {
      // What the replacement writes last of the two SIMs' services.
      await holdDue(tx, ended);
      const replaced = order.commit({ iccid: newIccid() });
      await expect.poll(waitingForLocks).toBe(1);
      return { replacing: replaced, edited: await fleet.edit({ data: 'on' }) };
    });
    const newSimId = (await replacing).body.newSimId ?? '';
    const rolloutId = edited.body.rolloutId ?? '';
    await fleet.drive(rolloutId);
    expect((await fleet.show(newSimId)).serviceProfile).toMatchObject({ version: 2 });
    expect((await fleet.rollout(rolloutId)).counts).toMatchObject({ done: 2 });
  });

  it('is done where the last follower leaves the profile at that moment', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const [simId = ''] = fleet.sims.map(({ id }) => id);
    const key = randomUUID();
    const { accountId } = fleet;
    const undone = new Error('undone');
    const edited: Promise<Awaited<ReturnType<typeof fleet.edit>>>[] = [];
    const under = inAccount(inventory.db, accountId, async (tx) => {
      // The edit has counted its followers, and waits for whoever has its key.
      await sql`insert into service_change (account_id, id, kind, state, requested_by, wants, changes, created_at,
          idempotency_caller, idempotency_key, body_hash)
        select ${accountId}, ${randomUUID()}, 'edit_profile', 'pending', 'a', '{}', '{}', now(), 'admin-1', ${key}, 'b'
      `.execute(tx);
      edited.push(fleet.edit({ data: 'on' }, {}, { key }));
      await expect.poll(waitingForLocks).toBe(1);
      const other = { kind: 'migrate', serviceProfileId: fleet.addProfile().profile.id };
      expect((await fleet.change(simId, other)).status).toBe(201);
      throw undone;
    });
    await expect(under).rejects.toBe(undone);
    const { status, body } = (await edited[0]) ?? {};
    expect([status, body?.state]).toEqual([201, 'done']);
    expect(await fleet.getChange(body?.id ?? '')).toMatchObject({ state: 'done' });
    expect(await fleet.rollout(body?.rolloutId ?? '')).toMatchObject({ state: 'done', sims: 0 });
  });

  it('that goes on and on leaves who comes to the profile with an answer to come back', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { profile } = fleet.addProfile();
    const values = ['on', 'slow', 'off', 'on'];
    const editAgain = async (): Promise<void> => {
      await fleet.edit({ data: values.shift() ?? '' }, { serviceProfileId: profile.id });
      inventory.serviceCatalog.meanwhile = editAgain;
    };
    inventory.serviceCatalog.meanwhile = editAgain;
    const { status, problem } = await fleet.change(fleet.sims[0]?.id ?? '', {
      kind: 'migrate',
      serviceProfileId: profile.id,
    });
    inventory.serviceCatalog.meanwhile = null;
    expect([status, problem.code]).toEqual([503, 'dependency_unavailable']);
  });

  it('passes those by that deviate, which its preview names, and does not end a deviation', async () => {
    const fleet = await startFleet(inventory);
    const [deviating] = fleet.sims;
    await fleet.change(deviating?.id ?? '', DEVIATES);
    const { body: preview } = await fleet.previewEdit({ data: 'on' });
    expect(preview).toMatchObject({
      touchedSims: 39,
      changes: { now: { options: [{ option: 'data', from: 'off', to: 'on' }] } },
      rollout: {
        sims: 39,
        canarySims: 10,
        noOtherSim: false,
        options: [{ option: 'data', to: 'on', sims: 39, from: [{ value: 'off', sims: 39 }] }],
        deviations: { sims: 1, first: [{ simId: deviating?.id, reason: 'A trip', kind: 'test', by: 'admin-1' }] },
        warnings: [{ code: 'deviations_passed_by' }],
      },
    });
    const { body } = await fleet.edit({ data: 'on' }, { previewToken: preview.previewToken });
    await fleet.drive(body.rolloutId ?? '');
    expect(await fleet.show(deviating?.id ?? '')).toMatchObject({
      serviceProfile: { version: 1 },
      deviation: { reason: 'A trip' },
    });
  });

  it('that stops is failed, and taken up again by a retry of its rollout', async () => {
    const fleet = await startFleet(inventory);
    const { body } = await fleet.edit({ data: 'on' });
    const id = body.rolloutId ?? '';
    expect(await fleet.drive(id, () => NO)).toMatchObject({ state: 'stopped' });
    expect(await fleet.getChange(body.id)).toMatchObject({ state: 'failed' });
    const direct = await fleet.call('POST', `/service-changes/${body.id}/retry`);
    expect([direct.status, direct.problem.code]).toEqual([409, 'service_change_state']);
    expect(direct.problem.fix).toContain(`service-rollouts/${id}/retry`);
    await fleet.decide(id, 'retry');
    expect(await fleet.getChange(body.id)).toMatchObject({ state: 'pending', endedAt: null });
    await fleet.drive(id);
    expect(await fleet.getChange(body.id)).toMatchObject({ state: 'done' });
  });

  it('takes those along that an earlier one has left behind, and its preview shows what each of them gets', async () => {
    const fleet = await startFleet(inventory);
    const first = (await fleet.edit({ data: 'on' })).body;
    await fleet.portion(first.rolloutId ?? '');
    await fleet.answerPending(first.rolloutId ?? '');
    await fleet.decide(first.rolloutId ?? '', 'cancellation');
    expect(await fleet.getChange(first.id)).toMatchObject({ state: 'cancelled' });
    const { rollout } = (await fleet.previewEdit({ data: 'slow' })).body;
    expect(rollout?.options).toEqual([
      {
        option: 'data',
        to: 'slow',
        sims: 40,
        from: expect.arrayContaining([
          { value: 'off', sims: 30 },
          { value: 'on', sims: 10 },
        ]),
      },
    ]);
    const second = (await fleet.edit({ data: 'slow' })).body;
    await fleet.drive(second.rolloutId ?? '');
    expect((await fleet.rollout(second.rolloutId ?? '')).counts).toMatchObject({ done: 40 });
  });

  it('with the options that the profile has makes no version, says that nothing changes, and takes who is behind', async () => {
    const fleet = await startFleet(inventory);
    const { body: preview } = await fleet.previewEdit({ data: 'off' });
    expect(preview).toMatchObject({ touchedSims: 0, changes: { now: { options: [] } } });
    const { body } = await fleet.edit({ data: 'off' });
    expect(body).toMatchObject({ state: 'done', rolloutId: null });
    const first = (await fleet.edit({ data: 'on' })).body;
    await fleet.decide(first.rolloutId ?? '', 'cancellation');
    const again = (await fleet.edit({ data: 'on' })).body;
    expect(again.changes.now).toMatchObject({ options: [], serviceProfile: { version: 2 } });
    await fleet.drive(again.rolloutId ?? '');
    expect((await fleet.rollout(again.rolloutId ?? '')).counts).toMatchObject({ done: 40 });
  });

  it('whose version was made, but no rollout, goes on under its key, also with its preview', async () => {
    for (const withPreview of [false, true]) {
      const fleet = await startFleet(inventory, { sims: 5 });
      const { previewToken } = (await fleet.previewEdit({ data: 'on' })).body;
      const more = withPreview ? { previewToken } : {};
      const { id } = fleet.profile.profile;
      // What the catalog has done when we died.
      const request = { options: { ...fleet.profile.profile.options, data: 'on' }, createdBy: 'admin-1' };
      await inventory.serviceCatalog.makeVersion(fleet.accountId, { id, version: 2 }, request);
      const key = randomUUID();
      const answers = [
        await fleet.edit({ data: 'on' }, more, { key }),
        await fleet.edit({ data: 'on' }, more, { key }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(answers[0]?.body.id).toBe(answers[1]?.body.id);
      await fleet.drive(answers[0]?.body.rolloutId ?? '');
      expect(await fleet.show(fleet.sims[0]?.id ?? '')).toMatchObject({ serviceProfile: { version: 2 } });
      expect((await inventory.serviceCatalog.profile(fleet.accountId, id)).profile.version).toBe(2);
    }
  });

  it('under one key is one, however often and at once it is asked for', async () => {
    const fleet = await startFleet(inventory, { sims: 5 });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => fleet.edit({ data: 'on' }, {}, { key })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id} ${body.rolloutId}`)).size).toBe(1);
    const { body } = await fleet.call<{ items: unknown[] }>('GET', '/service-rollouts');
    expect(body.items).toHaveLength(1);
  });
});

describe('an edit is refused', () => {
  it('to whoever is no administrator, with what he can do', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { status, problem } = await fleet.edit({ data: 'on' }, {}, { roles: ['manager'] });
    expect([status, problem.code]).toEqual([403, 'forbidden']);
    expect(problem.fix).toContain('administrator');
    expect((await fleet.edit({ data: 'on' }, {}, { roles: ['viewer'] })).status).toBe(403);
  });

  it('with another pack or plan, and the fix is the call that makes such a profile and migrates to it', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { id, servicePackId } = fleet.profile.profile;
    const ratePlanId = randomUUID();
    for (const send of [fleet.edit, fleet.previewEdit]) {
      const { status, problem } = await send({ data: 'on' }, { servicePackId, ratePlanId });
      expect([status, problem.code]).toEqual([422, 'profile_fixed']);
      expect(problem.errors).toEqual([{ pointer: '/ratePlanId', detail: 'Fixed since the profile was made' }]);
      const call: unknown = JSON.parse(/\{.*\}/.exec(problem.fix ?? '')?.[0] ?? '');
      const newProfile = { copyOf: id, servicePackId, ratePlanId, options: { data: 'on' } };
      expect(call).toEqual({ kind: 'migrate', newProfile });
      const body = { kind: 'migrate', newProfile, simId: fleet.sims[0]?.id };
      expect((await fleet.call('POST', '/service-changes', { body })).status).toBe(201);
    }
    expect((await fleet.edit({ data: 'on' }, { servicePackId })).status).toBe(201);
  });

  it('with options that the pack does not have, of an archived profile, of none', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    for (const options of [{ fax: 'on' }, { data: 'all' }, { data: 'off', roaming: 'on' }]) {
      expect((await fleet.edit(options)).problem.code).toBe('profile_invalid');
    }
    for (const more of [{ simId: randomUUID() }, { canary: { sims: 0 } }, { stopAtFailureShare: 2 }]) {
      expect((await fleet.edit({ data: 'on' }, more)).problem.code).toBe('invalid_request');
    }
    expect((await fleet.edit({ data: 'on' }, { serviceProfileId: randomUUID() })).status).toBe(404);
    inventory.serviceCatalog.archive(fleet.profile.profile.id);
    expect((await fleet.edit({ data: 'on' })).problem.code).toBe('archived');
    inventory.serviceCatalog.silent = true;
    expect((await fleet.edit({ data: 'on' })).problem.code).toBe('dependency_unavailable');
  });

  it('with a preview that is out of date, with what has changed', async () => {
    const fleet = await startFleet(inventory);
    const preview = async () => (await fleet.previewEdit({ data: 'on' })).body.previewToken;
    const [before, other] = [await preview(), (await fleet.previewEdit({ sms: 'off' })).body.previewToken];
    expect((await fleet.edit({ data: 'on' }, { previewToken: other })).problem.detail).toContain('another change');
    await fleet.change(fleet.sims[0]?.id ?? '', DEVIATES);
    const moved = await fleet.edit({ data: 'on' }, { previewToken: before });
    expect([moved.status, moved.problem.code]).toEqual([409, 'preview_stale']);
    expect(moved.problem.detail).toContain('are 39, and was 40');
    const later = await preview();
    inventory.serviceCatalog.edit(fleet.profile.profile.id, { sms: 'off' });
    expect((await fleet.edit({ data: 'on' }, { previewToken: later })).problem.detail).toContain('in version 3');
    expect((await fleet.edit({ data: 'on' }, { previewToken: 'nonsense' })).problem.code).toBe('invalid_request');
    expect((await fleet.edit({ data: 'on' }, { previewToken: await preview() })).status).toBe(201);
  });
});

import { randomUUID } from 'node:crypto';
import { machineClock } from '@simlane/service-kit/clock';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addLine, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { addRolloutSims, nextInTurn } from './rollout-sims.repository.ts';
import { type Fleet, settledOn, startFleet } from './service-rollouts.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => goBy(machineClock));

const DEVIATES = { kind: 'deviate', deviationKind: 'test', reason: 'A trip', options: { sms: 'off' } };
const target = (fleet: Fleet, plan = 'S') => fleet.addProfile({ plan, options: { data: 'on' } }).profile.id;
const migrateTo = (serviceProfileId: string) => ({ change: { kind: 'migrate', serviceProfileId } });
const REATTACH = { change: { kind: 'reattach' } };

describe('a file of ICCIDs', () => {
  it('starts nothing while a row cannot be used, and each such row is told', async () => {
    const fleet = await startFleet(inventory, { sims: 4 });
    const [one, two, three] = fleet.sims.map(({ iccid }) => iccid);
    const stranger = await addLine(inventory.db, fleet.accountId);
    const foreign = await addLine(inventory.db, randomUUID(), { providerId: fleet.providerId });
    const gone = fleet.sims[3];
    await inventory.call({ accountId: fleet.accountId }, 'PUT', `/sims/${gone?.id}/state`, { state: 'discarded' });
    const csv = ['iccid', one, 'x', stranger.iccid, foreign.iccid, gone?.iccid, one, two, newIccid(), three].join('\n');
    const wish = { ...migrateTo(target(fleet)), over: { csv } };
    const refused = await fleet.create(wish);
    expect([refused.status, refused.problem.code]).toEqual([422, 'warnings_not_accepted']);
    expect(refused.problem.warnings).toEqual([
      { code: 'rows_unusable', detail: expect.stringContaining('6 of 9 rows') },
    ]);
    expect(refused.problem.errors?.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('Row 3: “x” is no ICCID'),
      expect.stringContaining('Row 4: The SIM is one of another provider'),
      expect.stringContaining(`Row 5: No SIM has the ICCID ${foreign.iccid}`),
      'Row 6: The SIM is discarded',
      'Row 7: The same ICCID as in row 2',
      expect.stringContaining('Row 9: No SIM has the ICCID'),
    ]);
    const { body: preview } = await fleet.preview(wish);
    expect(preview).toMatchObject({ sims: 3, unusable: { rows: 6 }, warnings: [{ code: 'rows_unusable' }] });
    expect((await fleet.call<{ items: unknown[] }>('GET', '/service-rollouts')).body.items).toEqual([]);
    const accepted = await fleet.create({
      ...wish,
      acceptWarnings: ['rows_unusable'],
      previewToken: preview.previewToken,
    });
    expect(accepted.body).toMatchObject({ sims: 3, over: { kind: 'csv', id: null } });
    expect((await fleet.listSims(accepted.body.id)).map(({ iccid }) => iccid)).toEqual([one, two, three]);
  });

  it('with nothing but bad rows is empty, whatever is accepted; so is a file without any', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    for (const csv of ['', 'iccid', '\n\n', 'iccid\nnonsense']) {
      for (const accepted of [{}, { acceptWarnings: ['rows_unusable'] }]) {
        const answer = await fleet.create({ ...migrateTo(target(fleet)), over: { csv }, ...accepted });
        expect([answer.status, answer.problem.code]).toEqual([422, 'rollout_empty']);
      }
    }
  });

  it('can be as long as the largest rollout', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const rows = Array.from({ length: 99_998 }, (_, index) => `8900${String(index).padStart(15, '0')}`);
    const csv = ['"iccid"', ...fleet.sims.map(({ iccid }) => iccid), ...rows].join('\r\n');
    const refused = await fleet.create({ ...migrateTo(target(fleet)), over: { csv } });
    expect(refused.problem.errors).toHaveLength(1_000);
    expect(refused.problem.detail).toContain('99998 of 100000 rows');
    const longer = await fleet.create({ ...migrateTo(target(fleet)), over: { csv: `${csv}\r\nx` } });
    expect([longer.problem.code, longer.problem.errors?.[0]?.pointer]).toEqual(['invalid_request', '/over/csv']);
    const huge = await fleet.create({ ...migrateTo(target(fleet)), over: { csv: '8'.repeat(9 * 1024 * 1024) } });
    expect(huge.problem.code).toBe('payload_too_large');
  });
});

describe('a list of SIMs', () => {
  it('is refused with each that cannot be used, by its place', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const [one, two] = fleet.sims.map(({ id }) => id);
    const wish = { ...migrateTo(target(fleet)), over: { simIds: [one, randomUUID(), one, two] } };
    const refused = await fleet.create(wish);
    expect(refused.problem).toMatchObject({
      code: 'warnings_not_accepted',
      warnings: [{ code: 'sims_unusable' }],
      errors: [
        { pointer: '/over/simIds/1', detail: 'There is no such SIM' },
        { pointer: '/over/simIds/2', detail: 'The same SIM as /over/simIds/0' },
      ],
    });
    expect((await fleet.create({ ...wish, acceptWarnings: ['sims_unusable'] })).body.sims).toBe(2);
    expect((await fleet.create({ ...wish, over: { simIds: [] } })).problem.code).toBe('rollout_empty');
    const none = await fleet.create({ ...wish, over: { simIds: [randomUUID()] } });
    expect(none.problem).toMatchObject({ code: 'rollout_empty', errors: [{ pointer: '/over/simIds/0' }] });
  });
});

describe('a group', () => {
  it('is migrated but for its SIMs of another provider, if that is accepted', async () => {
    const fleet = await startFleet(inventory, { sims: 3 });
    const other = await addLine(inventory.db, fleet.accountId);
    await inventory.call({ accountId: fleet.accountId }, 'PUT', `/sims/${other.simId}/groups`, {
      groupIds: [fleet.groupId],
    });
    const wish = { ...migrateTo(target(fleet)), over: { groupId: fleet.groupId } };
    expect((await fleet.create(wish)).problem).toMatchObject({
      code: 'warnings_not_accepted',
      warnings: [{ code: 'sims_unusable', detail: expect.stringContaining('1 of 4 SIMs') }],
      errors: [{ pointer: '/over/groupId', detail: expect.stringContaining(other.simId) }],
    });
    expect((await fleet.create({ ...wish, acceptWarnings: ['sims_unusable'] })).body).toMatchObject({
      sims: 3,
      over: { kind: 'group', id: fleet.groupId },
    });
  });

  it('or profile of another account is not there, in a preview neither', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const foreign = await startFleet(inventory, { sims: 1 });
    for (const call of [fleet.create, fleet.preview]) {
      expect((await call({ ...migrateTo(target(fleet)), over: { groupId: foreign.groupId } })).status).toBe(404);
      expect((await call({ ...migrateTo(randomUUID()), over: { groupId: fleet.groupId } })).status).toBe(404);
      expect((await call({ ...migrateTo(target(fleet)), over: { serviceProfileId: randomUUID() } })).status).toBe(404);
    }
  });
});

describe('a migration', () => {
  it('shows first what it changes, now and on which date, and what it ends', async () => {
    const fleet = await startFleet(inventory, { sims: 10, withoutIccid: 1 });
    const { id: profileId } = fleet.profile.profile;
    const [first, second] = fleet.sims.filter(({ iccid }) => iccid !== null);
    await fleet.change(first?.id ?? '', DEVIATES);
    await fleet.change(second?.id ?? '', {
      kind: 'migrate',
      serviceProfileId: fleet.addProfile({ plan: 'M' }).profile.id,
    });
    const wish = { ...migrateTo(target(fleet, 'L')), over: { groupId: fleet.groupId } };
    const { body: preview } = await fleet.preview(wish);
    expect(preview).toMatchObject({
      sims: 10,
      noOtherSim: null,
      options: [
        { option: 'data', to: 'on', sims: 10, from: [{ value: 'off', sims: 10 }] },
        { option: 'sms', to: 'on', sims: 1, from: [{ value: 'off', sims: 1 }] },
      ],
      later: { ratePlan: 'L', zone: 'Europe/Paris', sims: 10 },
      replacedSchedules: 1,
      endedDeviations: 1,
      cannotChangeNow: { reasons: [{ reason: 'iccid_missing', sims: 1 }], first: [{ iccid: null }] },
    });
    const { body } = await fleet.create({ ...wish, previewToken: preview.previewToken });
    await fleet.drive(body.id);
    // Options are in force, plans are to come: nothing that anybody waits for.
    expect((await fleet.rollout(body.id)).counts).toMatchObject({ scheduled: 9, pending: 1 });
    expect(profileId).not.toBe('');
  });

  it('is refused with a preview that is out of date, to an archived profile, to one of another provider', async () => {
    const fleet = await startFleet(inventory, { sims: 3 });
    const over = { over: { serviceProfileId: fleet.profile.profile.id } };
    const to = target(fleet);
    const { previewToken } = (await fleet.preview({ ...migrateTo(to), ...over })).body;
    await fleet.change(fleet.sims[0]?.id ?? '', { kind: 'migrate', serviceProfileId: target(fleet) });
    const stale = await fleet.create({ ...migrateTo(to), ...over, previewToken });
    expect([stale.status, stale.problem.code]).toEqual([409, 'preview_stale']);
    expect(stale.problem.detail).toContain('are 2, and was 3');
    const { previewToken: ofTwo } = (await fleet.preview({ ...migrateTo(to), ...over })).body;
    await fleet.change(fleet.sims[0]?.id ?? '', { kind: 'migrate', serviceProfileId: fleet.profile.profile.id });
    await fleet.change(fleet.sims[1]?.id ?? '', { kind: 'migrate', serviceProfileId: target(fleet) });
    const others = await fleet.create({ ...migrateTo(to), ...over, previewToken: ofTwo });
    expect([others.status, others.problem.code]).toEqual([409, 'preview_stale']);
    expect(others.problem.detail).toContain('others, as many as before');
    const strange = inventory.serviceCatalog.add({ providerId: randomUUID() }).profile.id;
    expect((await fleet.create({ ...migrateTo(strange), ...over })).problem).toMatchObject({
      code: 'profile_of_other_provider',
      fix: expect.stringContaining('/catalog/v1/service-profiles'),
      errors: [{ pointer: '/change/serviceProfileId' }],
    });
    inventory.serviceCatalog.archive(to);
    expect((await fleet.create({ ...migrateTo(to), ...over })).problem.code).toBe('archived');
    expect((await fleet.create({ ...migrateTo(target(fleet)), ...over }, { roles: ['viewer'] })).status).toBe(403);
  });

  it('has one of what it is over, and no more than it knows', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { id } = fleet.profile.profile;
    for (const over of [
      {},
      { serviceProfileId: id, groupId: fleet.groupId },
      { simIds: ['x'] },
      { csv: 7 },
      { all: true },
    ]) {
      expect((await fleet.create({ ...migrateTo(id), over })).problem.code).toBe('invalid_request');
    }
    for (const change of [{ kind: 'edit_profile' }, { kind: 'deviate' }, { kind: 'migrate' }]) {
      expect((await fleet.create({ change, over: { groupId: fleet.groupId } })).problem.code).toBe('invalid_request');
    }
  });
});

describe('bringing back', () => {
  it('takes those of a profile or group that deviate, to the newest version of their own profiles', async () => {
    const fleet = await startFleet(inventory, { sims: 5 });
    const other = fleet.addProfile({ options: { data: 'slow' } });
    await fleet.put(fleet.sims.slice(3), settledOn(other));
    const deviating = [fleet.sims[0]?.id ?? '', fleet.sims[4]?.id ?? ''];
    for (const simId of deviating) {
      await fleet.change(simId, DEVIATES);
      await fleet.answer(simId, null);
    }
    inventory.serviceCatalog.edit(other.profile.id, { roaming: 'on' });
    const wish = { ...REATTACH, over: { groupId: fleet.groupId } };
    expect((await fleet.preview(wish)).body).toMatchObject({
      sims: 2,
      endedDeviations: 2,
      options: [
        { option: 'roaming', to: 'on', sims: 1 },
        { option: 'sms', to: 'on', sims: 2, from: [{ value: 'off', sims: 2 }] },
      ],
    });
    const { previewToken: before } = (await fleet.preview(wish)).body;
    inventory.serviceCatalog.edit(other.profile.id, { roaming: 'off' });
    inventory.serviceCatalog.edit(other.profile.id, { roaming: 'on' });
    const stale = await fleet.create({ ...wish, previewToken: before });
    expect([stale.status, stale.problem.code]).toEqual([409, 'preview_stale']);
    expect(stale.problem.detail).toContain('brought back to is another, or was edited');
    const { previewToken } = (await fleet.preview(wish)).body;
    const { status, body } = await fleet.create({ ...wish, previewToken });
    expect(status).toBe(201);
    await fleet.drive(body.id);
    expect((await fleet.rollout(body.id)).counts).toMatchObject({ done: 2 });
    for (const simId of deviating) expect(await fleet.show(simId)).toMatchObject({ deviation: null });
    expect((await fleet.show(deviating[1] ?? '')).serviceProfile).toMatchObject({ version: 4 });
    expect((await fleet.create(wish)).problem.code).toBe('rollout_empty');
  });
});

it('a set that is fixed in several statements has everybody, also where somebody leaves it meanwhile', async () => {
  const fleet = await startFleet(inventory, { sims: 6, withoutIccid: 1 });
  const simIds = fleet.sims.map(({ id }) => id);
  const rollout = { accountId: fleet.accountId, id: randomUUID() };
  // The first has left as soon as it is in the set.
  const members = sql<{ sim_id: string; place: number }>`
    select s.id as sim_id, s.iccid, 0 as place from sim s
    where s.account_id = ${fleet.accountId} and not exists (
      select from service_rollout_sim r where r.rollout_id = ${rollout.id} and r.sim_id = s.id and r.position = 1
    )`;
  const inOrder = await inAccount(inventory.db, fleet.accountId, async (tx) => {
    expect(await addRolloutSims(tx, rollout, members, 2)).toBe(6);
    return (await nextInTurn(tx, rollout, 10)).map(({ simId }) => simId);
  });
  const [late] = fleet.sims.filter(({ iccid }) => iccid === null);
  expect(inOrder).toEqual([...simIds.filter((id) => id !== late?.id).toSorted(), late?.id]);
});

it('a rollout of another account is not there', async () => {
  const fleet = await startFleet(inventory, { sims: 1 });
  const other = await startFleet(inventory, { sims: 1 });
  const { body } = await fleet.create({ ...migrateTo(target(fleet)), over: { groupId: fleet.groupId } });
  for (const path of ['', '/sims', '/timeline']) {
    expect((await other.call('GET', `/service-rollouts/${body.id}${path}`)).status).toBe(404);
  }
  for (const path of ['pause', 'resumption', 'cancellation', 'retry'] as const) {
    expect((await other.decide(body.id, path)).status).toBe(404);
  }
  expect((await fleet.rollout(body.id)).state).toBe('running');
  await expect(other.portion(body.id)).rejects.toThrow('404');
});

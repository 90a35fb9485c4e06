import { randomUUID } from 'node:crypto';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addLine, type LineInFleet, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const accountId = randomUUID();
const manager = { accountId };
let line: LineInFleet;
beforeEach(async () => {
  line = await addLine(inventory.db, accountId);
});
const put = <T>(path: string, body: unknown, person: Parameters<Inventory['call']>[0] = manager) =>
  inventory.call<T>(person, 'PUT', path, body);
const inStock = () => addLine(inventory.db, accountId, { sim: { state: 'in_stock' }, line: { simId: null } });
const reserve = async () => {
  const order = inventory.order(accountId);
  await order.reserve(line.lineId);
  return order;
};

describe('moving a line', () => {
  it('to a free slot, out of any, and to where it is', async () => {
    const target = await addLine(inventory.db, accountId);
    const slot = { deviceId: target.deviceId, number: 2 };
    const path = `/lines/${line.lineId}/slot`;
    expect((await put<Line>(path, { slot })).body).toMatchObject({ deviceId: target.deviceId, slot: 2, version: 2 });
    expect((await put<Line>(path, { slot })).body.version).toBe(2);
    expect((await put<Line>(path, { slot: null })).body).toMatchObject({ deviceId: null, slot: null });
  });

  it('is allowed while a change is in flight', async () => {
    await reserve();
    expect((await put(`/lines/${line.lineId}/slot`, { slot: null })).status).toBe(200);
  });

  it('to a taken slot, a device of another account or none, with a stale version or a typo is refused', async () => {
    const target = await addLine(inventory.db, accountId);
    const foreign = await addLine(inventory.db, randomUUID());
    const path = `/lines/${line.lineId}/slot`;
    const taken = await put(path, { slot: { deviceId: target.deviceId, number: 1 } });
    expect([taken.status, taken.problem.code, taken.problem.errors?.[0]?.pointer]).toEqual([
      409,
      'slot_taken',
      '/slot/number',
    ]);
    for (const deviceId of [foreign.deviceId, randomUUID()]) {
      expect((await put(path, { slot: { deviceId, number: 2 } })).problem.code).toBe('not_found');
    }
    const stale = await put(path, { slot: null, version: 7 });
    expect([stale.status, stale.problem.code]).toEqual([412, 'stale_version']);
    const typo = await put(path, { slott: null, slot: null });
    expect([typo.status, typo.problem.errors]).toEqual([400, [{ pointer: '/slott', detail: 'Unknown field' }]]);
    const fourth = await put(path, { slot: { deviceId: target.deviceId, number: 4 } });
    expect([fourth.status, fourth.problem.errors?.[0]?.pointer]).toEqual([400, '/slot/number']);
  });
});

describe('groups and employee of a SIM', () => {
  it('are exactly those given; the same again changes nothing', async () => {
    const path = `/sims/${line.simId}/groups`;
    const groupIds = [line.groupIds[1]];
    expect((await put<Sim>(path, { groupIds })).body).toMatchObject({ groupIds, version: 2 });
    expect((await put<Sim>(path, { groupIds: [...groupIds, ...groupIds] })).body.version).toBe(2);
    expect((await put<Sim>(path, { groupIds: [] })).body.groupIds).toEqual([]);
    expect((await put<Sim>(`/sims/${line.simId}/employee`, { employeeId: null })).body.employeeId).toBeNull();
  });

  it('of another account, or that do not exist, answer 404 and change nothing', async () => {
    const foreign = await addLine(inventory.db, randomUUID());
    for (const id of [foreign.groupIds[0], randomUUID()]) {
      const answer = await put(`/sims/${line.simId}/groups`, { groupIds: [line.groupIds[0], id] });
      expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
    }
    expect((await put(`/sims/${line.simId}/employee`, { employeeId: foreign.employeeId })).status).toBe(404);
    const { body } = await inventory.call<Sim>(manager, 'GET', `/sims/${line.simId}`);
    expect(body).toMatchObject({ groupIds: line.groupIds, employeeId: line.employeeId, version: 1 });
  });

  it('can be changed while a change is in flight, but not on the temporary eSIM, which shows those of the old SIM', async () => {
    const order = await reserve();
    const { body } = await order.createTemporaryEsim();
    expect((await put(`/sims/${line.simId}/employee`, { employeeId: null })).status).toBe(200);
    for (const [path, wish] of [
      ['groups', { groupIds: [] }],
      ['employee', { employeeId: null }],
    ] as const) {
      const refused = await put(`/sims/${body.newSimId}/${path}`, wish);
      expect([refused.status, refused.problem.code]).toEqual([409, 'sim_state']);
      expect(refused.problem.detail).toContain('to replace');
    }
  });

  it('of a discarded SIM stay none', async () => {
    const { simId, groupIds } = await inStock();
    await put(`/sims/${simId}/state`, { state: 'discarded' });
    expect((await put(`/sims/${simId}/groups`, { groupIds })).problem.code).toBe('sim_state');
  });
});

describe('the state of a SIM', () => {
  it('goes to suspended and back, with its version', async () => {
    const path = `/sims/${line.simId}/state`;
    expect((await put<Sim>(path, { state: 'suspended', version: 1 })).body).toMatchObject({ state: 'suspended' });
    expect((await put(path, { state: 'active', version: 1 })).problem.code).toBe('stale_version');
    expect((await put<Sim>(path, { state: 'active', version: 2 })).body.state).toBe('active');
  });

  it('becomes discarded off a line, with no employee and no group left', async () => {
    const { simId } = await inStock();
    expect((await put<Sim>(`/sims/${simId}/state`, { state: 'discarded' })).body).toMatchObject({
      state: 'discarded',
      employeeId: null,
      groupIds: [],
      discardedAt: expect.any(String),
    });
    expect((await put(`/sims/${simId}/state`, { state: 'active' })).problem.code).toBe('sim_state');
  });

  it('on a line cannot become discarded, and in stock not active', async () => {
    const refused = await put(`/sims/${line.simId}/state`, { state: 'discarded' });
    expect([refused.status, refused.problem.code]).toEqual([409, 'sim_state']);
    expect(refused.problem.detail).toContain(line.msisdn);
    expect((await put(`/sims/${(await inStock()).simId}/state`, { state: 'active' })).problem.code).toBe('sim_state');
  });

  it('and the ICCID are refused while a change is in flight, of the old SIM and of the temporary one, naming the order', async () => {
    const order = await reserve();
    const { body } = await order.createTemporaryEsim();
    for (const id of [line.simId, body.newSimId]) {
      for (const [path, wish] of [
        ['state', { state: 'suspended' }],
        ['iccid', { iccid: newIccid(), reason: 'Typo' }],
      ] as const) {
        const refused = await put(`/sims/${id}/${path}`, wish);
        expect([refused.status, refused.problem.code]).toEqual([409, 'change_in_flight']);
        expect(refused.problem.blockingOrder).toEqual({ id: order.id });
        expect(refused.problem.fix).toContain(`POST /orders/v1/orders/${order.id}/cancellation-requests`);
      }
    }
  });
});

describe('the ICCID of a SIM', () => {
  const path = () => `/sims/${line.simId}/iccid`;

  it('is corrected with a reason; the same again changes nothing', async () => {
    expect((await put(path(), { iccid: line.iccid })).status).toBe(200);
    const iccid = newIccid(20);
    expect((await put(path(), { iccid })).problem).toMatchObject({
      code: 'reason_required',
      errors: [{ pointer: '/reason' }],
    });
    expect((await put<Sim>(path(), { iccid, reason: 'Misread' })).body.iccid).toBe(iccid);
  });

  it('that is malformed, of another SIM, or of a discarded SIM', async () => {
    const invalid = await put(path(), { iccid: '123', reason: 'Misread' });
    expect([invalid.status, invalid.problem.code, invalid.problem.errors?.[0]?.pointer]).toEqual([
      422,
      'iccid_invalid',
      '/iccid',
    ]);
    const other = await addLine(inventory.db, accountId);
    const inUse = await put(path(), { iccid: other.iccid, reason: 'Misread' });
    expect([inUse.status, inUse.problem.code]).toEqual([409, 'iccid_in_use']);
    expect(inUse.problem.detail).toContain(other.simId);
    const free = await inStock();
    await put(`/sims/${free.simId}/state`, { state: 'discarded' });
    const again = await put(path(), { iccid: free.iccid, reason: 'Re-issued' });
    expect(again.problem).toMatchObject({ code: 'warnings_not_accepted', warnings: [{ code: 'iccid_reissued' }] });
    const accepted = { iccid: free.iccid, reason: 'Re-issued', acceptWarnings: ['iccid_reissued'] };
    expect((await put(path(), accepted)).status).toBe(200);
    expect((await put(`/sims/${free.simId}/iccid`, { iccid: newIccid(), reason: 'x' })).problem.code).toBe('sim_state');
  });

  it('of a physical SIM may have letters or 18 digits once the warnings are accepted, that of an eSIM may not', async () => {
    const iccid = `8986${String(Date.now()).padStart(13, '0')}A`;
    const answer = await put(path(), { iccid, reason: 'As printed' });
    expect(answer.problem.warnings?.map(({ code }) => code)).toEqual(['iccid_letters', 'iccid_18_digits']);
    const acceptWarnings = ['iccid_letters', 'iccid_18_digits'];
    expect((await put<Sim>(path(), { iccid, reason: 'As printed', acceptWarnings })).body.iccid).toBe(iccid);
    const esim = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
    const refused = await put(`/sims/${esim.simId}/iccid`, { iccid, reason: 'As printed', acceptWarnings });
    expect(refused.problem.code).toBe('iccid_invalid');
  });

  it('given to two SIMs at the same time goes to one; the other is refused', async () => {
    const other = await addLine(inventory.db, accountId);
    const entry = { iccid: newIccid(), reason: 'Misread' };
    const answers = await Promise.all([put(path(), entry), put(`/sims/${other.simId}/iccid`, entry)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });
});

describe('what another account has', () => {
  it('does not exist: every route answers 404', async () => {
    const stranger = { accountId: randomUUID() };
    const { lineId, simId, deviceId } = line;
    const paths = [
      `/lines/${lineId}`,
      `/lines/${lineId}/actions`,
      `/lines/${lineId}/timeline`,
      `/sims/${simId}`,
      `/sims/${simId}/actions`,
      `/sims/${simId}/timeline`,
      `/devices/${deviceId}`,
      `/devices/${deviceId}/actions`,
    ];
    for (const path of paths) {
      expect([path, (await inventory.call(stranger, 'GET', path)).status]).toEqual([path, 404]);
      expect([path, (await inventory.call(manager, 'GET', path)).status]).toEqual([path, 200]);
    }
    const changes = [
      [`/lines/${lineId}/slot`, { slot: null }],
      [`/sims/${simId}/groups`, { groupIds: [] }],
      [`/sims/${simId}/employee`, { employeeId: null }],
      [`/sims/${simId}/state`, { state: 'suspended' }],
      [`/sims/${simId}/iccid`, { iccid: newIccid() }],
    ] as const;
    for (const [path, body] of changes) {
      const answer = await put(path, body, stranger);
      expect([path, answer.status, answer.problem.code]).toEqual([path, 404, 'not_found']);
      const reader = await put(path, body, { accountId, roles: ['viewer'] });
      expect([path, reader.status, reader.problem.code]).toEqual([path, 403, 'forbidden']);
    }
  });
});

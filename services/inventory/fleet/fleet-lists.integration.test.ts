import { randomUUID } from 'node:crypto';
import type { Device, Employee, Line, ManagementGroup, Sim } from '@simlane/contracts/http/fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLine, type LineInFleet, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const LINES = 7;
let inventory: Inventory;
const accountId = randomUUID();
const lines: LineInFleet[] = [];
let esim: LineInFleet;
beforeAll(async () => {
  inventory = await startInventory();
  for (let count = 0; count < LINES; count += 1) lines.push(await addLine(inventory.db, accountId));
  esim = await addLine(inventory.db, accountId, {
    sim: { kind: 'esim', state: 'suspended', iccid: newIccid(20) },
    line: { msisdn: '+41790000001' },
    device: { make: 'Nokia', model: 'XR21', imei1: '356789012345678', imei2: '990000862471854' },
  });
  await addLine(inventory.db, randomUUID());
});
afterAll(() => inventory.stop());

const list = async <T>(path: string) => (await inventory.call<Page<T>>({ accountId }, 'GET', path)).body;
const ids = async (path: string) => (await list<{ id: string }>(path)).items.map(({ id }) => id);

describe('lists', () => {
  it.each(['lines', 'sims', 'devices', 'employees', 'management-groups'])(
    'of %s give every item once over their pages, and none of another account',
    async (name) => {
      const whole = await ids(`/${name}?limit=200`);
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<{ id: string }> = await list(`/${name}?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
        expect(page.items.length).toBeLessThanOrEqual(3);
        paged.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(paged).toEqual(whole);
      expect(new Set(paged).size).toBe(name === 'management-groups' ? 2 * (LINES + 1) : LINES + 1);
    },
  );

  it('refuse a cursor that is none, an unknown filter and a limit out of range, by the name of the parameter', async () => {
    const bad = async (query: string) => {
      const { status, problem } = await inventory.call({ accountId }, 'GET', `/lines?${query}`);
      return [status, problem.code, problem.errors?.[0]?.pointer];
    };
    expect(await bad('cursor=rubbish')).toEqual([400, 'invalid_cursor', '?cursor']);
    expect(await bad('providr=x')).toEqual([400, 'invalid_request', '?providr']);
    expect(await bad('limit=0')).toEqual([400, 'invalid_request', '?limit']);
    expect(await bad('providerId=x')).toEqual([400, 'invalid_request', '?providerId']);
  });

  it('keep their order and lose nothing while rows are added between two pages', async () => {
    const own = randomUUID();
    for (let count = 0; count < 4; count += 1) await addLine(inventory.db, own);
    const get = async (query: string) =>
      (await inventory.call<Page<Line>>({ accountId: own }, 'GET', `/lines?${query}`)).body;
    const before = (await get('limit=200')).items.map(({ id }) => id);
    const first = await get('limit=2');
    await addLine(inventory.db, own);
    const second = await get(`limit=200&cursor=${first.nextCursor}`);
    const seen = [...first.items, ...second.items].map(({ id }) => id);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
  });
});

describe('filters', () => {
  it('of lines', async () => {
    expect(await ids('/lines?simKind=esim')).toEqual([esim.lineId]);
    expect(await ids(`/lines?providerId=${esim.providerId}`)).toEqual([esim.lineId]);
    expect(await ids(`/lines?groupId=${esim.groupIds[0]}`)).toEqual([esim.lineId]);
    expect(await ids(`/lines?employeeId=${esim.employeeId}`)).toEqual([esim.lineId]);
    expect(await ids('/lines?changeInFlight=true')).toEqual([]);
    expect((await ids('/lines?changeInFlight=false')).length).toBe(LINES + 1);
    expect(await ids('/lines?q=%2B4179')).toEqual([esim.lineId]);
    expect(await ids('/lines?q=4179')).toEqual([esim.lineId]);
    expect(await ids(`/lines?q=${esim.iccid.slice(0, 12)}`)).toEqual([esim.lineId]);
    expect(await ids('/lines?q=%25')).toEqual([]);
  });

  it('of SIMs', async () => {
    expect(await ids('/sims?kind=esim')).toEqual([esim.simId]);
    expect(await ids('/sims?state=suspended')).toEqual([esim.simId]);
    expect(await ids(`/sims?providerId=${esim.providerId}`)).toEqual([esim.simId]);
    expect(await ids(`/sims?groupId=${esim.groupIds[1]}`)).toEqual([esim.simId]);
    expect(await ids(`/sims?employeeId=${esim.employeeId}`)).toEqual([esim.simId]);
    expect(await ids(`/sims?q=${esim.iccid}`)).toEqual([esim.simId]);
  });

  it('of devices, without regard to case', async () => {
    for (const q of ['nok', 'XR2', '35678', '99000', '%2B41790', esim.iccid.slice(0, 14)]) {
      expect([q, await ids(`/devices?q=${q}`)]).toEqual([q, [esim.deviceId]]);
    }
    expect(await ids(`/devices?employeeId=${esim.employeeId}`)).toEqual([esim.deviceId]);
    expect((await ids('/devices?q=nora')).length).toBe(LINES + 1);
  });

  it('of employees by the beginning of name or address', async () => {
    expect((await list<Employee>('/employees?q=NORA')).items.length).toBe(LINES + 1);
    expect(await ids(`/employees?q=${esim.employeeId}@ex`)).toEqual([esim.employeeId]);
    expect((await list<ManagementGroup>('/management-groups')).items[0]).toMatchObject({
      name: expect.stringMatching(/^Group/),
    });
  });
});

describe('a device', () => {
  it('has three slots with their line, SIM, incoming SIM and change', async () => {
    const own = randomUUID();
    const line = await addLine(inventory.db, own, { line: { slot: 2 } });
    const order = inventory.order(own);
    await order.reserve(line.lineId);
    const { body: started } = await order.createTemporaryEsim();
    const { body } = await inventory.call<Page<Device>>({ accountId: own }, 'GET', '/devices');
    const { slots } = body.items[0] as Device;
    expect(slots.map(({ slot, line: inSlot }) => [slot, inSlot?.id])).toEqual([
      [1, undefined],
      [2, line.lineId],
      [3, undefined],
    ]);
    expect(slots[1]).toMatchObject({
      sim: { id: line.simId, kind: 'physical' },
      incomingSim: { id: started.newSimId, temporaryReference: started.temporaryReference },
      changeInFlight: { orderId: order.id },
      qrCodeState: 'none',
    });
    const temporary = await inventory.call<Page<Sim>>({ accountId: own }, 'GET', '/sims?q=SIM-Temp-');
    expect(temporary.body.items.map(({ id }) => id)).toEqual([started.newSimId]);
    await order.rollBack();
    expect((await inventory.call<Page<Sim>>({ accountId: own }, 'GET', '/sims')).body.items).toHaveLength(1);
  });
});

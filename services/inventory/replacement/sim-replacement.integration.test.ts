import { randomUUID } from 'node:crypto';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addLine, type LineInFleet, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const accountId = randomUUID();
let line: LineInFleet;
beforeEach(async () => {
  inventory.catalog.silent = false;
  line = await addLine(inventory.db, accountId);
});

const simOf = async (id: string) => (await inventory.call<Sim>({ accountId }, 'GET', `/sims/${id}`)).body;
const lineOf = async (id = line.lineId) => (await inventory.call<Line>({ accountId }, 'GET', `/lines/${id}`)).body;
const eventsOf = async (path: string) => {
  const { body } = await inventory.call<{ items: TimelineEntry[] }>({ accountId }, 'GET', `${path}/timeline`);
  return body.items.map(({ event }) => event);
};

describe('the steps', () => {
  const reserved = async (more: Record<string, unknown> = {}) => {
    const order = inventory.order(accountId);
    expect((await order.reserve(line.lineId, more)).body.outcome).toBe('reserved');
    return order;
  };

  it('are each the same when repeated: one temporary eSIM, one switch, one entry in the timelines', async () => {
    const order = await reserved();
    const started = await order.createTemporaryEsim();
    expect((await order.createTemporaryEsim()).body).toEqual(started.body);
    const committed = await order.commit({ iccid: newIccid() });
    expect((await order.commit({ iccid: newIccid() })).body).toEqual(committed.body);
    expect((await order.createTemporaryEsim()).body).toEqual(committed.body);
    expect((await order.rollBack()).body).toEqual(committed.body);
    expect(await eventsOf(`/lines/${line.lineId}`)).toEqual([
      'replacement_reserved',
      'temporary_esim_created',
      'sim_replaced',
    ]);
    expect(await eventsOf(`/sims/${line.simId}`)).toEqual(['replacement_reserved', 'discarded']);
    expect(await eventsOf(`/sims/${committed.body.newSimId}`)).toEqual(['temporary_esim_created', 'put_on_line']);
  });

  it('name the fact as the cause, and its time', async () => {
    const order = await reserved();
    await order.createTemporaryEsim();
    const { body } = await inventory.call<{ items: TimelineEntry[] }>(
      { accountId },
      'GET',
      `/lines/${line.lineId}/timeline`,
    );
    expect(body.items.at(0)).toMatchObject({ source: 'user', actorId: 'manager-1', causeId: order.id });
    expect(body.items.at(1)).toMatchObject({
      source: 'workflow',
      actorId: null,
      causeId: expect.any(String),
      occurredAt: '2026-02-03T04:05:06.000Z',
    });
  });

  it('commit from reserved makes the eSIM and the switch in one', async () => {
    const order = await reserved();
    const { body } = await order.commit();
    expect(body).toMatchObject({
      state: 'committed',
      temporaryReference: expect.stringMatching(/^SIM-Temp-/),
      iccid: null,
      iccidIssue: { code: 'iccid_missing', reason: 'none_given' },
    });
    expect(await simOf(body.newSimId as string)).toMatchObject({
      state: 'active',
      temporaryReference: body.temporaryReference,
      groupIds: line.groupIds,
      employeeId: line.employeeId,
    });
  });

  it('commit keeps a suspended line suspended, unless the order says activate', async () => {
    line = await addLine(inventory.db, accountId, { sim: { state: 'suspended' } });
    const kept = await (await reserved()).commit();
    expect(await simOf(kept.body.newSimId as string)).toMatchObject({ state: 'suspended' });
    line = await addLine(inventory.db, accountId, { sim: { state: 'suspended' } });
    const activated = await (await reserved({ activate: true })).commit();
    expect(await simOf(activated.body.newSimId as string)).toMatchObject({ state: 'active' });
  });

  it('roll back leaves the old SIM as it was, and nothing of the temporary one but what was', async () => {
    const before = await simOf(line.simId);
    const order = await reserved();
    const { body: started } = await order.createTemporaryEsim();
    const { body: rolledBack } = await order.rollBack();
    expect(rolledBack).toMatchObject({
      state: 'rolled_back',
      newSimId: started.newSimId,
      temporaryReference: started.temporaryReference,
    });
    expect((await order.rollBack()).body).toEqual(rolledBack);
    expect((await order.commit({ iccid: newIccid() })).body).toEqual(rolledBack);
    const { version: _v, ...after } = await simOf(line.simId);
    const { version: _w, ...was } = before;
    expect(after).toEqual(was);
    expect(await lineOf()).toMatchObject({ sim: { id: line.simId }, incomingSim: null, changeInFlight: null });
    expect((await inventory.call({ accountId }, 'GET', `/sims/${started.newSimId}`)).status).toBe(404);
    expect(await eventsOf(`/lines/${line.lineId}`)).toEqual([
      'replacement_reserved',
      'temporary_esim_created',
      'replacement_rolled_back',
    ]);
  });

  it('roll back from reserved frees the line for another order', async () => {
    await (await reserved()).rollBack();
    expect((await (await reserved()).commit()).body.state).toBe('committed');
  });

  it('commit and roll back racing: one wins, and both get its answer', async () => {
    for (let round = 0; round < 10; round += 1) {
      line = await addLine(inventory.db, accountId);
      const order = await reserved();
      if (round % 2 === 0) await order.createTemporaryEsim();
      const answers = await Promise.all([order.commit({ iccid: newIccid() }), order.rollBack()]);
      expect(new Set(answers.map(({ body }) => body.state)).size).toBe(1);
      const { sim } = await lineOf();
      expect(sim?.id === line.simId).toBe(answers[0]?.body.state === 'rolled_back');
    }
  });

  it('commit and a person changing the SIM at the same time end in one of the two orders, never in between', async () => {
    for (let round = 0; round < 5; round += 1) {
      line = await addLine(inventory.db, accountId);
      const order = await reserved();
      const groups = { groupIds: [line.groupIds[0]] };
      const [committed, changed] = await Promise.all([
        order.commit(),
        inventory.call({ accountId }, 'PUT', `/sims/${line.simId}/groups`, groups),
      ]);
      expect(committed.body.state).toBe('committed');
      expect([200, 409]).toContain(changed.status);
      const { groupIds } = await simOf(committed.body.newSimId as string);
      expect(groupIds).toEqual(changed.status === 200 ? groups.groupIds : line.groupIds);
    }
  });

  it('show groups, employee and slot moved during the change on the temporary eSIM at once', async () => {
    const order = await reserved();
    const { body } = await order.createTemporaryEsim();
    await inventory.call({ accountId }, 'PUT', `/sims/${line.simId}/groups`, { groupIds: [line.groupIds[1]] });
    await inventory.call({ accountId }, 'PUT', `/sims/${line.simId}/employee`, { employeeId: null });
    await inventory.call({ accountId }, 'PUT', `/lines/${line.lineId}/slot`, {
      slot: { deviceId: line.deviceId, number: 3 },
    });
    const shown = { groupIds: [line.groupIds[1]], employeeId: null };
    expect(await simOf(body.newSimId as string)).toMatchObject(shown);
    const listed = await inventory.call<{ items: Sim[] }>({ accountId }, 'GET', `/sims?groupId=${line.groupIds[1]}`);
    expect(new Set(listed.body.items.map(({ id }) => id))).toEqual(new Set([line.simId, body.newSimId]));
    await order.commit();
    expect(await simOf(body.newSimId as string)).toMatchObject(shown);
  });

  it('of an order that inventory does not know, or that was refused, have no effect', async () => {
    const unknown = inventory.order(accountId);
    expect((await unknown.commit()).problem.code).toBe('not_found');
    const blocked = inventory.order(accountId);
    await reserved();
    await blocked.reserve(line.lineId);
    for (const answer of [await blocked.createTemporaryEsim(), await blocked.commit(), await blocked.rollBack()]) {
      expect([answer.status, answer.problem.code]).toEqual([409, 'order_state']);
    }
    expect((await blocked.get()).problem.code).toBe('not_found');
  });

  it('of another account answer 404, whatever the step', async () => {
    const order = await reserved();
    const foreign = inventory.order(randomUUID(), order.id);
    const answers = [
      await foreign.createTemporaryEsim(),
      await foreign.commit(),
      await foreign.rollBack(),
      await foreign.fillIn({ iccid: newIccid() }),
      await foreign.enterIccid(newIccid()),
      await foreign.get(),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect((await order.get()).body.state).toBe('reserved');
  });
});

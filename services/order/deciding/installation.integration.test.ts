import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';

const ICCID = '8988211000000530082';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());

const at = atWork(() => order);
const { say, carryOut, read, facts, lastFact, todos, letPass } = at;
const pendingOf = async (orderId: string) => (await at.claim(orderId)).pending.map(({ kind }) => kind);

describe('a provider whose cut-over is the installation', () => {
  beforeAll(() => {
    order.catalog.cutoverOn = 'installed';
  });
  afterAll(() => {
    order.catalog.cutoverOn = 'processed';
  });

  it('acknowledges with `processed`, its ICCID kept, and moves the line with `installed`', async () => {
    const id = await at.submittedOrder();
    await say('processed', id, { iccid: ICCID });
    const { id: factId } = await lastFact(id, 'acknowledged');
    await carryOut(id, factId);
    expect(await lastFact(id, 'acknowledged')).toMatchObject({ data: { iccid: ICCID, said: 'processed' } });
    expect((await read(id)).status).toBe('in_progress');
    await say('installed', id);
    expect(await pendingOf(id)).toEqual(['processed']);
    await carryOut(id, (await lastFact(id, 'processed')).id);
    expect((await read(id)).status).toBe('processed');
  });

  it('can be cancelled until then', async () => {
    const id = await at.submittedOrder();
    await say('processed', id);
    await say('cancelled', id);
    expect(await lastFact(id, 'cancelled')).toMatchObject({ disposition: 'applied' });
  });

  it('lets a manager confirm the installation, once', async () => {
    const install = (orderId: string) => order.call('POST', `/orders/${orderId}/installation`, { body: {} });
    const id = await at.submittedOrder();
    expect((await install(id)).status).toBe(409);
    await say('processed', id);
    expect((await install(id)).status).toBe(200);
    expect((await install(id)).status).toBe(200);
    const said = (await facts(id)).filter(({ kind }) => kind === 'processed');
    expect(said).toMatchObject([{ source: 'user', actorId: 'user-1', disposition: 'applied' }]);
  });

  it('lets nobody confirm it whose profile has the action off for that slot', async () => {
    const id = await at.submittedOrder();
    await say('processed', id);
    const notEnabled = {
      code: 'enabled_in_profile',
      state: 'not_met',
      detail: 'Switch to eSIM is not enabled for slot 1 in the profile Depot',
      fix: 'Enable it; an administrator can do it',
      whoCanFix: 'administrator',
    } as const;
    order.inventory.availability = { display: 'blocked', conditions: [notEnabled] };
    const refused = await order.call('POST', `/orders/${id}/installation`, { body: {} });
    expect(refused).toMatchObject({ status: 422, body: { code: 'action_not_available', conditions: [notEnabled] } });
    order.inventory.availability = {};
    expect((await order.call('POST', `/orders/${id}/installation`, { body: {} })).status).toBe(200);
  });

  it('that waits for the installation leaves that as a to-do of the manager', async () => {
    const id = await at.submittedOrder();
    await say('processed', id);
    await carryOut(id, (await lastFact(id, 'acknowledged')).id);
    for (let n = 0; n < 2; n += 1) {
      await letPass(id, '10 days');
      await at.noticeSilence(id);
    }
    expect((await read(id)).todos).toMatchObject([{ code: 'installation_missing', responsible: 'manager' }]);
    const { id: factId } = await lastFact(id, 'silence_noted');
    expect((await order.callInternal('GET', `/orders/${id}/facts/${factId}`)).body).toMatchObject({
      notice: { why: 'installation_missing' },
    });
    await say('installed', id);
    expect(await todos(id)).toEqual([]);
  });
});

it('an installation is nothing to confirm where the provider says itself that the eSIM serves the line', async () => {
  const id = await at.inProgressOrder();
  expect(await order.call('POST', `/orders/${id}/installation`, { body: {} })).toMatchObject({
    status: 409,
    body: { code: 'order_state' },
  });
});

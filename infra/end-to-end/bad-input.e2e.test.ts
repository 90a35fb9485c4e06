import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import { base64url, decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProblem, createPublicApi } from '../demo/public-api.ts';
import { serviceToken, signInAs } from '../local/sign-in.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { findStories } from '../seed/stories.ts';
import { completeDraft } from '../demo/complete-draft.ts';
import { type Manager, serviceUrls, startManager } from './fleet-manager.fixture.ts';

let manager: Manager;
const lines = findStories(exampleAccounts()[0]);
beforeAll(async () => {
  manager = await startManager();
});

/** The problem that a call is answered with; fails if it succeeds. */
const problemOf = async (call: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof ApiProblem && error.problem !== undefined) return error.problem;
  throw error;
};

const codeOf = async (call: Promise<unknown>): Promise<string> => (await problemOf(call)).code;
const draftOn = (lineId: string) =>
  manager.api.call(orderRoutes.createDraft, { body: { action: 'switch_to_esim', lineId } });

describe('an action whose condition is not met is refused, the condition by its name and with its fix', () => {
  it.each([
    ['no eSIM of the provider in the catalog', lines.noArticleLine, 'esim_in_catalog'],
    ['an eSIM already', lines.replaceLine, 'sim_is_physical'],
    ['a line without a SIM', lines.lineWithoutSim, 'sim_is_physical'],
    ['a line in no device', lines.lineWithoutDevice, 'line_in_slot'],
  ])('%s', async (_name, lineId, condition) => {
    const problem = await problemOf(draftOn(lineId));
    expect([problem.status, problem.code]).toEqual([422, 'action_not_available']);
    const named = problem.conditions?.find(({ code }) => code === condition);
    expect(named).toMatchObject({ state: 'not_met' });
    expect(named?.fix).toBeTruthy();
    expect(problem.fix).toBeTruthy();
  });

  it("switched off in the caller's profile", async () => {
    const limited = await startManager('manager-limited');
    const problem = await problemOf(
      limited.api.call(orderRoutes.createDraft, { body: { action: 'switch_to_esim', lineId: lines.switchLine } }),
    );
    expect(problem.conditions?.find(({ code }) => code === 'enabled_in_profile')).toMatchObject({ state: 'not_met' });
  });

  it('a device that is known not to take an eSIM is a warning that the caller accepts', async () => {
    const draft = await completeDraft(manager.api, lines.notCapableLine, 'switch_to_esim');
    expect(draft.warnings.map(({ code }) => code)).toEqual(['device_not_esim_capable']);
    const confirm = (acceptWarnings: string[]) =>
      manager.api.call(orderRoutes.confirm, { params: { id: draft.id }, body: { acceptWarnings } });
    const problem = await problemOf(confirm([]));
    expect([problem.code, problem.warnings?.map(({ code }) => code)]).toEqual([
      'warnings_not_accepted',
      ['device_not_esim_capable'],
    ]);
    expect((await confirm(['device_not_esim_capable'])).status).toBe('confirmed');
  });
});

describe('a line with a change in flight', () => {
  let blocking: Order;
  let simId: string;
  let lineId: string;
  let newSimId: string;
  beforeAll(async () => {
    const { order, sim, line } = await manager.submittedSwitch();
    await manager.sandbox.signal(order.id, { type: 'order.acknowledged' });
    await manager.reaches(order.id, 'in_progress');
    blocking = await manager.order(order.id);
    [simId, lineId, newSimId] = [sim.id, line.id, blocking.newSim?.id ?? ''];
  });

  it('takes no second change, and names the order that blocks it', async () => {
    const problem = await problemOf(draftOn(lineId));
    expect([problem.status, problem.code]).toEqual([409, 'change_in_flight']);
    expect(problem.blockingOrder).toEqual({ id: blocking.id, orderNumber: blocking.orderNumber });
  });

  it("does not let the SIM's state or ICCID be changed", async () => {
    const params = { id: simId };
    const state = manager.api.call(inventoryRoutes.setSimState, { params, body: { state: 'suspended' } });
    const problem = await problemOf(state);
    expect([problem.status, problem.code, problem.blockingOrder?.id]).toEqual([409, 'change_in_flight', blocking.id]);
    const body = { iccid: '8988211000000530082', reason: 'typo', acceptWarnings: [] };
    expect(await codeOf(manager.api.call(inventoryRoutes.setSimIccid, { params, body }))).toBe('change_in_flight');
  });

  it('lets groups and employee be changed, which is true of the temporary eSIM at once', async () => {
    await manager.api.call(inventoryRoutes.setSimGroups, { params: { id: simId }, body: { groupIds: [] } });
    await manager.api.call(inventoryRoutes.setSimEmployee, { params: { id: simId }, body: { employeeId: null } });
    expect(await manager.sim(newSimId)).toMatchObject({ state: 'temporary', groupIds: [], employeeId: null });
  });

  it.each([
    ['too short', '89882110000005300', 'iccid_invalid'],
    ['letters', '89882110000005300AB', 'iccid_invalid'],
    ['a wrong check digit', '8901260123456789012', 'warnings_not_accepted'],
  ])('takes no ICCID with %s', async (_name, iccid, code) => {
    const body = { iccid, acceptWarnings: [] };
    const problem = await problemOf(manager.api.call(orderRoutes.enterIccid, { params: { id: blocking.id }, body }));
    expect([problem.status, problem.code]).toEqual([422, code]);
  });

  it('takes an ICCID with a wrong check digit that the caller accepts', async () => {
    const body = { iccid: '8901260123456789012', acceptWarnings: ['iccid_check_digit'] };
    const order = await manager.api.call(orderRoutes.enterIccid, { params: { id: blocking.id }, body });
    expect(order.status).toBe('in_progress');
  });

  it("takes no other SIM's ICCID", async () => {
    const { iccid } = await manager.sim(simId);
    const body = { iccid: iccid ?? '', acceptWarnings: [] };
    const problem = await problemOf(manager.api.call(orderRoutes.enterIccid, { params: { id: blocking.id }, body }));
    expect([problem.status, problem.code]).toEqual([409, 'iccid_in_use']);
  });

  it('answers a second confirmation alike, and refuses to be changed', async () => {
    const params = { id: blocking.id };
    expect((await manager.api.call(orderRoutes.confirm, { params, body: {} })).status).toBe('in_progress');
    expect(await codeOf(manager.api.call(orderRoutes.editDraft, { params, body: { comment: 'late' } }))).toBe(
      'order_state',
    );
  });
});

describe('a token that is not right', () => {
  const read = (token: string) => createPublicApi(serviceUrls(), token).call(orderRoutes.listOrders, { query: {} });

  it('signed with another key, expired, for another audience, without a signature, or of a service: 401', async () => {
    const good = await signInAs(inject('stack'), 'manager');
    const payload = decodeJwt(good);
    const header = decodeProtectedHeader(good);
    const { privateKey } = await generateKeyPair('RS256');
    const signed = (changes: object) =>
      new SignJWT({ ...payload, ...changes }).setProtectedHeader({ ...header, alg: 'RS256' }).sign(privateKey);
    const unsigned = `${base64url.encode(JSON.stringify({ ...header, alg: 'none' }))}.${good.split('.')[1]}.`;
    const tampered = [
      good.split('.')[0],
      base64url.encode(JSON.stringify({ ...payload, roles: ['administrator'] })),
      good.split('.')[2],
    ].join('.');
    const bad = [
      await signed({}),
      await signed({ aud: 'another' }),
      await signed({ exp: 1 }),
      unsigned,
      tampered,
      'nonsense',
    ];
    for (const token of bad) expect(await codeOf(read(token))).toBe('unauthenticated');
    expect(await codeOf(read(await serviceToken(inject('stack'), 'simlane-worker')))).toBe('unauthenticated');
    expect((await read(good)).items).toBeInstanceOf(Array);
  });

  it("of a person is none on an internal route, and a service's route is only for those it names", async () => {
    const { services } = inject('stack');
    const url = `${services.order.internalUrl}/internal/orders/${randomUUID()}/claim`;
    const ask = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'simlane-account': exampleAccounts()[0].catalog.account.id };
      return (await fetch(url, { headers })).status;
    };
    expect(await ask(await signInAs(inject('stack'), 'administrator'))).toBe(401);
    expect(await ask(await serviceToken(inject('stack'), 'simlane-inventory'))).toBe(403);
    expect(await ask(await serviceToken(inject('stack'), 'simlane-worker'))).toBe(404);
  });
});

describe("another account's ids", () => {
  it('answer 404, as if they were not there', async () => {
    const french = await startManager('manager-fr');
    const [english] = exampleAccounts();
    const [device] = english.fleet.devices;
    const line = await manager.line(lines.switchLine);
    const calls = [
      french.api.call(inventoryRoutes.getLine, { params: { id: line.id } }),
      french.api.call(inventoryRoutes.listLineActions, { params: { id: line.id } }),
      french.api.call(inventoryRoutes.getSim, { params: { id: line.sim?.id ?? '' } }),
      french.api.call(inventoryRoutes.getDevice, { params: { id: device?.id ?? '' } }),
      french.api.call(orderRoutes.createDraft, { body: { action: 'switch_to_esim', lineId: line.id } }),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'not_found'));
  });
});

describe('a signal', () => {
  it('with a bad signature or an old time stamp is refused, and one for an unknown order is kept', async () => {
    const { order } = await manager.submittedSwitch();
    const secret = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
    const type = 'order.acknowledged' as const;
    const forged = await manager.sandbox.signal(order.id, { type, secret });
    expect(forged.map(({ status }) => status)).toEqual([401]);
    const timestamp = new Date(Date.now() - 10 * 60_000).toISOString();
    const old = await manager.sandbox.signal(order.id, { type, timestamp });
    expect(old.map(({ status }) => status)).toEqual([401]);
    const unknown = await manager.sandbox.signal(order.id, { type, orderId: randomUUID() });
    expect(unknown[0]?.status).toBe(202);
    expect(unknown[0]?.body).toContain('"intake":"unknown_order"');
    expect((await manager.facts(order.id)).filter(({ source }) => source === 'provider')).toEqual([]);
  });
});

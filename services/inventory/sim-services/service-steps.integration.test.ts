import { randomUUID } from 'node:crypto';
import type { ServiceChange } from '@simlane/contracts/http/sim-services';
import { MOST_OPTIONS } from '@simlane/contracts/service-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import type { ProfileWish } from './service-catalog.fixture.ts';
import { type SimUnderTest, startSim } from './sim-services.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const migrateTo = (serviceProfileId: string) => ({ kind: 'migrate', serviceProfileId }) as const;
const state = async (sim: Pick<SimUnderTest, 'call'>, id: string) =>
  (await sim.call<ServiceChange>('GET', `/service-changes/${id}`)).body.state;

/** On one profile, and migrated to one with another plan. */
const scheduled = async (how: ProfileWish['how'] = 'we_schedule') => {
  const sim = await startSim(inventory);
  await sim.change(migrateTo(sim.addProfile({ how })));
  await sim.settle();
  const { body } = await sim.change(migrateTo(sim.addProfile({ plan: 'L', how })));
  return { ...sim, changeId: body.id };
};

describe('the call of a SIM', () => {
  it('is one until it is answered: a repeat opens no other, and what is wanted meanwhile waits', async () => {
    const sim = await startSim(inventory);
    await sim.change(migrateTo(sim.addProfile()));
    const calls = await Promise.all(Array.from({ length: 5 }, () => sim.openNextCall()));
    expect(new Set(calls.map((call) => call?.callId)).size).toBe(1);
    const [call] = calls;
    expect(call).toMatchObject({ iccid: sim.line.iccid, providerId: sim.line.providerId, wanted: { ratePlan: 'S' } });
    await sim.change({ kind: 'deviate', deviationKind: 'test', reason: 'r', options: { data: 'on' } });
    expect(await sim.openNextCall()).toEqual(call);
    expect(await sim.claim()).toMatchObject({ owed: 'answer' });
    if (call == null) throw new Error('there is no call');
    await sim.record(call.callId, sim.resultsOf(call));
    expect(await sim.openNextCall()).toMatchObject({ wanted: { options: { data: 'on' } } });
  });

  it('takes each answer once: a repeat, a contradiction and a stranger change nothing', async () => {
    const sim = await startSim(inventory);
    await sim.change(migrateTo(sim.addProfile()));
    const call = await sim.openNextCall();
    if (call === null) throw new Error('there is no call');
    await sim.record(call.callId, sim.resultsOf(call));
    const before = [await sim.show(), await sim.events()];
    await sim.record(call.callId, sim.resultsOf(call));
    await sim.record(call.callId, sim.resultsOf(call, 'refused', 'no'));
    await sim.record(randomUUID(), sim.resultsOf(call, 'refused'));
    expect([await sim.show(), await sim.events()]).toEqual(before);
  });

  it('is asked for by the worker alone, of a SIM of the account', async () => {
    const sim = await startSim(inventory);
    const path = `/sim-services/${sim.simId}/claim`;
    const ask = (service: 'order' | 'worker', accountId: string) =>
      inventory.internal({ method: 'GET', path, accountId, service });
    expect((await ask('order', sim.accountId)).status).toBe(403);
    expect((await ask('worker', randomUUID())).status).toBe(404);
  });
});

describe('the due row of a SIM', () => {
  it('wakes the workflow while something is to be sent, then looks for an answer, then goes', async () => {
    const sim = await startSim(inventory);
    expect(await sim.dueAt()).toBeNull();
    await sim.change(migrateTo(sim.addProfile()));
    expect((await sim.dueAt())?.getTime()).toBeLessThanOrEqual(Date.now());
    await sim.handleDue();
    expect(sim.woken).toEqual([{ simId: sim.simId, again: false }]);
    expect((await sim.dueAt())?.getTime()).toBeLessThanOrEqual(Date.now());
    await sim.openNextCall();
    expect((await sim.dueAt())?.getTime()).toBeGreaterThan(Date.now() + 10 * 60_000);
    await sim.handleDue();
    expect(sim.woken.at(-1)).toEqual({ simId: sim.simId, again: true });
    await sim.settle();
    expect(await sim.dueAt()).toBeNull();
  });
});

describe('a scheduled plan', () => {
  it('is wanted when its month has begun, by the loop, and sent then', async () => {
    const sim = await scheduled();
    await sim.settle();
    const { ratePlan } = await sim.show();
    expect(ratePlan).toMatchObject({ confirmed: 'S', pending: null, scheduled: { ratePlan: 'L' } });
    expect((await sim.plansDueAt())?.toISOString()).toBe(ratePlan.scheduled?.at);
    expect(await sim.dueAt()).toBeNull();
    await sim.handleDue();
    expect(sim.woken).toEqual([]);
    await sim.bringForward('scheduled,at');
    await sim.handleDue();
    expect(sim.woken).toHaveLength(1);
    expect(await sim.openNextCall()).toMatchObject({ wanted: { ratePlan: 'L' } });
    await sim.settle();
    expect((await sim.show()).ratePlan).toMatchObject({ confirmed: 'L', scheduled: null });
    expect(await state(sim, sim.changeId)).toBe('done');
    expect(await sim.events()).toContain('services_plan_due');
  });

  it('is cancelled and wanted again; a repeat of either changes nothing', async () => {
    const sim = await scheduled();
    await sim.settle();
    const path = `/service-changes/${sim.changeId}`;
    for (let times = 0; times < 2; times += 1) {
      expect((await sim.call<ServiceChange>('POST', `${path}/cancellation`)).body.state).toBe('cancelled');
    }
    expect(await sim.show()).toMatchObject({ planDiffers: true, ratePlan: { confirmed: 'S', scheduled: null } });
    for (let times = 0; times < 2; times += 1) {
      expect((await sim.call<ServiceChange>('POST', `${path}/retry`)).body.state).toBe('scheduled');
    }
    expect(await sim.show()).toMatchObject({ planDiffers: false, ratePlan: { scheduled: { ratePlan: 'L' } } });
    expect((await sim.events()).slice(-2)).toEqual(['services_plan_cancelled', 'services_retried']);
  });

  it('that the provider schedules is sent with its date, cancelled there, and kept where that is refused', async () => {
    const sim = await scheduled('provider_schedules');
    const call = await sim.openNextCall();
    if (call === null) throw new Error('there is no call');
    expect(call.wanted).toMatchObject({ ratePlan: 'L', effectiveOn: expect.stringMatching(/-01$/) });
    await sim.record(call.callId, sim.resultsOf(call, 'scheduled'));
    expect((await sim.show()).ratePlan).toMatchObject({ arranged: true, confirmed: 'S' });
    const cancelled = await sim.call<ServiceChange>('POST', `/service-changes/${sim.changeId}/cancellation`);
    expect(cancelled.body.state).toBe('pending');
    const cancellation = await sim.openNextCall();
    expect(cancellation).toMatchObject({ cancels: call.callId });
    const refusal = { of: 'rate_plan', name: 'L', value: 'L', outcome: 'refused', reason: 'too late' } as const;
    await sim.record(cancellation?.callId ?? '', [refusal]);
    expect((await sim.show()).ratePlan).toMatchObject({
      scheduled: { ratePlan: 'L' },
      cancellationRefused: 'too late',
    });
    await sim.record(call.callId, [{ ...refusal, outcome: 'applied', reason: null }]);
    expect((await sim.show()).ratePlan).toMatchObject({ confirmed: 'L', scheduled: null });
    expect(await state(sim, sim.changeId)).toBe('done');
  });
});

describe('an option that the provider refuses', () => {
  it('stays as last confirmed, failed with its words, and is sent again by a retry alone', async () => {
    const sim = await scheduled();
    await sim.settle();
    const { body } = await sim.change({
      kind: 'deviate',
      deviationKind: 'other',
      reason: 'needs data',
      options: { data: 'on' },
    });
    const call = await sim.openNextCall();
    if (call === null) throw new Error('there is no call');
    await sim.record(call.callId, sim.resultsOf(call, 'refused', 'not with this contract'));
    expect((await sim.show()).options[0]).toMatchObject({
      confirmed: 'off',
      pending: null,
      failed: { value: 'on', reason: 'not with this contract' },
    });
    expect([await state(sim, body.id), await sim.openNextCall()]).toEqual(['failed', null]);
    expect((await sim.call<ServiceChange>('POST', `/service-changes/${body.id}/retry`)).body.state).toBe('pending');
    await sim.settle();
    expect(await state(sim, body.id)).toBe('done');
    const again = await sim.call('POST', `/service-changes/${body.id}/retry`);
    expect([again.status, again.problem.code]).toEqual([409, 'service_change_state']);
  });

  it('is wanted again by a change of its own where no change has failed of it: a replaced SIM gets what the old one had', async () => {
    const sim = await scheduled();
    await sim.settle();
    const order = inventory.order(sim.accountId);
    await order.reserve(sim.line.lineId);
    await order.createTemporaryEsim();
    const next = sim.ofSim((await order.commit({ iccid: newIccid() })).body.newSimId ?? '');
    const call = await next.openNextCall();
    if (call === null) throw new Error('there is no call');
    await next.record(call.callId, next.resultsOf(call, 'refused', 'not on this card'));
    expect([(await next.show()).todos.map(({ code }) => code), await next.openNextCall()]).toEqual([
      ['rate_plan_refused', 'option_refused'],
      null,
    ]);
    const preview = await next.preview({ kind: 'retry' });
    expect(preview.body).toMatchObject({
      touchedSims: 1,
      changes: {
        now: { options: [{ option: 'data', from: null, to: 'off' }, {}, {}], ratePlan: { from: null, to: 'S' } },
      },
    });
    const { body } = await next.change({ kind: 'retry', previewToken: preview.body.previewToken });
    expect([body.kind, body.state]).toEqual(['retry', 'pending']);
    await next.settle();
    expect([await state(next, body.id), (await next.show()).todos]).toEqual(['done', []]);
    const nothing = await next.change({ kind: 'retry' });
    expect([nothing.status, nothing.body.state, await next.openNextCall()]).toEqual([201, 'done', null]);
  });
});

it('the words of a provider are taken whatever their length, an answer for each option of the largest pack', async () => {
  const sim = await scheduled();
  await sim.change({ kind: 'deviate', deviationKind: 'test', reason: 'r', options: { data: 'on' } });
  const call = await sim.openNextCall();
  const words = Array.from({ length: MOST_OPTIONS }, (_, index) => ({
    of: 'option' as const,
    name: index === 0 ? 'data' : `option ${index}`,
    value: 'on',
    outcome: 'refused' as const,
    reason: '“'.repeat(2_000),
  }));
  expect((await sim.record(call?.callId ?? '', words)).status).toBe(200);
  expect((await sim.show()).options[0]?.failed).toMatchObject({ value: 'on' });
});

it('what has failed of a SIM is not wanted again when the SIM is discarded', async () => {
  const sim = await startSim(inventory, { line: { simId: null } });
  const { body } = await sim.change(migrateTo(sim.addProfile()));
  const call = await sim.openNextCall();
  if (call === null) throw new Error('there is no call');
  await sim.record(call.callId, sim.resultsOf(call, 'refused', 'no'));
  await inventory.call({ accountId: sim.accountId }, 'PUT', `/sims/${sim.simId}/state`, { state: 'discarded' });
  const { status, problem } = await sim.call('POST', `/service-changes/${body.id}/retry`);
  expect([status, problem.code]).toEqual([409, 'service_change_state']);
  expect(await state(sim, body.id)).toBe('failed');
});

describe('a SIM that is replaced', () => {
  const replaced = async () => {
    const sim = await scheduled();
    await sim.settle();
    const { body } = await sim.change({
      kind: 'deviate',
      deviationKind: 'other',
      reason: 'needs data',
      options: { data: 'on' },
    });
    const order = inventory.order(sim.accountId);
    await order.reserve(sim.line.lineId);
    await order.createTemporaryEsim();
    return { sim, order, deviationId: body.id };
  };

  it('hands over what is wanted, its deviation, its schedule and its changes, with nothing confirmed', async () => {
    const { sim, order, deviationId } = await replaced();
    const { newSimId } = (await order.commit({ iccid: newIccid() })).body;
    const next = sim.ofSim(newSimId ?? '');
    expect(await next.show()).toMatchObject({
      deviation: { reason: 'needs data' },
      options: [{ option: 'data', confirmed: null, pending: 'on' }, {}, {}],
      ratePlan: { confirmed: null, pending: 'S', scheduled: { ratePlan: 'L', changeId: sim.changeId } },
    });
    expect(await sim.claim()).toEqual({ owed: null, owedAt: null });
    expect([await sim.dueAt(), await sim.openNextCall()]).toEqual([null, null]);
    expect((await sim.call<ServiceChange>('GET', `/service-changes/${deviationId}`)).body).toMatchObject({
      simId: newSimId,
      state: 'pending',
    });
    await next.settle();
    expect(await state(sim, deviationId)).toBe('done');
    expect(await state(sim, sim.changeId)).toBe('scheduled');
    expect([await sim.events(), await next.events()].map((events) => events.at(-1))).toEqual([
      'services_ended',
      'services_confirmed',
    ]);
  });

  it('waits with all of it for an ICCID, and is sent as soon as there is one', async () => {
    const { sim, order } = await replaced();
    const { newSimId } = (await order.commit()).body;
    const next = sim.ofSim(newSimId ?? '');
    expect(await next.show()).toMatchObject({ waitsForIccid: true });
    expect([(await next.claim()).owed, await next.openNextCall()]).toEqual([null, null]);
    expect(await next.dueAt()).toBeNull();
    expect((await order.enterIccid(newIccid())).status).toBe(200);
    expect((await next.dueAt())?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await next.openNextCall()).toMatchObject({ wanted: { options: { data: 'on' } } });
  });

  it('has nothing confirmed under an ICCID that was wrong: all of it is sent again under the right one', async () => {
    const sim = await scheduled();
    await sim.change({ kind: 'deviate', deviationKind: 'test', reason: 'r', options: { roaming: 'off', sms: 'off' } });
    const wrong = await sim.openNextCall();
    if (wrong === null) throw new Error('there is no call');
    const iccid = newIccid();
    const body = { iccid, reason: 'misread', acceptWarnings: ['iccid_checksum'] };
    const corrected = await inventory.call({ accountId: sim.accountId }, 'PUT', `/sims/${sim.simId}/iccid`, body);
    expect(corrected.status).toBe(200);
    const right = await sim.openNextCall();
    expect(right).toMatchObject({ iccid, wanted: { options: { data: 'off', sms: 'off' }, ratePlan: 'S' } });
    await sim.record(wrong.callId, sim.resultsOf(wrong));
    expect((await sim.show()).ratePlan).toMatchObject({ confirmed: null, scheduled: { ratePlan: 'L' } });
  });

  it('and rolled back has lost nothing', async () => {
    const { sim, order } = await replaced();
    const before = await sim.show();
    await order.rollBack();
    expect(await sim.show()).toEqual(before);
    expect((await sim.claim()).owed).toBe('call');
  });
});

it('a SIM that is discarded is owed nothing, and what was pending is superseded', async () => {
  const sim = await startSim(inventory, { line: { simId: null } });
  const { body } = await sim.change(migrateTo(sim.addProfile()));
  const discard = await inventory.call({ accountId: sim.accountId }, 'PUT', `/sims/${sim.simId}/state`, {
    state: 'discarded',
  });
  expect(discard.status).toBe(200);
  expect([await sim.claim(), await sim.dueAt()]).toEqual([{ owed: null, owedAt: null }, null]);
  expect(await state(sim, body.id)).toBe('superseded');
});

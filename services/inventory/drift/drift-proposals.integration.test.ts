import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { startSim } from '../sim-services/sim-services.fixture.ts';
import { startSettled } from './drift.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

/** Settled, and found with data on where off was confirmed. */
const drifting = async (report: object = { options: { data: 'on' } }) => {
  const sim = await startSettled(inventory);
  await sim.reconcile({ [sim.simId]: report });
  const [proposal] = await sim.proposals();
  if (proposal === undefined) throw new Error('there is no proposal');
  return { ...sim, proposal };
};
const deviation = { kind: 'deviate', deviationKind: 'test', reason: 'trial' } as const;

describe('what a provider reports otherwise than it has confirmed', () => {
  it('becomes one proposal, and moves neither what is wanted nor what is confirmed, however often it is seen', async () => {
    const sim = await startSettled(inventory);
    const before = await sim.stored();
    for (let times = 0; times < 3; times += 1) {
      await sim.reconcile({ [sim.simId]: { options: { data: 'on', sms: 'off' }, ratePlan: 'L' } });
    }
    expect(await sim.stored()).toEqual(before);
    expect([await sim.openNextCall(), await sim.dueAt()]).toEqual([null, null]);
    const proposals = await sim.proposals();
    expect(proposals).toMatchObject([
      {
        state: 'open',
        version: 1,
        options: [
          { option: 'data', ours: 'off', theirs: 'on' },
          { option: 'sms', ours: 'on', theirs: 'off' },
        ],
        ratePlan: { ours: 'S', theirs: 'L' },
        decidedBy: null,
      },
    ]);
    expect(await sim.show()).toMatchObject({
      drift: { proposalId: proposals[0]?.id, options: [{ option: 'data' }, { option: 'sms' }] },
      todos: [{ code: 'drift_open', detail: expect.stringContaining('data “on”, confirmed was “off”') }],
      options: [{ option: 'data', confirmed: 'off', pending: null }, {}, {}],
    });
    expect((await sim.events()).filter((event) => event.includes('drift'))).toEqual(['services_drift_found']);
  });

  it('is another version of the open proposal when more or something else differs, each option since it does', async () => {
    const sim = await drifting();
    await sim.reconcile({ [sim.simId]: { options: { data: 'slow', roaming: 'on' } } });
    const [second] = await sim.proposals();
    expect(second).toMatchObject({ id: sim.proposal.id, version: 2, since: sim.proposal.since });
    expect(second?.options).toMatchObject([
      { option: 'data', theirs: 'slow', since: sim.proposal.since },
      { option: 'roaming', theirs: 'on' },
    ]);
    expect(second?.options[1]?.since).not.toBe(sim.proposal.since);
    expect((await sim.events()).at(-1)).toBe('services_drift_changed');
  });

  it('is resolved when both agree again, and a later difference is another proposal', async () => {
    const sim = await drifting();
    await sim.reconcile();
    expect(await sim.proposals()).toMatchObject([{ state: 'resolved', decidedBy: null }]);
    expect(await sim.show()).toMatchObject({ drift: null, todos: [] });
    await sim.reconcile({ [sim.simId]: { options: { data: 'on' } } });
    expect((await sim.proposals()).map(({ state }) => state)).toEqual(['open', 'resolved']);
  });

  it('is resolved by a change that the provider confirms, and lessened by one that it confirms in part', async () => {
    const sim = await drifting({ options: { data: 'on', sms: 'off' } });
    await sim.change({ ...deviation, options: { data: 'slow' } });
    await sim.settle();
    expect(await sim.proposals()).toMatchObject([{ state: 'open', version: 2, options: [{ option: 'sms' }] }]);
    await sim.change({ ...deviation, options: { sms: 'off' } });
    await sim.settle();
    expect(await sim.proposals()).toMatchObject([{ state: 'resolved' }]);
    expect((await sim.events()).filter((event) => event.includes('drift'))).toEqual([
      'services_drift_found',
      'services_drift_changed',
      'services_drift_resolved',
    ]);
  });

  it('does not stop the SIM from following its profile', async () => {
    const sim = await drifting();
    const other = sim.addProfile({ options: { sms: 'off' } });
    await sim.change({ kind: 'migrate', serviceProfileId: other });
    await sim.settle();
    expect(await sim.show()).toMatchObject({
      serviceProfile: { id: other },
      deviation: null,
      drift: { options: [{ option: 'data', ours: 'off', theirs: 'on' }] },
      options: [{ confirmed: 'off' }, {}, { option: 'sms', confirmed: 'off' }],
    });
  });

  it('is none where the profile does not have the option, the provider does not name it, or it says nothing of a plan', async () => {
    const sim = await startSettled(inventory);
    await sim.reconcile({ [sim.simId]: { options: { video: 'on', data: undefined }, ratePlan: null } });
    expect(await sim.proposals()).toEqual([]);
  });

  it('is none of a SIM that other means manage, and an open one ends when they do', async () => {
    const sim = await drifting();
    await sim.change({ ...deviation, deviationKind: 'api_managed', options: { sms: 'off' } });
    expect(await sim.proposals()).toMatchObject([{ state: 'resolved' }]);
    await sim.settle();
    await sim.reconcile({ [sim.simId]: { options: { data: 'slow' } } });
    expect(await sim.proposals()).toHaveLength(1);
  });

  it('is none while something is on the way, nor when the services have moved since the provider was asked', async () => {
    const sim = await startSettled(inventory);
    await sim.change({ ...deviation, options: { data: 'on' } });
    await sim.ask();
    expect((await sim.takePortion())?.sims).toEqual([]);
    await sim.settle();
    const portion = await sim.takePortion();
    expect(portion?.sims).toMatchObject([{ simId: sim.simId }]);
    if (portion === null) throw new Error('there is no portion');
    await sim.change({ ...deviation, options: { data: 'slow' } });
    await sim.settle();
    // What it reported was true before.
    await sim.report(sim.accountId, portion, { [sim.simId]: { options: { data: 'on' } } });
    expect(await sim.proposals()).toEqual([]);
  });

  it('is none of a plan that the provider itself is to put in force, but one of any other plan', async () => {
    const sim = await startSettled(inventory, { how: 'provider_schedules' });
    await sim.change({ kind: 'migrate', serviceProfileId: sim.addProfile({ plan: 'L', how: 'provider_schedules' }) });
    const call = await sim.openNextCall();
    if (call === null) throw new Error('there is no call');
    await sim.record(call.callId, sim.resultsOf(call, 'scheduled'));
    await sim.reconcile({ [sim.simId]: { ratePlan: 'L' } });
    expect(await sim.proposals()).toEqual([]);
    await sim.reconcile({ [sim.simId]: { ratePlan: 'M' } });
    expect(await sim.proposals()).toMatchObject([{ ratePlan: { ours: 'S', theirs: 'M' } }]);
  });

  it('is none of an option that was refused and stays as it was, and one of what was confirmed of it', async () => {
    const sim = await startSettled(inventory);
    await sim.change({ ...deviation, options: { data: 'on' } });
    const call = await sim.openNextCall();
    if (call === null) throw new Error('there is no call');
    await sim.record(call.callId, sim.resultsOf(call, 'refused', 'no'));
    await sim.reconcile();
    expect(await sim.proposals()).toEqual([]);
    await sim.reconcile({ [sim.simId]: { options: { data: 'slow' } } });
    expect(await sim.proposals()).toMatchObject([{ options: [{ option: 'data', ours: 'off', theirs: 'slow' }] }]);
    expect((await sim.show()).todos.map(({ code }) => code)).toEqual(['option_refused', 'drift_open']);
  });

  it('is nothing of the SIM that follows, nor of another ICCID', async () => {
    const sim = await drifting();
    const order = inventory.order(sim.accountId);
    await order.reserve(sim.line.lineId);
    await order.createTemporaryEsim();
    const { newSimId } = (await order.commit({ iccid: newIccid() })).body;
    expect(await sim.proposals()).toMatchObject([{ state: 'resolved' }]);
    expect(await sim.ofSim(newSimId ?? '').show()).toMatchObject({ drift: null, todos: [] });
    const corrected = await drifting();
    await inventory.call({ accountId: corrected.accountId }, 'PUT', `/sims/${corrected.simId}/iccid`, {
      iccid: newIccid(),
      reason: 'misread',
      acceptWarnings: ['iccid_checksum'],
    });
    expect(await corrected.proposals()).toMatchObject([{ state: 'resolved' }]);
  });
});

/** Deviates, and its provider has it as its profile does. */
const deviatingAndReportedAsProfile = async () => {
  const sim = await startSettled(inventory);
  await sim.change({ ...deviation, options: { data: 'on' } });
  await sim.settle();
  await sim.reconcile({ [sim.simId]: { options: { data: 'off' } } });
  const [proposal] = await sim.proposals();
  if (proposal === undefined) throw new Error('there is no proposal');
  return { ...sim, proposal };
};

describe('taking theirs', () => {
  it('is a deviation of kind found with their values, confirmed as they are, and sends nothing', async () => {
    const sim = await drifting();
    const decided = await sim.decide(sim.proposal, 'theirs', 'ordered by phone');
    expect(decided).toMatchObject({ status: 200, body: { state: 'taken', decidedBy: 'manager-1' } });
    expect(await sim.show()).toMatchObject({
      drift: null,
      deviation: { kind: 'found', reason: 'ordered by phone', by: 'manager-1', expiresAt: null },
      options: [{ option: 'data', profile: 'off', own: 'on', confirmed: 'on', pending: null }, {}, {}],
    });
    expect([await sim.openNextCall(), (await sim.events()).at(-1)]).toEqual([null, 'services_drift_taken']);
    expect((await sim.change({ kind: 'reattach' })).status).toBe(201);
    expect(await sim.openNextCall()).toMatchObject({ wanted: { options: { data: 'off' } } });
  });

  it('ends a deviation where theirs are the values of the profile', async () => {
    const sim = await deviatingAndReportedAsProfile();
    await sim.decide(sim.proposal, 'theirs');
    expect(await sim.show()).toMatchObject({ deviation: null, options: [{ own: null, confirmed: 'off' }, {}, {}] });
    expect(await sim.openNextCall()).toBeNull();
  });

  it('ends none where the profile is edited at this moment, so that theirs are its values no longer', async () => {
    const sim = await deviatingAndReportedAsProfile();
    const edit = { kind: 'edit_profile', serviceProfileId: sim.profileId, options: { sms: 'off' } };
    inventory.serviceCatalog.meanwhile = () => sim.call('POST', '/service-changes', edit, ['administrator']);
    expect((await sim.decide(sim.proposal, 'theirs')).status).toBe(200);
    // Without it, the SIM would follow the profile with sms on, and nobody would tell it of the edit.
    expect(await sim.show()).toMatchObject({ deviation: { kind: 'found' }, options: [{}, {}, { own: 'on' }] });
  });

  it('of a plan puts it in force, which shows that the profile has another', async () => {
    const sim = await drifting({ ratePlan: 'XXL' });
    await sim.decide(sim.proposal, 'theirs');
    expect(await sim.show()).toMatchObject({
      deviation: null,
      planDiffers: true,
      ratePlan: { profile: 'S', confirmed: 'XXL', pending: null },
    });
    expect(await sim.openNextCall()).toBeNull();
  });

  it('is refused where the service pack does not allow it, with ours as the fix', async () => {
    const sim = await drifting({ options: { data: 'fast', roaming: 'on' } });
    const refused = await sim.decide(sim.proposal, 'theirs');
    expect(refused).toMatchObject({
      status: 422,
      problem: {
        code: 'profile_invalid',
        fix: expect.stringContaining('ours'),
        errors: [{ pointer: '/options/data' }],
      },
    });
    expect((await sim.proposals())[0]?.state).toBe('open');
    expect((await sim.decide(sim.proposal, 'ours')).status).toBe(200);
  });

  it('waits for the catalog', async () => {
    const sim = await drifting();
    inventory.serviceCatalog.silent = true;
    const answer = await sim.decide(sim.proposal, 'theirs');
    inventory.serviceCatalog.silent = false;
    expect([answer.status, answer.problem.code]).toEqual([503, 'dependency_unavailable']);
    expect((await sim.proposals())[0]?.state).toBe('open');
  });
});

describe('pushing ours', () => {
  it('sends what differs anew, and nothing else', async () => {
    const sim = await drifting({ options: { data: 'on' }, ratePlan: 'L' });
    expect((await sim.decide(sim.proposal, 'ours')).body).toMatchObject({ state: 'pushed', reason: null });
    expect(await sim.dueAt()).not.toBeNull();
    const call = await sim.openNextCall();
    expect(call?.wanted).toEqual({ options: { data: 'off' }, ratePlan: 'S' });
    await sim.settle();
    expect(await sim.show()).toMatchObject({ deviation: null, drift: null, ratePlan: { confirmed: 'S' } });
    await sim.reconcile();
    expect(await sim.proposals()).toMatchObject([{ state: 'pushed' }]);
  });

  it('asks anew for what was refused before', async () => {
    const sim = await startSettled(inventory);
    await sim.change({ ...deviation, options: { data: 'on' } });
    const refused = await sim.openNextCall();
    if (refused === null) throw new Error('there is no call');
    await sim.record(refused.callId, sim.resultsOf(refused, 'refused', 'no'));
    await sim.reconcile({ [sim.simId]: { options: { data: 'slow' } } });
    const [proposal] = await sim.proposals();
    if (proposal === undefined) throw new Error('there is no proposal');
    await sim.decide(proposal, 'ours');
    expect((await sim.openNextCall())?.wanted).toEqual({ options: { data: 'on' } });
  });
});

describe('a decision', () => {
  it('is the first one: the same word again is answered alike, the other is refused', async () => {
    const sim = await drifting();
    const answers = await Promise.all(
      ['theirs', 'ours'].map((take) => sim.decide(sim.proposal, take as 'theirs' | 'ours')),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409']);
    const [won, lost] = answers[0]?.status === 200 ? (['theirs', 'ours'] as const) : (['ours', 'theirs'] as const);
    const first = answers.find(({ status }) => status === 200)?.body;
    const again = await sim.decide(sim.proposal, won, 'once more');
    expect([again.status, again.body]).toEqual([200, first]);
    const other = await sim.decide(sim.proposal, lost);
    expect([other.status, other.problem.code]).toEqual([409, 'drift_state']);
  });

  it('about what has changed since it was looked at is refused, with what changed', async () => {
    const sim = await drifting();
    await sim.reconcile({ [sim.simId]: { options: { data: 'on', sms: 'off' } } });
    const stale = await sim.decide(sim.proposal, 'ours');
    expect(stale).toMatchObject({
      status: 409,
      problem: {
        code: 'drift_changed',
        errors: [{ pointer: '/options/sms' }],
        fix: expect.stringContaining('version 2'),
      },
    });
    await sim.reconcile();
    const gone = await sim.decide({ ...sim.proposal, version: 2 }, 'ours');
    expect([gone.status, gone.problem.code]).toEqual([409, 'drift_state']);
  });

  it('is for managers, names a version, and is about a proposal of the account', async () => {
    const sim = await drifting();
    const path = `/drift-proposals/${sim.proposal.id}/decision`;
    expect((await sim.call('POST', path, { take: 'ours', version: 1 }, ['viewer'])).status).toBe(403);
    expect((await sim.call('POST', path, { take: 'ours' })).status).toBe(400);
    const other = await startSim(inventory);
    expect((await other.call('POST', path, { take: 'ours', version: 1 })).status).toBe(404);
    expect((await other.call('GET', `/drift-proposals/${sim.proposal.id}`)).status).toBe(404);
    expect((await other.call('GET', `/drift-proposals?simId=${sim.simId}`)).body).toMatchObject({ items: [] });
    expect((await sim.call('GET', `/drift-proposals/${sim.proposal.id}`)).body).toEqual(sim.proposal);
  });
});

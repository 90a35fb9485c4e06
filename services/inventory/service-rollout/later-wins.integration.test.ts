import { machineClock } from '@simlane/service-kit/clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordReported, takePortion } from '../drift/reconciliation.service.ts';
import { addLine, newIccid } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { type Fleet, settledOn, startFleet } from './service-rollouts.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
afterEach(() => goBy(machineClock));

const DEVIATES = { kind: 'deviate', deviationKind: 'test', reason: 'A trip', options: { sms: 'off' } };
const ONE_BY_ONE = { canary: { sims: 1 } };

const migration = async (fleet: Fleet, options: Record<string, string>, more: object = ONE_BY_ONE) => {
  const target = fleet.addProfile({ options }).profile.id;
  const simIds = fleet.sims.map((sim) => sim.id);
  const { body } = await fleet.create({
    change: { kind: 'migrate', serviceProfileId: target },
    over: { simIds },
    ...more,
  });
  // Whatever comes next is later, also on a clock of milliseconds.
  fleet.clock.moveOn(5);
  return { id: body.id, target };
};
const stateOf = async (fleet: Fleet, id: string, simId: string) =>
  (await fleet.listSims(id)).find((sim) => sim.simId === simId)?.state;
const ids = (fleet: Fleet): [string, string] => [fleet.sims[0]?.id ?? '', fleet.sims[1]?.id ?? ''];

/** Its provider says that it has the SIM so. */
const reportOtherwise = async (
  fleet: Fleet,
  simId: string,
  reported: { options: Record<string, string>; ratePlan: string | null },
): Promise<void> => {
  const ref = { accountId: fleet.accountId, id: simId };
  await fleet.call('POST', '/service-reconciliations', { body: { simId } });
  const asked = await takePortion(inventory.db, ref);
  if (asked === null) throw new Error('the SIM is compared');
  const { after, upTo } = asked;
  const sims = asked.sims.map((sim) => ({ ...sim, ...reported }));
  await recordReported(inventory.db, ref, { after, upTo, sims, unread: 0 });
};

describe('what a person wants of a SIM', () => {
  it('after the rollout was made stays, whether the SIM has had its turn or not', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const { id } = await migration(fleet, { data: 'on' });
    const [first, second] = ids(fleet);
    await fleet.portion(id);
    await fleet.change(first, DEVIATES);
    await fleet.change(second, DEVIATES);
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    // The first has the profile and a deviation from it: both were wanted, one after the other.
    expect(await fleet.show(first)).toMatchObject({ deviation: { reason: 'A trip' } });
    expect(await stateOf(fleet, id, second)).toBe('superseded');
    expect(await fleet.show(second)).toMatchObject({
      serviceProfile: { id: fleet.profile.profile.id },
      deviation: { reason: 'A trip' },
    });
  });

  it('of one that has failed is not undone by a retry, which counts it for no failure', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const { id } = await migration(fleet, { data: 'on' }, { canary: { sims: 2 }, stopAtFailureShare: 0.5 });
    const [first, second] = ids(fleet);
    expect(await fleet.drive(id, () => 'No')).toMatchObject({ state: 'stopped' });
    await fleet.change(first, { ...DEVIATES, options: { data: 'slow' } });
    await fleet.answer(first, null);
    await fleet.decide(id, 'retry');
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    expect([await stateOf(fleet, id, first), await stateOf(fleet, id, second)]).toEqual(['superseded', 'done']);
    expect(await fleet.show(first)).toMatchObject({ deviation: { reason: 'A trip' } });
    expect((await fleet.listSims(id, 'superseded'))[0]?.serviceChangeId).not.toBeNull();
  });

  it('before the rollout was made is overtaken by it', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const [first] = ids(fleet);
    const { body: earlier } = await fleet.change(first, {
      kind: 'deviate',
      deviationKind: 'test',
      reason: 'r',
      options: { data: 'slow' },
    });
    fleet.clock.moveOn(5);
    const { id, target } = await migration(fleet, { data: 'on' });
    await fleet.drive(id);
    expect(await fleet.show(first)).toMatchObject({ serviceProfile: { id: target }, deviation: null });
    expect(await fleet.getChange(earlier.id)).toMatchObject({ state: 'superseded' });
  });

  it('at the very moment of its turn is one after the other, and neither is lost', async () => {
    const fleet = await startFleet(inventory, { sims: 24 });
    const rolloutId = (await fleet.edit({ data: 'on' }, { canary: { sims: 24 } })).body.rolloutId ?? '';
    fleet.clock.moveOn(5);
    const [portions, changes] = await Promise.all([
      Promise.all(Array.from({ length: 6 }, () => fleet.portion(rolloutId))),
      Promise.all(fleet.sims.map((sim) => fleet.change(sim.id, DEVIATES))),
    ]);
    expect(portions.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'running'));
    expect(new Set(changes.map(({ status }) => status))).toEqual(new Set([201]));
    await fleet.drive(rolloutId);
    const ends: (string | undefined)[] = [];
    for (const { id } of fleet.sims) {
      await fleet.answer(id, null);
      // The person was later than the rollout: his deviation is there, whoever was first.
      const { deviation, options } = await fleet.show(id);
      expect(deviation).toMatchObject({ reason: 'A trip' });
      expect(options.find(({ option }) => option === 'sms')).toMatchObject({ own: 'off', confirmed: 'off' });
      ends.push(await stateOf(fleet, rolloutId, id));
    }
    expect(ends.every((state) => state === 'done' || state === 'superseded')).toBe(true);
  });

  it('by deciding that what the provider has counts stays as well', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const [first] = ids(fleet);
    await reportOtherwise(fleet, first, { options: { sms: 'off' }, ratePlan: null });
    const { id } = await migration(fleet, { data: 'on' });
    const { proposalId, version } = (await fleet.show(first)).drift ?? {};
    await fleet.call('POST', `/drift-proposals/${proposalId}/decision`, { body: { take: 'theirs', version } });
    await fleet.drive(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 1, superseded: 1 });
    expect(await fleet.show(first)).toMatchObject({ deviation: { kind: 'found' } });
  });

  it('and leaves the SIM following its profile as it did, lets an edit of that reach it', async () => {
    const fleet = await startFleet(inventory, { sims: 4 });
    const [retried = '', reattached = '', listed = '', found = ''] = fleet.sims.map((sim) => sim.id);
    await reportOtherwise(fleet, found, { options: {}, ratePlan: 'M' });
    const { body } = await fleet.edit({ data: 'on' });
    fleet.clock.moveOn(5);
    expect((await fleet.change(retried, { kind: 'retry' })).status).toBe(201);
    expect((await fleet.change(reattached, { kind: 'reattach' })).status).toBe(201);
    const later = await fleet.create({ change: { kind: 'reattach' }, over: { simIds: [listed] } });
    const { proposalId, version } = (await fleet.show(found)).drift ?? {};
    await fleet.call('POST', `/drift-proposals/${proposalId}/decision`, { body: { take: 'theirs', version } });
    await fleet.drive(body.rolloutId ?? '');
    await fleet.drive(later.body.id);
    for (const { id } of fleet.sims) expect((await fleet.show(id)).serviceProfile).toMatchObject({ version: 2 });
  });

  it('and names the profile that the rollout takes from under it, is refused and told so', async () => {
    const fleet = await startFleet(inventory, { sims: 12 });
    const { id, target } = await migration(fleet, { data: 'on' }, { canary: { sims: 12 } });
    const [, ...changes] = await Promise.all([
      fleet.portion(id),
      ...fleet.sims.map(async (sim) => ({ sim, answer: await fleet.change(sim.id, DEVIATES) })),
    ]);
    for (const { sim, answer } of changes) {
      expect([answer.status, answer.problem.code]).toBeOneOf([
        [201, undefined],
        [409, 'preview_stale'],
      ]);
      const { deviation, serviceProfile } = await fleet.show(sim.id);
      expect(deviation === null).toBe(answer.status === 409);
      if (deviation === null) expect(serviceProfile?.id).toBe(target);
    }
  });
});

describe('of two rollouts over a SIM', () => {
  it('the later one wins where it moves first, and the earlier one says superseded', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const [first, second] = ids(fleet);
    const earlier = await migration(fleet, { data: 'on' });
    const later = await migration(fleet, { data: 'slow' });
    await fleet.drive(later.id);
    await fleet.drive(earlier.id);
    for (const simId of [first, second]) {
      expect(await fleet.show(simId)).toMatchObject({ serviceProfile: { id: later.target } });
      expect([await stateOf(fleet, earlier.id, simId), await stateOf(fleet, later.id, simId)]).toEqual([
        'superseded',
        'done',
      ]);
    }
  });

  it('the later one wins where the earlier one moves first', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const [first, second] = ids(fleet);
    const earlier = await migration(fleet, { data: 'on' });
    await fleet.portion(earlier.id);
    const later = await migration(fleet, { data: 'slow' }, { canary: { sims: 2 } });
    // The first is pending for the earlier one, the second has yet to have its turn in it.
    await fleet.drive(later.id);
    await fleet.drive(earlier.id);
    expect([await stateOf(fleet, earlier.id, first), await stateOf(fleet, earlier.id, second)]).toEqual([
      'superseded',
      'superseded',
    ]);
    for (const simId of [first, second]) {
      expect(await fleet.show(simId)).toMatchObject({ serviceProfile: { id: later.target } });
    }
  });

  it('the later one wins however their portions are mixed', async () => {
    const fleet = await startFleet(inventory, { sims: 20 });
    const earlier = await migration(fleet, { data: 'on' }, { canary: { sims: 20 } });
    const later = await migration(fleet, { data: 'slow' }, { canary: { sims: 20 } });
    await Promise.all(Array.from({ length: 6 }, (_, turn) => fleet.portion(turn % 2 === 0 ? earlier.id : later.id)));
    await fleet.drive(later.id);
    await fleet.drive(earlier.id);
    for (const { id: simId } of fleet.sims) {
      expect((await fleet.show(simId)).serviceProfile).toMatchObject({ id: later.target });
    }
    expect((await fleet.rollout(later.id)).counts).toMatchObject({ done: 20 });
    expect((await fleet.rollout(earlier.id)).counts).toMatchObject({ superseded: 20 });
  });

  it('the newer version wins where the rollout of the version before is made after it', async () => {
    const fleet = await startFleet(inventory, { sims: 4 });
    const catalog = inventory.serviceCatalog;
    const makeVersion = catalog.makeVersion.bind(catalog);
    const made = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    catalog.makeVersion = async (...version) => {
      catalog.makeVersion = makeVersion;
      await makeVersion(...version);
      made.resolve();
      await goOn.promise;
    };
    const before = fleet.edit({ data: 'slow' });
    await made.promise;
    const newer = (await fleet.edit({ data: 'on' })).body.rolloutId ?? '';
    fleet.clock.moveOn(5);
    goOn.resolve();
    const older = (await before).body.rolloutId ?? '';
    await fleet.portion(older);
    await fleet.drive(newer);
    await fleet.drive(older);
    for (const { id } of fleet.sims) expect((await fleet.show(id)).serviceProfile).toMatchObject({ version: 3 });
    expect((await fleet.rollout(newer)).counts).toMatchObject({ done: 4 });
  });

  it('a later one that was cancelled before it reached the SIM is no hindrance', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const earlier = await migration(fleet, { data: 'on' });
    const later = await migration(fleet, { data: 'slow' });
    await fleet.decide(later.id, 'cancellation');
    await fleet.drive(earlier.id);
    expect((await fleet.rollout(earlier.id)).counts).toMatchObject({ done: 2 });
    expect((await fleet.rollout(later.id)).counts).toMatchObject({ behind: 2 });
  });
});

describe('a SIM that is replaced while it waits', () => {
  const onLine = async (fleet: Fleet) => {
    const line = await addLine(inventory.db, fleet.accountId, { providerId: fleet.providerId });
    await fleet.put([{ id: line.simId }], settledOn(fleet.profile));
    const target = fleet.addProfile({ options: { data: 'on' } }).profile.id;
    const { body } = await fleet.create({
      change: { kind: 'migrate', serviceProfileId: target },
      over: { simIds: [...fleet.sims.map((sim) => sim.id), line.simId] },
      ...ONE_BY_ONE,
    });
    fleet.clock.moveOn(5);
    return { line, id: body.id, target };
  };
  const replace = async (fleet: Fleet, lineId: string): Promise<string> => {
    const order = inventory.order(fleet.accountId);
    await order.reserve(lineId);
    await order.createTemporaryEsim();
    return (await order.commit({ iccid: newIccid() })).body.newSimId ?? '';
  };

  it('has its turn as the SIM that follows', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { line, id, target } = await onLine(fleet);
    const newSimId = await replace(fleet, line.lineId);
    await fleet.drive(id);
    expect(await stateOf(fleet, id, newSimId)).toBe('done');
    expect(await fleet.show(newSimId)).toMatchObject({ serviceProfile: { id: target } });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 2 });
  });

  it('is superseded as the SIM that follows where somebody has wanted something of it before', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { line, id } = await onLine(fleet);
    await fleet.change(line.simId, DEVIATES);
    await fleet.answer(line.simId, null);
    const newSimId = await replace(fleet, line.lineId);
    await fleet.drive(id);
    expect(await stateOf(fleet, id, newSimId)).toBe('superseded');
    expect(await fleet.show(newSimId)).toMatchObject({ deviation: { reason: 'A trip' } });
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 1, superseded: 1 });
  });

  it('or after it has failed is wanted again as the SIM that follows, and its answer ends the rollout', async () => {
    const fleet = await startFleet(inventory, { sims: 1 });
    const { line, id, target } = await onLine(fleet);
    await fleet.drive(id, (simId) => (simId === line.simId ? 'No' : null));
    const newSimId = await replace(fleet, line.lineId);
    expect(await stateOf(fleet, id, newSimId)).toBe('failed');
    await fleet.decide(id, 'retry');
    expect(await fleet.drive(id)).toMatchObject({ state: 'done' });
    expect(await stateOf(fleet, id, newSimId)).toBe('done');
    expect(await fleet.show(newSimId)).toMatchObject({ serviceProfile: { id: target } });
  });

  it('and discarded without another has nothing left to be wanted', async () => {
    const fleet = await startFleet(inventory, { sims: 2 });
    const { id } = await migration(fleet, { data: 'on' });
    const last = fleet.sims[1]?.id ?? '';
    await inventory.call({ accountId: fleet.accountId }, 'PUT', `/sims/${last}/state`, { state: 'discarded' });
    await fleet.drive(id);
    expect((await fleet.rollout(id)).counts).toMatchObject({ done: 1, superseded: 1 });
  });
});

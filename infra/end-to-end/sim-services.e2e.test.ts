import { randomUUID } from 'node:crypto';
import { serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { type ServiceChange, type SimServicesView, simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { type OwnProvider, startProvider } from './own-provider.fixture.ts';
import { makeProfiles } from './service-profiles.fixture.ts';
import { signalProcess } from './stack-process.fixture.ts';

let manager: Manager;
let provider: OwnProvider;
let profiles: { readonly basic: string; readonly roaming: string };

beforeAll(async () => {
  manager = await startManager('administrator');
  provider = await startProvider('Services Mobile', 6);
  profiles = await makeProfiles(manager, provider.id);
});
afterEach(() => manager.sandbox.putServiceRules([]));

const freshSim = async (): Promise<{ id: string; iccid: string }> => {
  const { sim } = await manager.line(provider.freshLine());
  const { id, iccid } = await manager.sim(sim?.id ?? '');
  return { id, iccid: iccid ?? '' };
};

const change = (
  body: { simId: string } & (
    | { kind: 'migrate'; serviceProfileId: string }
    | { kind: 'migrate'; newProfile: { copyOf: string; name: string; ratePlanId: string } }
    | { kind: 'deviate'; options: Record<string, string>; reason: string; deviationKind: 'test' }
    | { kind: 'reattach' }
  ),
): Promise<ServiceChange> => manager.api.call(simServiceRoutes.createServiceChange, { body }, randomUUID());

const services = (id: string): Promise<SimServicesView> =>
  manager.api.call(simServiceRoutes.getSimServices, { params: { id } });
const optionOf = async (simId: string, option: string) =>
  (await services(simId)).options.find((one) => one.option === option);
const reaches = (id: string, state: ServiceChange['state']): Promise<void> =>
  manager.until(
    async () => (await manager.api.call(simServiceRoutes.getServiceChange, { params: { id } })).state === state,
  );
const sentFor = async (iccid: string) =>
  (await manager.sandbox.serviceChanges()).filter((sent) => sent.iccid === iccid);

it('a SIM is migrated: one call to the provider, and what it has confirmed is in force', async () => {
  const sim = await freshSim();
  const { id } = await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.basic });
  await reaches(id, 'done');
  expect(await services(sim.id)).toMatchObject({
    serviceProfile: { id: profiles.basic },
    ratePlan: { confirmed: 'PLAN-S', pending: null, scheduled: null },
    planDiffers: false,
  });
  expect(await optionOf(sim.id, 'sms')).toMatchObject({ profile: 'on', confirmed: 'on', pending: null });
  expect(await sentFor(sim.iccid)).toMatchObject([{ accepted: 1, state: 'answered' }]);
});

it('another rate plan waits for the next billing month, and can be cancelled; the options are there at once', async () => {
  const sim = await freshSim();
  await reaches((await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.basic })).id, 'done');
  const { id } = await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.roaming });
  await manager.until(async () => (await optionOf(sim.id, 'roaming'))?.confirmed === 'on');
  const { ratePlan } = await services(sim.id);
  expect(ratePlan).toMatchObject({ confirmed: 'PLAN-S', scheduled: { ratePlan: 'PLAN-L', zone: 'Europe/London' } });
  expect(ratePlan.scheduled?.effectiveOn).toMatch(/-01$/);
  const cancelled = await manager.api.call(simServiceRoutes.cancelServiceChange, { params: { id } });
  expect(cancelled.state).toBe('cancelled');
  expect(await services(sim.id)).toMatchObject({
    ratePlan: { confirmed: 'PLAN-S', scheduled: null },
    planDiffers: true,
  });
});

it('a deviation that the provider confirms later by a signal is pending until then, and ends by one call', async () => {
  const sim = await freshSim();
  await reaches((await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.basic })).id, 'done');
  await manager.sandbox.putServiceRules([{ iccid: sim.iccid, change: 'accept', times: 2 }]);
  const deviated = await change({
    kind: 'deviate',
    simId: sim.id,
    options: { roaming: 'on' },
    reason: 'A trip',
    deviationKind: 'test',
  });
  await manager.until(async () => (await sentFor(sim.iccid)).length === 2);
  expect(await optionOf(sim.id, 'roaming')).toMatchObject({
    profile: 'off',
    own: 'on',
    confirmed: 'off',
    pending: 'on',
  });
  // The one that carries out this change dies while the provider thinks.
  signalProcess('worker', 'SIGKILL');
  const sent = (await sentFor(sim.iccid)).find(({ state }) => state === 'accepted');
  await manager.sandbox.answerServiceChange(sent?.changeId ?? '', {});
  await reaches(deviated.id, 'done');
  expect(await optionOf(sim.id, 'roaming')).toMatchObject({ own: 'on', confirmed: 'on', pending: null });
  await manager.sandbox.putServiceRules([]);
  await reaches((await change({ kind: 'reattach', simId: sim.id })).id, 'done');
  expect(await services(sim.id)).toMatchObject({ deviation: null });
  expect((await sentFor(sim.iccid)).map(({ accepted }) => accepted)).toEqual([1, 1, 1]);
});

it('another plan for a profile is another profile: one call makes it and migrates to it', async () => {
  const sim = await freshSim();
  await reaches((await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.basic })).id, 'done');
  const { ratePlanId } = await manager.api.call(serviceProfileRoutes.getServiceProfile, {
    params: { id: profiles.roaming },
  });
  const newProfile = { copyOf: profiles.basic, name: 'Basic, large', ratePlanId };
  await change({ kind: 'migrate', simId: sim.id, newProfile });
  expect((await services(sim.id)).ratePlan).toMatchObject({ confirmed: 'PLAN-S', scheduled: { ratePlan: 'PLAN-L' } });
  const targets = await manager.api.call(simServiceRoutes.listServiceProfileTargets, {
    params: { id: sim.id },
    query: {},
  });
  expect(targets.items.map(({ name, current, ratePlan }) => [name, current, ratePlan])).toEqual([
    ['Basic', false, 'PLAN-S'],
    ['Basic, large', true, 'PLAN-L'],
    ['Roaming', false, 'PLAN-L'],
  ]);
});

it('an option that the provider refuses stays as it was last confirmed, with its words; a retry sends it again', async () => {
  const sim = await freshSim();
  await reaches((await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.basic })).id, 'done');
  await manager.sandbox.putServiceRules([
    { iccid: sim.iccid, change: 'answer', refusedOptions: { roaming: 'Not in this contract' } },
  ]);
  const { id } = await change({ kind: 'migrate', simId: sim.id, serviceProfileId: profiles.roaming });
  await manager.until(async () => (await optionOf(sim.id, 'roaming'))?.failed != null);
  expect(await optionOf(sim.id, 'roaming')).toMatchObject({
    confirmed: 'off',
    failed: { value: 'on', reason: 'Not in this contract' },
  });
  await manager.sandbox.putServiceRules([]);
  await manager.api.call(simServiceRoutes.retryServiceChange, { params: { id } });
  await manager.until(async () => (await optionOf(sim.id, 'roaming'))?.confirmed === 'on');
  expect(await services(sim.id)).toMatchObject({ deviation: null });
});

import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { ratePlanRoutes, servicePackRoutes, serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { type ServiceRollout, serviceRolloutRoutes } from '@simlane/contracts/http/service-rollouts';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { ApiProblem } from '../demo/public-api.ts';
import { signInAs } from '../local/sign-in.ts';
import { simsDueNow } from './due-again.fixture.ts';
import { type Manager, serviceUrls, startManager } from './fleet-manager.fixture.ts';
import { type OwnProvider, startProvider } from './own-provider.fixture.ts';
import { signalProcess } from './stack-process.fixture.ts';

const SIMS = 40;
const NO = 'Not in this contract';

let manager: Manager;
let provider: OwnProvider;
let sims: readonly { readonly id: string; readonly iccid: string }[];
let profiles: { readonly basic: string; readonly large: string };

beforeAll(async () => {
  manager = await startManager('administrator');
  provider = await startProvider('Rollout Mobile', SIMS);
  profiles = await makeProfiles(provider.id);
  sims = await Promise.all(
    Array.from({ length: SIMS }, async () => {
      const line = await manager.line(provider.freshLine());
      const { id, iccid } = await manager.sim(line.sim?.id ?? '');
      return { id, iccid: iccid ?? '' };
    }),
  );
});
afterEach(() => manager.sandbox.putServiceRules([]));

/** Two profiles of one pack, with different plans. */
const makeProfiles = async (providerId: string) => {
  const { api } = manager;
  const make = { name: `Test ${providerId}`, providerId };
  const onOff = { values: ['on', 'off'], default: 'off' };
  const options = [
    { code: 'sms', name: 'SMS', ...onOff, default: 'on' },
    { code: 'roaming', name: 'Roaming', ...onOff },
  ];
  const pack = { ...make, options, rules: [] };
  const { id: servicePackId } = await api.call(servicePackRoutes.createServicePack, { body: pack });
  const profile = async (name: string, code: string) => {
    const { id: ratePlanId } = await api.call(ratePlanRoutes.createRatePlan, { body: { ...make, name: code, code } });
    const body = { name, servicePackId, ratePlanId, options: {} };
    return (await api.call(serviceProfileRoutes.createServiceProfile, { body })).id;
  };
  return { basic: await profile('Basic', 'PLAN-S'), large: await profile('Large', 'PLAN-L') };
};

const rollout = (id: string): Promise<ServiceRollout> =>
  manager.api.call(serviceRolloutRoutes.getServiceRollout, { params: { id } });
const reaches = (id: string, state: ServiceRollout['state']): Promise<void> =>
  manager.until(async () => (await rollout(id)).state === state);
const edit = async (options: Record<string, string>): Promise<{ id: string; rolloutId: string }> => {
  const body = { kind: 'edit_profile', serviceProfileId: profiles.basic, options } as const;
  const { id, rolloutId } = await manager.api.call(simServiceRoutes.createServiceChange, { body });
  return { id, rolloutId: rolloutId ?? '' };
};
/** The call that the catalog names to whoever tries to edit the options of a profile there. */
const namedCall = async (
  options: Record<string, string>,
): Promise<{ kind: 'edit_profile'; serviceProfileId: string }> => {
  const response = await fetch(`${serviceUrls().catalog}/catalog/v1/service-profiles/${profiles.basic}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${await signInAs(inject('stack'), 'administrator')}`,
      'content-type': 'application/json',
      'if-match': '1',
    },
    body: JSON.stringify({ options }),
  });
  const { code, fix } = (await response.json()) as { code: string; fix: string };
  expect(code).toBe('service_change_needed');
  return JSON.parse(fix.slice(fix.indexOf('{'), fix.lastIndexOf('}') + 1));
};
const optionOf = async (simId: string, option: string) =>
  (await manager.api.call(simServiceRoutes.getSimServices, { params: { id: simId } })).options.find(
    (one) => one.option === option,
  );
/** How often the provider has made a change of each SIM. */
const changesMade = async (): Promise<number[]> => {
  const sent = await manager.sandbox.serviceChanges();
  return sims.map(({ iccid }) => {
    const ofSim = sent.filter((one) => one.iccid === iccid);
    return ofSim.reduce((sum, { accepted }) => sum + accepted, 0);
  });
};
const problemOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ApiProblem ? error.problem : undefined;
};

it('a file of ICCIDs with bad rows starts nothing until the good ones are accepted, and then migrates each SIM once', async () => {
  const csv = [
    'iccid;note',
    ...sims.map(({ iccid }) => `${iccid};"a;b"`),
    '8944000000000000000;?',
    `${sims[0]?.iccid};twice`,
  ].join('\r\n');
  const body = {
    change: { kind: 'migrate', serviceProfileId: profiles.basic },
    over: { csv },
    canary: { sims: 5 },
  } as const;
  const refused = await problemOf(manager.api.call(serviceRolloutRoutes.createServiceRollout, { body }));
  expect(refused).toMatchObject({ code: 'warnings_not_accepted', warnings: [{ code: 'rows_unusable' }] });
  expect(refused?.errors?.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('Row 42: No SIM has the ICCID'),
    'Row 43: The same ICCID as in row 2',
  ]);
  const { id } = await manager.api.call(serviceRolloutRoutes.createServiceRollout, {
    body: { ...body, acceptWarnings: ['rows_unusable'] },
  });
  await reaches(id, 'done');
  expect((await rollout(id)).counts).toMatchObject({ done: SIMS, failed: 0 });
  expect(await changesMade()).toEqual(sims.map(() => 1));
});

it('an edit is the call that the catalog names, and its preview says whom it touches', async () => {
  const body = { ...(await namedCall({ roaming: 'on' })), options: { roaming: 'on' } };
  expect(body).toEqual({ kind: 'edit_profile', serviceProfileId: profiles.basic, options: { roaming: 'on' } });
  const preview = await manager.api.call(simServiceRoutes.previewServiceChange, { body });
  expect(preview).toMatchObject({
    touchedSims: SIMS,
    changes: { now: { serviceProfile: { version: 2 } } },
    rollout: { canarySims: 10, options: [{ option: 'roaming', to: 'on', sims: SIMS }], warnings: [] },
  });
});

it('an edit whose canary is refused stops with the words of the provider; its retry reaches everybody', async () => {
  await manager.sandbox.putServiceRules([
    { providerId: provider.id, change: 'answer', refusedOptions: { roaming: NO } },
  ]);
  const { id, rolloutId } = await edit({ roaming: 'on' });
  await reaches(rolloutId, 'stopped');
  const stopped = await rollout(rolloutId);
  expect(stopped.counts).toMatchObject({ failed: 10, behind: SIMS - 10 });
  const failed = await manager.api.call(serviceRolloutRoutes.listServiceRolloutSims, {
    params: { id: rolloutId },
    query: { state: 'failed' },
  });
  expect(failed.items.map(({ failures }) => failures[0]?.reason)).toEqual(Array.from({ length: 10 }, () => NO));
  const change = () => manager.api.call(simServiceRoutes.getServiceChange, { params: { id } });
  expect((await change()).state).toBe('failed');
  await manager.sandbox.putServiceRules([]);
  await manager.api.call(serviceRolloutRoutes.retryServiceRollout, { params: { id: rolloutId } });
  await reaches(rolloutId, 'done');
  expect((await rollout(rolloutId)).counts).toMatchObject({ done: SIMS });
  expect((await change()).state).toBe('done');
  const values = await Promise.all(sims.map(async ({ id: simId }) => (await optionOf(simId, 'roaming'))?.confirmed));
  expect(new Set(values)).toEqual(new Set(['on']));
});

it('a rollout whose worker and inventory are killed again and again changes each SIM exactly once', async () => {
  const before = await changesMade();
  const { rolloutId } = await edit({ sms: 'off' });
  for (const process of ['worker', 'inventory', 'worker', 'inventory']) {
    const { counts } = await rollout(rolloutId);
    signalProcess(process, 'SIGKILL');
    await manager.until(async () => {
      const now = await rollout(rolloutId).catch(() => undefined);
      return now !== undefined && (now.state === 'done' || now.counts.done > counts.done);
    });
  }
  await reaches(rolloutId, 'done');
  expect((await rollout(rolloutId)).counts).toMatchObject({ done: SIMS, failed: 0 });
  expect((await changesMade()).map((made, index) => made - (before[index] ?? 0))).toEqual(sims.map(() => 1));
  const timeline = await manager.api.call(inventoryRoutes.getSimTimeline, {
    params: { id: sims[0]?.id ?? '' },
    query: { limit: 200 },
  });
  const wanted = timeline.items.filter(({ event, causeId }) => event === 'services_wanted' && causeId === rolloutId);
  expect(wanted).toHaveLength(1);
});

it('a rollout whose SIMs are woken one by one while it sends their calls together changes each SIM exactly once', async () => {
  const before = await changesMade();
  const { rolloutId } = await edit({ roaming: 'off' });
  await manager.until(async () => {
    await simsDueNow();
    return (await rollout(rolloutId)).state === 'done';
  });
  expect((await rollout(rolloutId)).counts).toMatchObject({ done: SIMS, failed: 0 });
  expect((await changesMade()).map((made, index) => made - (before[index] ?? 0))).toEqual(sims.map(() => 1));
});

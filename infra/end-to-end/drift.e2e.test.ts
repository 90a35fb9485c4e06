import { randomUUID } from 'node:crypto';
import { type DriftProposal, driftProposalRoutes } from '@simlane/contracts/http/drift-proposals';
import { type SimServicesView, simServiceRoutes } from '@simlane/contracts/http/sim-services';
import type { DriftTake } from '@simlane/contracts/drift';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { type OwnProvider, startProvider } from './own-provider.fixture.ts';
import { makeProfiles } from './service-profiles.fixture.ts';
import { signalProcess } from './stack-process.fixture.ts';

/** More than one portion. */
const MANY_SIMS = 24;

let manager: Manager;
let provider: OwnProvider;
let profileId: string;

beforeAll(async () => {
  manager = await startManager('administrator');
  provider = await startProvider('Drifting Mobile', MANY_SIMS + 4);
  profileId = (await makeProfiles(manager, provider.id)).basic;
});
afterEach(() => manager.sandbox.putServiceRules([]));

interface Sim {
  readonly id: string;
  readonly iccid: string;
}

const services = (id: string): Promise<SimServicesView> =>
  manager.api.call(simServiceRoutes.getSimServices, { params: { id } });
const change = (
  body: { simId: string } & (
    | { kind: 'migrate'; serviceProfileId: string }
    | { kind: 'deviate'; options: Record<string, string>; reason: string; deviationKind: 'api_managed' }
  ),
) => manager.api.call(simServiceRoutes.createServiceChange, { body }, randomUUID());
const settled = (id: string): Promise<void> =>
  manager.until(async () => {
    const { options, ratePlan } = await services(id);
    return ratePlan.confirmed !== null && options.every(({ pending }) => pending === null);
  });

/** On the profile, and all of it confirmed. */
const freshSim = async (): Promise<Sim> => {
  const { sim } = await manager.line(provider.freshLine());
  const { id, iccid } = await manager.sim(sim?.id ?? '');
  await change({ kind: 'migrate', simId: id, serviceProfileId: profileId });
  return { id, iccid: iccid ?? '' };
};

const has = ({ iccid }: Sim, inForce: { options?: Record<string, string>; ratePlan?: string }): Promise<void> =>
  manager.sandbox.setServices(provider.id, iccid, inForce);

/** Asks for a reconciliation, of one SIM or of all, and waits until it has ended. */
const reconciled = async (simId?: string): Promise<void> => {
  const body = simId === undefined ? {} : { simId };
  const { id } = await manager.api.call(driftProposalRoutes.askForReconciliation, { body });
  await manager.until(async () => {
    const { askedAt, endedAt } = await manager.api.call(driftProposalRoutes.getReconciliation, { params: { id } });
    return askedAt === null && endedAt !== null;
  });
};
const proposals = async (simId: string): Promise<DriftProposal[]> =>
  (await manager.api.call(driftProposalRoutes.listDriftProposals, { query: { simId } })).items;
const decide = ({ id, version }: DriftProposal, take: DriftTake): Promise<DriftProposal> =>
  manager.api.call(driftProposalRoutes.decideDrift, { params: { id }, body: { take, version } });
const onlyProposal = async (simId: string): Promise<DriftProposal> => {
  const [proposal, ...others] = await proposals(simId);
  if (proposal === undefined) throw new Error('there is no proposal');
  expect(others).toEqual([]);
  return proposal;
};

it('what somebody has changed at the provider is proposed, and taken as a deviation, which is brought back by one call', async () => {
  const sim = await freshSim();
  await settled(sim.id);
  await has(sim, { options: { roaming: 'on' }, ratePlan: 'PLAN-L' });
  await reconciled(sim.id);
  expect(await services(sim.id)).toMatchObject({
    deviation: null,
    drift: {
      options: [{ option: 'roaming', ours: 'off', theirs: 'on' }],
      ratePlan: { ours: 'PLAN-S', theirs: 'PLAN-L' },
    },
    todos: [{ code: 'drift_open' }],
  });
  await decide(await onlyProposal(sim.id), 'theirs');
  expect(await services(sim.id)).toMatchObject({
    drift: null,
    deviation: { kind: 'found' },
    ratePlan: { confirmed: 'PLAN-L' },
    planDiffers: true,
  });
  const body = { kind: 'reattach', simId: sim.id } as const;
  await manager.api.call(simServiceRoutes.createServiceChange, { body }, randomUUID());
  await settled(sim.id);
  expect((await services(sim.id)).options).toMatchObject([{ option: 'roaming', confirmed: 'off' }, {}]);
});

it('ours is sent to the provider anew, and both agree afterwards', async () => {
  const sim = await freshSim();
  await settled(sim.id);
  await has(sim, { options: { roaming: 'on' } });
  await reconciled(sim.id);
  await decide(await onlyProposal(sim.id), 'ours');
  await settled(sim.id);
  await reconciled(sim.id);
  expect(await onlyProposal(sim.id)).toMatchObject({ state: 'pushed' });
  expect(await services(sim.id)).toMatchObject({ deviation: null, drift: null, todos: [] });
});

it('what is as it was again is resolved by itself, and a SIM that other means manage is left alone', async () => {
  const [sim, managed] = [await freshSim(), await freshSim()];
  await Promise.all([settled(sim.id), settled(managed.id)]);
  await change({
    kind: 'deviate',
    simId: managed.id,
    options: { sms: 'off' },
    reason: 'The vendor’s own system sets it',
    deviationKind: 'api_managed',
  });
  await settled(managed.id);
  for (const one of [sim, managed]) await has(one, { options: { roaming: 'on' } });
  await reconciled();
  expect(await onlyProposal(sim.id)).toMatchObject({ state: 'open' });
  expect(await proposals(managed.id)).toEqual([]);
  await has(sim, { options: { roaming: 'off' } });
  await reconciled();
  expect(await onlyProposal(sim.id)).toMatchObject({ state: 'resolved' });
});

it('all of a provider that takes few calls a second is compared, though the worker is killed in the middle', async () => {
  const sims = await Promise.all(Array.from({ length: MANY_SIMS }, freshSim));
  for (const { id } of sims) await settled(id);
  const versions = await Promise.all(sims.map(async ({ id }) => (await services(id)).version));
  for (const sim of sims) await has(sim, { options: { sms: 'off' } });
  await manager.sandbox.putServiceRules([{ providerId: provider.id, callsPerSecond: 5, retryAfterSeconds: 1 }]);
  const { id } = await manager.api.call(driftProposalRoutes.askForReconciliation, { body: {} });
  await manager.until(async () => (await drifting(sims)) > 0);
  signalProcess('worker', 'SIGKILL');
  await manager.until(async () => (await drifting(sims)) === MANY_SIMS);
  await manager.until(
    async () => (await manager.api.call(driftProposalRoutes.getReconciliation, { params: { id } })).askedAt === null,
  );
  for (const sim of sims) expect(await onlyProposal(sim.id)).toMatchObject({ state: 'open', version: 1 });
  expect(await Promise.all(sims.map(async (sim) => (await services(sim.id)).version))).toEqual(versions);
});

const drifting = async (sims: readonly Sim[]): Promise<number> => {
  const query = { state: 'open', limit: 200 } as const;
  const { items } = await manager.api.call(driftProposalRoutes.listDriftProposals, { query });
  return items.filter(({ simId }) => sims.some(({ id }) => id === simId)).length;
};

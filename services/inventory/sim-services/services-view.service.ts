import type { ServiceProfileTarget, SimServicesView } from '@simlane/contracts/http/sim-services';
import type { Sim } from '@simlane/contracts/http/fleet';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Database } from '../database.ts';
import { findOpenProposals, type StoredProposal } from '../drift/drift-proposal.repository.ts';
import { shownDrift } from '../drift/shown-drift.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { timeNow } from './clock.ts';
import { findBehind } from '../service-rollout/rollout-sims.repository.ts';
import type { ServiceCatalog } from './service-catalog.ts';
import { todosOf } from './service-todos.ts';
import { shownDeviation, shownPlan } from './service-wish.ts';
import { waitsForIccid } from './services-owed.ts';
import { planDiffers, type SimServices } from './sim-services.ts';
import { type KeptServices, readServices } from './sim-services.repository.ts';

interface SimWithServices {
  readonly sim: Sim;
  readonly kept: KeptServices;
  readonly proposal: StoredProposal | undefined;
  readonly behind: string | null;
}

const readSimWithServices = (db: Database, caller: Caller, simId: string): Promise<SimWithServices> =>
  readInAccount(db, caller.accountId, async (tx) => {
    const { accountId } = caller;
    const sim = await findSim(tx, visibilityOf(caller), simId);
    if (sim === undefined) throw notFound('There is no such SIM');
    return {
      sim,
      kept: await readServices(tx, { accountId, simId }),
      proposal: (await findOpenProposals(tx, accountId, [simId])).get(simId),
      behind: await findBehind(tx, accountId, simId),
    };
  });

/** Each option and the plan: what the profile wants, what the SIM has of its own, what is in force, pending, failed. */
export const showServices = async (db: Database, caller: Caller, simId: string): Promise<SimServicesView> => {
  const { sim, kept, behind, proposal = null } = await readSimWithServices(db, caller, simId);
  const { services, version } = kept;
  const { profile, deviation, arranged } = services;
  return {
    simId,
    version,
    serviceProfile: profile && { id: profile.id, version: profile.version },
    deviation: deviation && shownDeviation(deviation),
    options: shownOptions(services),
    ratePlan: {
      ...shownRatePlan(services),
      arranged: arranged !== null && arranged.effectiveOn === services.scheduled?.effectiveOn,
      cancellationRefused: arranged?.cancellationRefused ?? null,
    },
    planDiffers: planDiffers(services),
    waitsForIccid: waitsForIccid(services, { iccid: sim.iccid, isInUse: sim.state !== 'discarded' }, timeNow()),
    drift: proposal && shownDrift(proposal),
    todos: todosOf(services, proposal),
    behindRolloutId: behind,
  };
};

const shownOptions = ({ profile, options, deviation, confirmed, failed }: SimServices): SimServicesView['options'] => {
  const codes = new Set([
    ...Object.keys(options),
    ...Object.keys(profile?.options ?? {}),
    ...Object.keys(confirmed.options),
  ]);
  return [...codes].toSorted().map((option) => {
    const wanted = options[option] ?? null;
    const inForce = confirmed.options[option] ?? null;
    const failure = failed.options[option] ?? null;
    return {
      option,
      profile: profile?.options[option] ?? null,
      own: deviation === null ? null : wanted,
      confirmed: inForce,
      pending: wanted === inForce || failure !== null ? null : wanted,
      failed: failure && { ...failure, at: failure.at.toISOString() },
    };
  });
};

const shownRatePlan = ({ profile, plan, confirmed, scheduled, failed }: SimServices) => ({
  profile: profile?.plan ?? null,
  confirmed: confirmed.plan,
  pending: plan === confirmed.plan || failed.plan?.value === plan ? null : plan,
  scheduled: scheduled && shownPlan(scheduled),
  failed: failed.plan && { ...failed.plan, at: failed.plan.at.toISOString() },
});

/** The profiles that a SIM can be migrated to. */
export const listTargets = async (
  { db, serviceCatalog }: { readonly db: Database; readonly serviceCatalog: ServiceCatalog },
  caller: Caller,
  simId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: ServiceProfileTarget[]; nextCursor: string | null }> => {
  const { sim, kept } = await readSimWithServices(db, caller, simId);
  const { items, nextCursor } = await serviceCatalog.profilesOf(caller.accountId, {
    ...page,
    providerId: sim.providerId,
  });
  return {
    items: items.map(({ profile, ratePlanCode }) => ({
      serviceProfileId: profile.id,
      name: profile.name,
      current: profile.id === kept.services.profile?.id,
      ratePlan: ratePlanCode,
      options: profile.options,
    })),
    nextCursor,
  };
};

/** Drift proposals are shown, and decided by a person. */
import type { DriftProposal } from '@simlane/contracts/http/drift-proposals';
import type { DriftState, DriftTake } from '@simlane/contracts/drift';
import { configurationFaults } from '@simlane/contracts/service-options';
import type { Caller } from '@simlane/service-kit/authentication';
import { jsonPointer } from '@simlane/service-kit/json-pointer';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import type { PageOfNewest } from '../fleet/page.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { changeServices, takeServices } from '../sim-services/changing.ts';
import { timeNow } from '../sim-services/clock.ts';
import { askingAgain, holdVersions } from '../sim-services/profile-versions.ts';
import { contentOf, type ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import type { ServiceChanges } from '../sim-services/service-ground.ts';
import type { SimServices } from '../sim-services/sim-services.ts';
import { readServices } from '../sim-services/sim-services.repository.ts';
import { byCaller } from '../timeline/origin.ts';
import { type Drift, pushOurs, takeTheirs, theirOptions } from './drift.ts';
import { endProposal, findProposal, listProposals, type StoredProposal } from './drift-proposal.repository.ts';
import { shownDifferences, shownProposal } from './shown-drift.ts';

const noProposal = (): ProblemError => notFound('There is no such drift proposal');

/** A proposal about a SIM that the caller sees. */
const visibleProposal = async (tx: Transaction, caller: Caller, id: string): Promise<StoredProposal> => {
  const proposal = await findProposal(tx, caller.accountId, id);
  if (proposal === undefined) throw noProposal();
  if ((await findSim(tx, visibilityOf(caller), proposal.simId)) === undefined) throw noProposal();
  return proposal;
};

export const readProposal = (db: Database, caller: Caller, id: string): Promise<DriftProposal> =>
  readInAccount(db, caller.accountId, async (tx) => shownProposal(await visibleProposal(tx, caller, id)));

export const listDriftProposals = (
  db: Database,
  caller: Caller,
  filters: { readonly simId?: string | undefined; readonly state?: DriftState | undefined },
  page: PageOfNewest,
): Promise<{ items: DriftProposal[]; nextCursor: string | null }> =>
  readInAccount(db, caller.accountId, async (tx) => {
    const { items, nextCursor } = await listProposals(tx, visibilityOf(caller), filters, page);
    return { items: items.map(shownProposal), nextCursor };
  });

export interface Decision {
  readonly take: DriftTake;
  /** Of the proposal as it was looked at. */
  readonly version: number;
  readonly reason: string | null;
}

/** Stands on the deviation where nobody gives a reason: whoever finds it later is to know where it came from. */
const FOUND = 'Found so at the provider';

/**
 * Theirs is taken, or ours is sent anew, in one transaction. The first decision stands: the same word again is answered
 * as the first was.
 *
 * @throws ProblemError `not_found`; `drift_state` for another word, and for what agrees again by itself; `drift_changed` with
 * what differs now; `profile_invalid` for values that the service pack does not allow
 */
export const decideDrift = (
  services: ServiceChanges,
  caller: Caller,
  id: string,
  decision: Decision,
): Promise<DriftProposal> => askingAgain(() => carryOutDecision(services, caller, id, decision));

const carryOutDecision = async (
  { db, serviceCatalog, onWanted }: ServiceChanges,
  caller: Caller,
  id: string,
  decision: Decision,
): Promise<DriftProposal> => {
  const { accountId } = caller;
  const { proposal: seen, profileId } = await readInAccount(db, accountId, async (tx) => {
    const proposal = await visibleProposal(tx, caller, id);
    const { services } = await readServices(tx, { accountId, simId: proposal.simId });
    return { proposal, profileId: services.profile?.id ?? null };
  });
  if (seen.state !== 'open' || profileId === null) return shownProposal(standing(seen, decision));
  const facts = decision.take === 'theirs' ? await serviceCatalog.profile(accountId, profileId) : null;
  const decided = await inAccount(db, accountId, async (tx) => {
    // With the values of the profile, theirs brings the SIM back to it.
    await holdVersions(tx, accountId, facts === null ? [] : [contentOf(facts)]);
    const held = await takeServices(tx, { accountId, simId: seen.simId });
    const proposal = await findProposal(tx, accountId, id);
    if (held === undefined || proposal === undefined) throw noProposal();
    if (proposal.state !== 'open') return standing(proposal, decision);
    requireSeen(proposal, decision.version);
    const now = timeNow();
    const { take, reason } = decision;
    const after =
      facts === null
        ? pushOurs(held.services, proposal.drift)
        : taken(held.services, proposal.drift, { facts, reason: reason ?? FOUND, by: caller.sub, now });
    const state = take === 'theirs' ? 'taken' : 'pushed';
    await endProposal(tx, proposal, { state, at: now, by: caller.sub, reason });
    const event = take === 'theirs' ? 'services_drift_taken' : 'services_drift_pushed';
    const data = { proposalId: id, ...shownDifferences(proposal.drift) };
    await changeServices(tx, held, after, { origin: byCaller(caller), told: [{ event, reason, data }], now });
    return { ...proposal, state, endedAt: now, decidedBy: caller.sub, reason } as const;
  });
  onWanted({ accountId, simId: decided.simId });
  return shownProposal(decided);
};

/** What a decision on a proposal that has ended is answered with. */
const standing = (proposal: StoredProposal, { take }: Decision): StoredProposal => {
  const { state } = proposal;
  if (state === (take === 'theirs' ? 'taken' : 'pushed')) return proposal;
  if (state === 'resolved') {
    throw new ProblemError('drift_state', 'Provider and inventory agree again, and there is nothing to decide', {
      fix: 'See what is in force at GET sims/{id}/services',
    });
  }
  throw new ProblemError('drift_state', `It was decided otherwise: ${state === 'taken' ? 'theirs' : 'ours'} counts`, {
    fix: 'Change what the SIM may do at POST service-changes, if it is not what you want',
  });
};

const requireSeen = ({ version, drift }: StoredProposal, seen: number): void => {
  if (version === seen) return;
  const { options, ratePlan } = shownDifferences(drift);
  const all = [
    ...options.map((one) => ({
      pointer: jsonPointer(['options', one.option]),
      version: drift.options[one.option]?.version ?? 0,
      ...one,
    })),
    ...(ratePlan === null ? [] : [{ pointer: '/ratePlan', version: drift.plan?.version ?? 0, ...ratePlan }]),
  ];
  const since = all.filter((one) => one.version > seen);
  const errors = since.map(({ pointer, ours, theirs }) => ({
    pointer,
    detail: `Confirmed was “${ours}”, and the provider reports “${theirs}” by now`,
  }));
  throw new ProblemError(
    'drift_changed',
    errors.length > 0 ? errors.map(({ detail }) => detail).join('. ') : 'What differs is not what was looked at',
    {
      fix: `Look at the proposal again, which is version ${version} by now, and decide on that`,
      errors: errors.length > 0 ? errors : [{ pointer: '/version', detail: `Is ${version} by now` }],
    },
  );
};

const taken = (
  services: SimServices,
  drift: Drift,
  { facts, ...asked }: { facts: ServiceProfileFacts; reason: string; by: string; now: Date },
): SimServices => {
  const { profile, servicePack } = facts;
  if (services.profile?.id !== profile.id) {
    throw new ProblemError('drift_changed', 'The SIM was migrated to another profile at this moment', {
      fix: 'Look at what the SIM has now, and decide again',
    });
  }
  const found = theirOptions(drift);
  const faults = configurationFaults(servicePack, { ...profile.options, ...services.options, ...found });
  if (Object.keys(found).length > 0 && faults.length > 0) {
    throw new ProblemError('profile_invalid', faults.map(({ option, detail }) => `${option}: ${detail}`).join('. '), {
      fix: 'Decide for ours: what the provider has is nothing that the service pack allows',
      errors: faults.map(({ option, detail }) => ({ pointer: jsonPointer(['options', option]), detail })),
    });
  }
  const after = takeTheirs(services, drift, { profile: contentOf(facts), ...asked });
  if (typeof after === 'string') throw new Error(`what was found is refused: ${after}`);
  return after;
};

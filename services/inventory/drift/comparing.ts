/** What providers report of SIMs, held against what is confirmed. Nothing but proposals comes of it: services are only read. */
import type { Transaction } from '../database.ts';
import { type HeldServices, takeManyServices } from '../sim-services/changing.ts';
import { addToTimeline, type TimelineEvent } from '../timeline/timeline.repository.ts';
import { driftIn, isComparable, isDrift, isSameDrift, NO_DRIFT, type Reported } from './drift.ts';
import {
  changeProposal,
  endProposal,
  findOpenProposals,
  insertProposal,
  seeProposal,
  type StoredProposal,
} from './drift-proposal.repository.ts';
import { shownDifferences } from './shown-drift.ts';

export interface ReportedSim {
  readonly simId: string;
  /** Under which it was reported. */
  readonly iccid: string;
  /** Of the services when the provider was asked. */
  readonly version: number;
  readonly options: Reported['options'];
  readonly ratePlan: string | null;
}

/**
 * Makes, changes and resolves proposals. A SIM whose services have moved since its provider was asked, or that somebody
 * has at this moment, is compared next time.
 */
export const compare = async (
  tx: Transaction,
  accountId: string,
  reported: readonly ReportedSim[],
  now: Date,
): Promise<void> => {
  const bySim = new Map(reported.map((one) => [one.simId, one]));
  const held = await takeManyServices(tx, accountId, [...bySim.keys()]);
  const simIds = held.map(({ simId }) => simId);
  const open = await findOpenProposals(tx, accountId, simIds);
  for (const one of held) {
    const seen = bySim.get(one.simId);
    if (seen !== undefined && isAsAsked(one, seen, now)) {
      await propose(tx, one, { seen, proposal: open.get(one.simId), now });
    }
  }
};

const isAsAsked = ({ services, version, sim }: HeldServices, seen: ReportedSim, now: Date): boolean =>
  seen.version === version && seen.iccid === sim.iccid && isComparable(services, sim, now);

const propose = async (
  tx: Transaction,
  { accountId, simId, services }: HeldServices,
  { seen, proposal, now }: { seen: ReportedSim; proposal: StoredProposal | undefined; now: Date },
): Promise<void> => {
  const before = proposal?.drift ?? NO_DRIFT;
  const version = (proposal?.version ?? 0) + 1;
  const drift = driftIn(services, { options: seen.options, plan: seen.ratePlan }, { before, version, now });
  const tell = (event: TimelineEvent, proposalId: string): Promise<void> =>
    addToTimeline(tx, accountId, BY_REPORT, [
      { subject: { type: 'sim', id: simId }, event, data: { proposalId, ...shownDifferences(drift) } },
    ]);
  if (proposal === undefined) {
    if (!isDrift(drift)) return;
    return tell('services_drift_found', await insertProposal(tx, { accountId, simId }, { drift, now }));
  }
  if (!isDrift(drift)) {
    await endProposal(tx, proposal, { state: 'resolved', at: now });
    return tell('services_drift_resolved', proposal.id);
  }
  await seeProposal(tx, proposal, now);
  if (isSameDrift(drift, before)) return;
  await changeProposal(tx, proposal, drift);
  await tell('services_drift_changed', proposal.id);
};

const BY_REPORT = { source: 'provider', actorId: null, causeId: null } as const;

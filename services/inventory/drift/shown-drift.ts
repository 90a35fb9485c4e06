/** Drift as users see it. */
import type { DriftProposal } from '@simlane/contracts/http/drift-proposals';
import type { SimServicesView } from '@simlane/contracts/http/sim-services';
import type { Difference, Drift } from './drift.ts';
import type { StoredProposal } from './drift-proposal.repository.ts';

const shownDifference = ({ ours, theirs, since }: Difference) => ({ ours, theirs, since: since.toISOString() });

export const shownDifferences = ({ options, plan }: Drift): Pick<DriftProposal, 'options' | 'ratePlan'> => ({
  options: Object.entries(options)
    .map(([option, difference]) => ({ option, ...shownDifference(difference) }))
    .toSorted((one, other) => (one.option < other.option ? -1 : 1)),
  ratePlan: plan && shownDifference(plan),
});

export const shownProposal = (proposal: StoredProposal): DriftProposal => ({
  id: proposal.id,
  simId: proposal.simId,
  state: proposal.state,
  version: proposal.version,
  since: proposal.since.toISOString(),
  seenAt: proposal.seenAt.toISOString(),
  ...shownDifferences(proposal.drift),
  decidedBy: proposal.decidedBy,
  reason: proposal.reason,
  endedAt: proposal.endedAt?.toISOString() ?? null,
});

/** Of an open proposal, as it stands with the SIM's services. */
export const shownDrift = (proposal: StoredProposal): NonNullable<SimServicesView['drift']> => ({
  proposalId: proposal.id,
  version: proposal.version,
  since: proposal.since.toISOString(),
  ...shownDifferences(proposal.drift),
});

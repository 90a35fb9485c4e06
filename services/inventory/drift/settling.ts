/** What a change of services makes of open drift proposals, in the transaction of the change. */
import type { Transaction } from '../database.ts';
import type { SimServices } from '../sim-services/sim-services.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { driftLeft, isDrift } from './drift.ts';
import { changeProposal, endProposal, findOpenProposals } from './drift-proposal.repository.ts';

export interface SettledServices {
  readonly simId: string;
  readonly before: SimServices;
  readonly after: SimServices;
  readonly isInUse: boolean;
}

/**
 * What the provider has confirmed since is no difference any more, nor is what the SIM has lost: a proposal with nothing
 * left is resolved. One statement where there is nothing to do, whatever the number of SIMs.
 */
export const settleDrift = async (
  tx: Transaction,
  accountId: string,
  changed: readonly SettledServices[],
  { origin, now }: { readonly origin: Origin; readonly now: Date },
): Promise<void> => {
  const concerned = new Map(changed.filter(canSettle).map((one) => [one.simId, one]));
  if (concerned.size === 0) return;
  for (const proposal of (await findOpenProposals(tx, accountId, [...concerned.keys()])).values()) {
    const one = concerned.get(proposal.simId);
    const left = one === undefined ? proposal.drift : driftLeft(proposal.drift, one.after, one.isInUse);
    if (left === proposal.drift) continue;
    if (isDrift(left)) await changeProposal(tx, proposal, left);
    else await endProposal(tx, proposal, { state: 'resolved', at: now });
    await addToTimeline(tx, accountId, origin, [
      {
        subject: { type: 'sim', id: proposal.simId },
        event: isDrift(left) ? 'services_drift_changed' : 'services_drift_resolved',
        data: { proposalId: proposal.id },
      },
    ]);
  }
};

/** Most changes only move what is wanted. */
const canSettle = ({ before, after, isInUse }: SettledServices): boolean =>
  !isInUse ||
  before.confirmed !== after.confirmed ||
  before.profile !== after.profile ||
  before.deviation !== after.deviation;

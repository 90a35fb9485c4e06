import type { Sim } from '@simlane/contracts/http/fleet';
import type { Caller } from '@simlane/service-kit/authentication';
import { ProblemError } from '@simlane/service-kit/problem';
import { requireAccepted } from '../accepted-warnings.ts';
import type { Database } from '../database.ts';
import { changeInFlight, giveIccidInAccount } from '../protected-change.ts';
import { lockReplacementOfNewSim } from '../replacement/sim-replacement.repository.ts';
import { seeIccid } from '../sim-services/changing.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { updateSim } from './sim.repository.ts';
import { simAfter, takeSim } from './sim.service.ts';
import { iccidHolders } from './sim-iccid.repository.ts';
import { iccidInvalid, judgeHolders, readEnteredIccid, reasonRequired } from './sim-iccid.ts';
import { visibilityOf } from './visibility.ts';

export interface IccidEntry {
  readonly iccid: string;
  readonly reason?: string | null | undefined;
  readonly acceptWarnings: readonly string[];
  readonly version?: number | undefined;
}

/**
 * Enters or corrects the ICCID of a SIM; the one that it has changes nothing. Refused while a change is in flight, and
 * while the order that made the SIM has a to-do about its ICCID: only there the entry settles the to-do too.
 */
export const setSimIccid = (db: Database, caller: Caller, id: string, entry: IccidEntry): Promise<Sim> => {
  const visibility = visibilityOf(caller);
  const { accountId } = caller;
  return giveIccidInAccount(db, accountId, async (tx) => {
    // The order that made this SIM, if one did, comes before the SIM wherever both are taken.
    const replacement = await lockReplacementOfNewSim(tx, accountId, id);
    const sim = await takeSim(tx, visibility, { id, version: entry.version });
    if (sim.changeOrderId !== null) throw changeInFlight(sim.changeOrderId);
    if (sim.state === 'discarded') {
      throw new ProblemError('sim_state', 'The SIM is discarded; its ICCID stays as it was', {
        fix: 'Enter the ICCID of the SIM that has taken its place',
      });
    }
    if (replacement !== undefined && replacement.iccidIssue !== null) throw orderWaitsForIccid(replacement.orderId);
    const reading = readEnteredIccid(sim.kind, entry.iccid);
    if (!reading.ok) throw iccidInvalid(sim.kind, reading.problem);
    const { iccid } = reading;
    if (iccid === sim.iccid) return simAfter(tx, visibility, id);
    const holders = await iccidHolders(tx, accountId, { iccid, exceptSimId: id });
    const warnings = [...reading.warnings, ...judgeHolders(iccid, holders)];
    if (sim.iccid !== null && entry.reason == null) throw reasonRequired(sim.iccid);
    requireAccepted(warnings, entry.acceptWarnings);
    await updateSim(tx, { accountId, id }, { iccid });
    await seeIccid(tx, { accountId, simId: id }, { origin: byCaller(caller), before: sim.iccid });
    await addToTimeline(tx, accountId, byCaller(caller), [
      {
        subject: { type: 'sim', id },
        event: sim.iccid === null ? 'iccid_entered' : 'iccid_corrected',
        reason: entry.reason ?? null,
        data: { from: sim.iccid, to: iccid },
      },
    ]);
    return simAfter(tx, visibility, id);
  });
};

const orderWaitsForIccid = (orderId: string): ProblemError =>
  new ProblemError('sim_state', `The order ${orderId} waits for the ICCID of this SIM`, {
    fix: `Enter it on the order, with PUT /orders/v1/orders/${orderId}/iccid: that settles its to-do too`,
  });

import type { IccidIssue, SimReplacement } from '@simlane/contracts/http/inventory-internal';
import type { Actor } from '@simlane/service-kit/authentication';
import { ProblemError } from '@simlane/service-kit/problem';
import { requireAccepted } from '../accepted-warnings.ts';
import type { Database, Transaction } from '../database.ts';
import { type LockedSim, lockSim } from '../fleet/sim.repository.ts';
import { iccidHolders } from '../fleet/sim-iccid.repository.ts';
import { iccidInvalid, judgeHolders, readEnteredIccid, reasonRequired } from '../fleet/sim-iccid.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { changeInFlight, giveIccidInAccount } from '../protected-change.ts';
import { refreshServicesDue, seeIccid } from '../sim-services/changing.ts';
import { byActor, byFact } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { usableEid, usableForm } from './new-sim-iccid.ts';
import { isLive, type Reserved, signalledIccids } from './sim-replacement.ts';
import { settleIccidIssue, updateReplacement } from './sim-replacement.repository.ts';
import {
  judgeSaid,
  type OrderOfAccount,
  replacementAfter,
  type SignalledStep,
  takeReplacement,
} from './sim-replacement.service.ts';
import { setIdentifiers } from './switch.repository.ts';

/**
 * A later word of the provider about the new eSIM. Before the commit it is kept. Afterwards it sets what is missing;
 * an ICCID other than the one there changes nothing, and is the issue `iccid_differs`. After a roll back nothing.
 */
export const fillIn = (db: Database, order: OrderOfAccount, step: SignalledStep): Promise<SimReplacement> =>
  giveIccidInAccount(db, order.accountId, async (tx) => {
    const replacement = await takeReplacement(tx, order);
    if (isLive(replacement.state)) await keepWord(tx, order, replacement, step);
    else if (replacement.state === 'committed') await fillInSim(tx, order, replacement, step);
    return replacementAfter(tx, order);
  });

/** What was said before stays said, where it can be used; the new word comes behind it. */
const keepWord = async (
  tx: Transaction,
  order: OrderOfAccount,
  replacement: Reserved,
  { signalled }: SignalledStep,
): Promise<void> => {
  const earlier = replacement.signalledIccid;
  const standing = earlier !== null && usableForm(earlier) !== null ? earlier : (signalled.iccid ?? earlier);
  const words = signalledIccids(standing, null);
  const said = { signalled: words, entered: replacement.enteredIccid };
  const { iccid } = await judgeSaid(tx, order.accountId, said, replacement.newSimId);
  await updateReplacement(tx, order, {
    signalledIccid: words[0] ?? null,
    signalledEid: replacement.signalledEid ?? usableEid(signalled.eid),
    iccid,
  });
};

const newSimOf = async (tx: Transaction, order: OrderOfAccount, { newSimId }: Reserved): Promise<LockedSim> => {
  const sim = newSimId === null ? undefined : await lockSim(tx, visibilityOf(order), newSimId);
  if (sim === undefined) throw new Error('The eSIM of a committed replacement cannot have gone');
  return sim;
};

const fillInSim = async (
  tx: Transaction,
  order: OrderOfAccount,
  replacement: Reserved,
  step: SignalledStep,
): Promise<void> => {
  const sim = await newSimOf(tx, order, replacement);
  const { accountId, orderId } = order;
  const eid = replacement.signalledEid === null ? usableEid(step.signalled.eid) : null;
  const [word] = signalledIccids(step.signalled.iccid, null);
  const found = word === undefined ? null : await judgeLaterWord(tx, accountId, sim, word);
  const iccid = found?.iccid ?? null;
  if (iccid !== null || eid !== null) {
    await setIdentifiers(tx, { accountId, simId: sim.id }, { ...(iccid && { iccid }), ...(eid && { eid }) });
    // Only one that was missing is filled in.
    if (iccid !== null) await refreshServicesDue(tx, { accountId, simId: sim.id });
    await addToTimeline(tx, accountId, byFact('provider', step), [
      {
        subject: { type: 'sim', id: sim.id },
        event: 'identifiers_filled_in',
        orderId,
        data: { ...(iccid && { iccid }), ...(eid && { eid }) },
      },
    ]);
  }
  await updateReplacement(tx, order, {
    ...(word === undefined ? {} : { signalledIccid: word }),
    ...(eid === null ? {} : { signalledEid: eid }),
    ...(found === null || found.issue === 'as it was' ? {} : { iccidIssue: found.issue }),
  });
};

/** What a word after the commit does: an ICCID to set, and what is open then. */
const judgeLaterWord = async (
  tx: Transaction,
  accountId: string,
  sim: LockedSim,
  word: string,
): Promise<{ iccid: string | null; issue: IccidIssue | null | 'as it was' }> => {
  if (sim.iccid === null) {
    // The next replacement of this eSIM protects its ICCID; the word is kept, and what is missing is entered later.
    if (sim.changeOrderId !== null) return { iccid: null, issue: 'as it was' };
    const { iccid, issue } = await judgeSaid(tx, accountId, { signalled: [word], entered: null }, sim.id);
    return { iccid, issue };
  }
  if (usableForm(word) === sim.iccid) return { iccid: null, issue: 'as it was' };
  return { iccid: null, issue: { code: 'iccid_differs', signalled: word, current: sim.iccid } };
};

export interface EnteredByPerson {
  readonly iccid: string;
  readonly reason: string | null;
  readonly acceptWarnings: readonly string[];
}

type IccidChange = 'entered' | 'corrected' | 'none';

/**
 * A person's entry. While the eSIM is temporary it replaces what was entered before. Afterwards it sets what is
 * missing, or corrects what is there, which needs a reason. The same again changes nothing; with a reason it settles
 * that the provider has said another one.
 *
 * @throws ProblemError `order_state` (nothing reserved, or rolled back), `iccid_invalid`, `iccid_in_use`,
 *   `reason_required`, `warnings_not_accepted`, `change_in_flight` (the eSIM is being replaced in its turn)
 */
export const enterIccid = (
  db: Database,
  order: OrderOfAccount,
  actor: Actor,
  entry: EnteredByPerson,
): Promise<SimReplacement & { change: IccidChange }> =>
  giveIccidInAccount(db, order.accountId, async (tx) => {
    const replacement = await takeReplacement(tx, order);
    if (replacement.state === 'rolled_back') {
      throw new ProblemError('order_state', 'The order is cancelled, and its eSIM is gone', {
        fix: 'Order a new eSIM',
      });
    }
    const reading = readEnteredIccid('esim', entry.iccid);
    if (!reading.ok) throw iccidInvalid('esim', reading.problem);
    const target = { tx, order, actor, replacement, iccid: reading.iccid, reason: entry.reason };
    const judge = async (): Promise<void> => {
      const holders = await iccidHolders(tx, order.accountId, {
        iccid: reading.iccid,
        exceptSimId: replacement.newSimId,
      });
      const warnings = [...reading.warnings, ...judgeHolders(reading.iccid, holders)];
      requireAccepted(warnings, entry.acceptWarnings);
    };
    const change = await (isLive(replacement.state)
      ? enterBeforeCommit(target, judge)
      : enterAfterCommit(target, judge));
    return { ...(await replacementAfter(tx, order)), change };
  });

interface EntryTarget {
  readonly tx: Transaction;
  readonly order: OrderOfAccount;
  readonly actor: Actor;
  readonly replacement: Reserved;
  readonly iccid: string;
  readonly reason: string | null;
}

const enterBeforeCommit = async (
  { tx, order, actor, replacement, iccid, reason }: EntryTarget,
  judge: () => Promise<void>,
): Promise<IccidChange> => {
  if (replacement.enteredIccid === iccid) return 'none';
  await judge();
  const signalled = signalledIccids(null, replacement.signalledIccid);
  const judged = await judgeSaid(tx, order.accountId, { signalled, entered: iccid }, replacement.newSimId);
  await updateReplacement(tx, order, { enteredIccid: iccid, iccid: judged.iccid });
  await recordEntry({ tx, order, actor, replacement, iccid, reason }, 'iccid_entered', replacement.enteredIccid);
  return 'entered';
};

const enterAfterCommit = async (target: EntryTarget, judge: () => Promise<void>): Promise<IccidChange> => {
  const { tx, order, replacement, iccid, reason } = target;
  const sim = await newSimOf(tx, order, replacement);
  if (sim.iccid === iccid) {
    if (reason !== null && replacement.iccidIssue !== null) {
      await settleIccidIssue(tx, order.accountId, order.orderId);
      await recordEntry(target, 'iccid_confirmed', iccid);
    }
    return 'none';
  }
  if (sim.changeOrderId !== null) throw changeInFlight(sim.changeOrderId);
  if (sim.iccid !== null && reason === null) throw reasonRequired(sim.iccid);
  await judge();
  await setIdentifiers(tx, { accountId: order.accountId, simId: sim.id }, { iccid });
  const origin = byActor(target.actor, order.orderId);
  await seeIccid(tx, { accountId: order.accountId, simId: sim.id }, { origin, before: sim.iccid });
  await settleIccidIssue(tx, order.accountId, order.orderId);
  await recordEntry(target, sim.iccid === null ? 'iccid_entered' : 'iccid_corrected', sim.iccid);
  return sim.iccid === null ? 'entered' : 'corrected';
};

/** On the SIM's timeline; before there is a SIM, on that of the line. */
const recordEntry = async (
  { tx, order, actor, replacement, iccid, reason }: EntryTarget,
  event: 'iccid_entered' | 'iccid_corrected' | 'iccid_confirmed',
  from: string | null,
): Promise<void> => {
  const { newSimId, lineId } = replacement;
  await addToTimeline(tx, order.accountId, byActor(actor, order.orderId), [
    {
      subject: newSimId === null ? { type: 'line', id: lineId } : { type: 'sim', id: newSimId },
      event,
      orderId: order.orderId,
      reason,
      data: { from, to: iccid },
    },
  ]);
};

import type { SignalledIdentifiers, SimReplacement } from '@simlane/contracts/http/inventory-internal';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database, Transaction } from '../database.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { simsWithIccids } from '../fleet/sim-iccid.repository.ts';
import { giveIccidInAccount } from '../protected-change.ts';
import { endQrCodesOfSim } from '../qr-code/ending.ts';
import { endServices } from '../sim-services/changing.ts';
import { byFact } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { formsToLookUp, type IccidJudgement, judgeIccid, type SaidIccids, usableEid } from './new-sim-iccid.ts';
import {
  isLive,
  type Reserved,
  requireReserved,
  signalledIccids,
  stateAtSwitch,
  toSimReplacement,
} from './sim-replacement.ts';
import { findReplacement, lockReplacement, updateReplacement } from './sim-replacement.repository.ts';
import {
  deleteTemporaryEsim,
  discardOldSim,
  freeLineAndSim,
  insertTemporaryEsim,
  lockLineAndSim,
  lockSims,
  putEsimIntoService,
  readOldSim,
  switchLine,
} from './switch.repository.ts';
import { newTemporaryReference } from './temporary-reference.ts';

/** An order, with the account that its caller names: all else that a step needs is on the order's row. */
export interface OrderOfAccount {
  readonly accountId: string;
  readonly orderId: string;
}

/** The fact that asks for a step. */
export interface StepFact {
  readonly factId: string;
  readonly occurredAt: string;
}

export type SignalledStep = StepFact & {
  readonly signalled: SignalledIdentifiers;
  readonly providerReference?: string | null | undefined;
};

/** What was said before stays said. */
const referenceIn = ({ providerReference }: SignalledStep): { providerReference?: string } =>
  providerReference == null ? {} : { providerReference };

const noReplacement = () => notFound('Inventory has nothing for this order');

export const readReplacement = async (db: Database, order: OrderOfAccount): Promise<SimReplacement> => {
  const found = await readInAccount(db, order.accountId, (tx) => findReplacement(tx, order));
  // A refusal holds nothing; it is asked for by repeating the attempt.
  if (found === undefined || found.replacement.state === 'refused') throw noReplacement();
  return toSimReplacement(requireReserved(found.replacement), found.simIccid);
};

export const takeReplacement = async (tx: Transaction, order: OrderOfAccount): Promise<Reserved> => {
  const replacement = await lockReplacement(tx, order);
  if (replacement === undefined) throw noReplacement();
  return requireReserved(replacement);
};

/** The answer of every step: where the replacement stands at the end of the transaction. */
export const replacementAfter = async (tx: Transaction, order: OrderOfAccount): Promise<SimReplacement> => {
  const found = await findReplacement(tx, order);
  if (found === undefined) throw noReplacement();
  return toSimReplacement(requireReserved(found.replacement), found.simIccid);
};

/** Looks up who has the ICCIDs that were said, and judges which one the new eSIM gets. */
export const judgeSaid = async (
  tx: Transaction,
  accountId: string,
  said: SaidIccids,
  newSimId: string | null,
): Promise<IccidJudgement> => judgeIccid(said, await simsWithIccids(tx, accountId, formsToLookUp(said), newSimId));

/**
 * reserved → started: the temporary eSIM exists, and what the provider already said of it is kept. In any later
 * state nothing happens. The answer is where the replacement stands.
 */
export const createTemporaryEsim = (
  db: Database,
  order: OrderOfAccount,
  step: SignalledStep,
): Promise<SimReplacement> =>
  inAccount(db, order.accountId, async (tx) => {
    const { accountId, orderId } = order;
    const replacement = await takeReplacement(tx, order);
    if (replacement.state !== 'reserved') return replacementAfter(tx, order);
    const { lineId, providerId, distributorId } = replacement;
    const esim = { accountId, id: uuidV7(), providerId, distributorId, temporaryReference: newTemporaryReference() };
    const signalled = signalledIccids(step.signalled.iccid, replacement.signalledIccid);
    const { iccid } = await judgeSaid(tx, accountId, { signalled, entered: replacement.enteredIccid }, null);
    await insertTemporaryEsim(tx, esim, orderId);
    await updateReplacement(tx, order, {
      state: 'started',
      newSimId: esim.id,
      temporaryReference: esim.temporaryReference,
      signalledIccid: signalled[0] ?? null,
      signalledEid: usableEid(step.signalled.eid) ?? replacement.signalledEid,
      iccid,
      ...referenceIn(step),
      startedAt: new Date(),
    });
    const data = { simId: esim.id, temporaryReference: esim.temporaryReference };
    await addToTimeline(tx, accountId, byFact('workflow', step), [
      { subject: { type: 'sim', id: esim.id }, event: 'temporary_esim_created', orderId, data: { lineId } },
      { subject: { type: 'line', id: lineId }, event: 'temporary_esim_created', orderId, data },
    ]);
    return replacementAfter(tx, order);
  });

/**
 * reserved or started → committed, in one transaction and irreversibly: the eSIM is on the line with the old SIM's
 * state (or active), groups and employee; the old SIM is discarded. Made here where no temporary one exists. An ICCID
 * that cannot be used is no obstacle: it counts as missing. Committed or rolled back already: nothing happens.
 */
export const commit = (db: Database, order: OrderOfAccount, step: SignalledStep): Promise<SimReplacement> =>
  giveIccidInAccount(db, order.accountId, async (tx) => {
    const replacement = await takeReplacement(tx, order);
    if (isLive(replacement.state)) await switchSims(tx, order, replacement, step);
    return replacementAfter(tx, order);
  });

const switchSims = async (
  tx: Transaction,
  order: OrderOfAccount,
  replacement: Reserved,
  step: SignalledStep,
): Promise<void> => {
  const { accountId, orderId } = order;
  const { lineId, oldSimId, providerId, distributorId } = replacement;
  await lockLineAndSim(tx, visibilityOf(order), lineId);
  if (replacement.newSimId !== null) await lockSims(tx, accountId, [replacement.newSimId]);
  const old = await readOldSim(tx, accountId, oldSimId);
  const signalled = signalledIccids(step.signalled.iccid, replacement.signalledIccid);
  const said = { signalled, entered: replacement.enteredIccid };
  const { iccid, issue, overruledEntry } = await judgeSaid(tx, accountId, said, replacement.newSimId);
  const eid = usableEid(step.signalled.eid) ?? replacement.signalledEid;
  const newSimId = replacement.newSimId ?? uuidV7();
  const temporaryReference = replacement.temporaryReference ?? newTemporaryReference();
  const state = stateAtSwitch(old.state, replacement.activate);

  await putEsimIntoService(
    tx,
    { accountId, id: newSimId, providerId, distributorId, temporaryReference },
    { state, iccid, eid, employeeId: old.employeeId },
  );
  await switchLine(tx, { accountId, lineId, newSimId });
  await endQrCodesOfSim(tx, { accountId, simId: oldSimId }, byFact('workflow', step));
  await endServices(tx, { accountId, simId: oldSimId }, { origin: byFact('workflow', step), followedBy: newSimId });
  await discardOldSim(tx, { accountId, oldSimId, newSimId });
  await updateReplacement(tx, order, {
    state: 'committed',
    newSimId,
    temporaryReference,
    signalledIccid: signalled[0] ?? null,
    signalledEid: eid,
    iccid,
    iccidIssue: issue,
    ...referenceIn(step),
    endedAt: new Date(),
  });
  const { employeeId, groupIds } = old;
  await addToTimeline(tx, accountId, byFact('workflow', step), [
    {
      subject: { type: 'sim', id: newSimId },
      event: 'put_on_line',
      orderId,
      data: {
        lineId,
        state,
        iccid,
        employeeId,
        groupIds,
        ...(issue === null ? {} : { iccidIssue: issue }),
        ...(overruledEntry === null ? {} : { enteredIccid: overruledEntry, signalledIccid: iccid }),
      },
    },
    {
      subject: { type: 'sim', id: oldSimId },
      event: 'discarded',
      orderId,
      data: { from: old.state, lineId, replacedBy: newSimId, employeeId, groupIds },
    },
    { subject: { type: 'line', id: lineId }, event: 'sim_replaced', orderId, data: { from: oldSimId, to: newSimId } },
  ]);
};

/**
 * reserved or started → rolled_back, in one transaction: the temporary eSIM is gone, line and old SIM are free and
 * as they were. What was stays on the order's row and in the timelines. Committed or rolled back already: nothing
 * happens.
 */
export const rollBack = (db: Database, order: OrderOfAccount, step: StepFact): Promise<SimReplacement> =>
  inAccount(db, order.accountId, async (tx) => {
    const { accountId, orderId } = order;
    const replacement = await takeReplacement(tx, order);
    if (!isLive(replacement.state)) return replacementAfter(tx, order);
    const { lineId, oldSimId, newSimId, temporaryReference } = replacement;
    await lockLineAndSim(tx, visibilityOf(order), lineId);
    await updateReplacement(tx, order, { state: 'rolled_back', endedAt: new Date() });
    await freeLineAndSim(tx, { accountId, lineId, simId: oldSimId });
    if (newSimId !== null) {
      await lockSims(tx, accountId, [newSimId]);
      await endQrCodesOfSim(tx, { accountId, simId: newSimId }, byFact('workflow', step));
      await deleteTemporaryEsim(tx, { accountId, simId: newSimId });
    }
    await addToTimeline(tx, accountId, byFact('workflow', step), [
      ...(newSimId === null
        ? []
        : [
            {
              subject: { type: 'sim', id: newSimId },
              event: 'temporary_esim_removed',
              orderId,
              data: { temporaryReference },
            } as const,
          ]),
      { subject: { type: 'sim', id: oldSimId }, event: 'replacement_rolled_back', orderId, data: { lineId } },
      { subject: { type: 'line', id: lineId }, event: 'replacement_rolled_back', orderId, data: { simId: oldSimId } },
    ]);
    return replacementAfter(tx, order);
  });

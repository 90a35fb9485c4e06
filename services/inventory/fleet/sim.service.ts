import type { Sim } from '@simlane/contracts/http/fleet';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import { changeInAccount, changeInFlight } from '../protected-change.ts';
import { endQrCodesOfSim } from '../qr-code/ending.ts';
import { endServices } from '../sim-services/changing.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { employeeExists } from './employee.repository.ts';
import { existingGroups } from './management-group.repository.ts';
import { requireVersion } from './row-version.ts';
import {
  findSim,
  type LockedSim,
  leaveAllGroups,
  lockLineOfSim,
  lockSim,
  replaceSimGroups,
  updateSim,
} from './sim.repository.ts';
import { mayBecome, requireOwnAssociations, type WantedSimState } from './sim-state-change.ts';
import { type Visibility, visibilityOf } from './visibility.ts';

const noSim = () => notFound('There is no such SIM');

export const readSim = async (db: Database, caller: Caller, id: string): Promise<Sim> => {
  const sim = await readInAccount(db, caller.accountId, (tx) => findSim(tx, visibilityOf(caller), id));
  if (sim === undefined) throw noSim();
  return sim;
};

/** Reads the SIM back at the end of the transaction that changed it. */
export const simAfter = async (tx: Transaction, visibility: Visibility, id: string): Promise<Sim> => {
  const sim = await findSim(tx, visibility, id);
  if (sim === undefined) throw noSim();
  return sim;
};

/** Takes the SIM for this transaction, in the version that the caller has seen. */
export const takeSim = async (
  tx: Transaction,
  visibility: Visibility,
  { id, version }: { id: string; version?: number | undefined },
): Promise<LockedSim> => {
  const sim = await lockSim(tx, visibility, id);
  if (sim === undefined) throw noSim();
  requireVersion(sim.version, version);
  return sim;
};

/** Puts a SIM into exactly these groups; the same again changes nothing. Allowed while a change is in flight. */
export const setSimGroups = (
  db: Database,
  caller: Caller,
  id: string,
  wanted: { readonly groupIds: readonly string[]; readonly version?: number | undefined },
): Promise<Sim> => {
  const visibility = visibilityOf(caller);
  const { accountId } = caller;
  const groupIds = [...new Set(wanted.groupIds)].toSorted();
  return changeInAccount(db, accountId, async (tx) => {
    const sim = await takeSim(tx, visibility, { id, version: wanted.version });
    requireOwnAssociations(sim.state, 'groups');
    const existing = await existingGroups(tx, visibility, groupIds);
    if (existing.length < groupIds.length) throw notFound('There is no such management group');
    const before = await simAfter(tx, visibility, id);
    if (before.groupIds.join() === groupIds.join()) return before;
    await replaceSimGroups(tx, { accountId, id }, groupIds);
    await addToTimeline(tx, accountId, byCaller(caller), [
      { subject: { type: 'sim', id }, event: 'groups_changed', data: { from: before.groupIds, to: groupIds } },
    ]);
    return simAfter(tx, visibility, id);
  });
};

/** Associates a SIM with an employee or with none; the same again changes nothing. Allowed while a change is in flight. */
export const setSimEmployee = (
  db: Database,
  caller: Caller,
  id: string,
  wanted: { readonly employeeId: string | null; readonly version?: number | undefined },
): Promise<Sim> => {
  const visibility = visibilityOf(caller);
  const { accountId } = caller;
  const { employeeId } = wanted;
  return changeInAccount(db, accountId, async (tx) => {
    const sim = await takeSim(tx, visibility, { id, version: wanted.version });
    requireOwnAssociations(sim.state, 'employee');
    if (employeeId !== null && !(await employeeExists(tx, visibility, employeeId))) {
      throw notFound('There is no such employee');
    }
    if (sim.employeeId !== employeeId) {
      await updateSim(tx, { accountId, id }, { employeeId });
      await addToTimeline(tx, accountId, byCaller(caller), [
        {
          subject: { type: 'sim', id },
          event: 'employee_changed',
          data: { from: sim.employeeId, to: employeeId },
        },
      ]);
    }
    return simAfter(tx, visibility, id);
  });
};

/** Activates, suspends or discards a SIM; the state that it has changes nothing. Refused while a change is in flight. */
export const setSimState = (
  db: Database,
  caller: Caller,
  id: string,
  wanted: { readonly state: WantedSimState; readonly version?: number | undefined },
): Promise<Sim> => {
  const visibility = visibilityOf(caller);
  const { accountId } = caller;
  const { state } = wanted;
  return changeInAccount(db, accountId, async (tx) => {
    const line = await lockLineOfSim(tx, visibility, id);
    const sim = await takeSim(tx, visibility, { id, version: wanted.version });
    if (sim.changeOrderId !== null) throw changeInFlight(sim.changeOrderId);
    if (mayBecome({ state: sim.state, lineNumber: line?.msisdn ?? null }, state)) {
      const ends = state === 'discarded';
      if (ends) {
        await leaveAllGroups(tx, { accountId, id });
        await endQrCodesOfSim(tx, { accountId, simId: id }, byCaller(caller));
        await endServices(tx, { accountId, simId: id }, { origin: byCaller(caller) });
      }
      await updateSim(tx, { accountId, id }, { state, ...(ends ? { employeeId: null, discardedAt: new Date() } : {}) });
      await addToTimeline(tx, accountId, byCaller(caller), [
        {
          subject: { type: 'sim', id },
          event: ends ? 'discarded' : 'state_changed',
          data: { from: sim.state, to: state },
        },
      ]);
    }
    return simAfter(tx, visibility, id);
  });
};

/** What a service call is owed: that the workflow of its SIM hears of answers that it has not taken. */
import { type DueEntry, setDue, setManyDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { readInAccount } from '@simlane/service-kit/postgres';
import type { Db, Tx } from '../database.ts';
import { findServiceCallById } from './service-call.repository.ts';
import { isUntaken, type StoredServiceCall } from './service-call.ts';
import type { SimServicesWorkflow } from './sim-services-workflow.ts';

/** The kind of due row that a service call has. */
export const SERVICE_CALL_DUE = 'service_call';

/** The workflow that has asked is given this long to take the answer before it is woken. */
const TAKING_GRACE_MS = 60_000;

/**
 * Sets what the call is owed, as the last step of a transaction that changed it.
 *
 * @param options.inItsHands the workflow is about to hear of it as the answer to what it asked for
 */
export const setServiceCallDue = (
  tx: Tx,
  call: StoredServiceCall,
  { inItsHands }: { inItsHands: boolean },
): Promise<void> => setDue(tx, dueEntry(call, inItsHands ? TAKING_GRACE_MS : 0));

/** The same for many calls, of which something was taken. */
export const setTakenCallsDue = (tx: Tx, calls: readonly StoredServiceCall[]): Promise<void> =>
  setManyDue(
    tx,
    calls.map((call) => dueEntry(call, 0)),
  );

const dueEntry = (call: StoredServiceCall, graceMs: number): DueEntry => ({
  kind: SERVICE_CALL_DUE,
  id: call.id,
  accountId: call.accountId,
  dueAt: isUntaken(call) ? new Date(Date.now() + graceMs) : null,
});

/** What the due loop does for a service call: wakes the workflow, until that has taken the answers. */
export const createServiceCallDueHandler =
  ({ db, workflow }: { db: Db; workflow: SimServicesWorkflow }): DueHandler =>
  async ({ id, accountId, tries }) => {
    const call = await readInAccount(db, accountId, (tx) => findServiceCallById(tx, accountId, id));
    if (call === undefined || !isUntaken(call)) return;
    await workflow.wake(call, { again: tries > 0 });
  };

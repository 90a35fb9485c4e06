/** The due row of a reconciliation: an account has one from its first services on. */
import { setDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import { reconciliationDueAt } from './reconciliation.ts';
import { findReconciliation, insertReconciliation, type ReconciliationRef } from './reconciliation.repository.ts';

/** By the account's id, or the SIM's. */
export const SERVICE_RECONCILIATION = 'service_reconciliation';

/** Sets what is owed, as the row stands now. */
export const setReconciliationDue = async (tx: Transaction, ref: ReconciliationRef, now: Date): Promise<void> => {
  const reconciliation = await findReconciliation(tx, ref);
  if (reconciliation === undefined) return;
  const { accountId, id } = ref;
  await setDue(tx, { kind: SERVICE_RECONCILIATION, id, accountId, dueAt: reconciliationDueAt(reconciliation, now) });
};

/** The account has services: they are compared daily from tomorrow on. A repeat changes nothing. */
export const reconcileDaily = async (tx: Transaction, accountId: string, now: Date): Promise<void> => {
  const ref = { accountId, id: accountId };
  if (await insertReconciliation(tx, ref, { simId: null })) await setReconciliationDue(tx, ref, now);
};

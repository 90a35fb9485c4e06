/**
 * The SIMs of an account, or one SIM, compared with what their providers report.
 *
 *     a portion → the next one, later where the provider asks for time → … → none is left
 *
 * Inventory knows how far it is, and what differs is a proposal for a person there; so a run can be started again from
 * nothing at any point, and goes on where the last one stood.
 */
import type { ServiceReconciliationActivities } from '@simlane/contracts/activities';
import type { ServiceReconciliationInput } from '@simlane/contracts/drift';
import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { COMPARISON } from './activity-options.ts';
import { showWaiting } from './shown-to-operations.ts';

const { compareServices } = proxyActivities<ServiceReconciliationActivities>({
  ...COMPARISON,
  summary: 'Compare the next SIMs',
});

export async function serviceReconciliation(reconciliation: ServiceReconciliationInput): Promise<void> {
  const { accountId, reconciliationId } = reconciliation;
  for (let tries = 0; ; ) {
    const portion = await compareServices({ accountId, reconciliationId, tries });
    if (portion === null) return;
    tries = portion.hasMoved ? 0 : tries + 1;
    if (portion.laterMs !== null) {
      showWaiting(`waits for a provider until it is asked again, ${tries} times in vain so far`);
      await sleep(portion.laterMs, { summary: 'The provider is asked again' });
    }
    if (workflowInfo().historyLength > LONGEST_HISTORY_EVENTS) {
      await continueAsNew<typeof serviceReconciliation>(reconciliation);
    }
  }
}

/** Some 160 portions. Far below what a server takes: all of it is read again by a worker that has lost the run. */
const LONGEST_HISTORY_EVENTS = 1_000;

/** What the due loop does for reconciliations: it wants the daily one, and wakes the workflow. */
import type { DueHandler } from '@simlane/service-kit/due-loop';
import type { Database } from '../database.ts';
import { SERVICE_RECONCILIATION } from './reconciliation-due.ts';
import { wantReconciliation } from './reconciliation.service.ts';
import type { ReconciliationWorkflow } from './reconciliation-workflow.ts';

export const createReconciliationDueHandler = ({
  db,
  workflow,
}: {
  readonly db: Database;
  readonly workflow: ReconciliationWorkflow;
}): Record<typeof SERVICE_RECONCILIATION, DueHandler> => ({
  [SERVICE_RECONCILIATION]: async ({ id, accountId, tries }) => {
    const ref = { accountId, id };
    await wantReconciliation(db, ref);
    await workflow.wake(ref, { again: tries > 0 });
  },
});

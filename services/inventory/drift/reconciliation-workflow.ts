import type { ReconciliationRef } from './reconciliation.repository.ts';

/** The workflow that compares SIMs with what their providers report, as inventory wakes it. A repeat is harmless. */
export interface ReconciliationWorkflow {
  /** @param options.again it was woken before and nothing came of it */
  wake(reconciliation: ReconciliationRef, options: { readonly again: boolean }): Promise<void>;
}

import type { FactApplied } from '@simlane/contracts/sim-replacement';
import type { StoredOrder } from '../ordering/order.ts';

/** The workflow that carries out an order; there is one for each, whoever starts it and however often. */
export interface ReplacementWorkflow {
  /**
   * The workflow runs and hears of these facts, in their order; it is started if it is not there. A repeat is
   * harmless: it knows the facts it has heard of, and what is done it skips.
   *
   * @param again it was woken before and nothing came of it: a run that is not as we start it is replaced by one that is
   */
  wake(order: StoredOrder, facts: readonly FactApplied[], options: { again: boolean }): Promise<void>;
}

import type { ScheduledPlansInput } from '@simlane/contracts/scheduled-plans';

/** The workflow that asks for one portion of a provider's due plans after the other, as inventory wakes it. A repeat is harmless. */
export interface ScheduledPlansWorkflow {
  /** @param options.again it was woken before, and plans are due still */
  wake(plans: ScheduledPlansInput, options: { readonly again: boolean }): Promise<void>;
}

import type { RolloutRef, StoredRollout } from './rollout.repository.ts';

/** The workflow that asks for one portion of a rollout after the other, as inventory wakes it. A repeat is harmless. */
export interface RolloutWorkflow {
  /** @param options.again it was woken before, or runs already, and nothing comes of it */
  wake(rollout: RolloutRef & Pick<StoredRollout, 'state'>, options: { readonly again: boolean }): Promise<void>;
}

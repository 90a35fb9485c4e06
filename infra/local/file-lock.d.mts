import type { ProcessIdentity } from './process-identity.mjs';

export interface HeldLock {
  /** Gives the lock back; does nothing when somebody else holds it by now. */
  release(): void;
}

export function tryLock(lockFile: string): HeldLock | { readonly heldBy: ProcessIdentity };
export function lock(
  lockFile: string,
  options?: {
    readonly onWait?: ((holder: ProcessIdentity) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<HeldLock>;

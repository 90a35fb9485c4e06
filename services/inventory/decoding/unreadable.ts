import type { UnreadableReason } from './decoder.ts';

/** Why the file that is being decoded cannot be read. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason) {
    super(reason);
    this.reason = reason;
  }
}

/** Memory that could not be had, or a module that stopped for want of it (a WebAssembly `RuntimeError`). */
export const isOutOfBounds = (error: unknown): boolean =>
  error instanceof Error && (error instanceof RangeError || error.name === 'RuntimeError');

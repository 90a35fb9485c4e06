/**
 * The clock of due work. It is the machine's, unless the stack of a demo or a test says by how much it is ahead of it, so
 * that the first of a month can be reached without waiting for it. Nothing else goes by it: tokens, leases of other work
 * and log lines keep to real time.
 */
import { readFileSync } from 'node:fs';

export interface Clock {
  now(): Date;
  /** By how much it is ahead of the machine's, in milliseconds. */
  aheadMs(): number;
}

export const machineClock: Clock = { now: () => new Date(), aheadMs: () => 0 };

/**
 * A clock that is ahead by the milliseconds that stand in a file, which may be written at any time and stays over the
 * restarts of who reads it; by none while there is no file. For stacks of demos and tests only.
 */
export const createSettableClock = (file: string): Clock => {
  const aheadMs = (): number => {
    try {
      const ms = Number(readFileSync(file, 'utf8'));
      return Number.isFinite(ms) ? ms : 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  };
  return { aheadMs, now: () => new Date(Date.now() + aheadMs()) };
};

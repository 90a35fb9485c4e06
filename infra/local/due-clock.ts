/** The calendar of a local stack's SIM services, which can be moved on: the first of a month comes when it is wanted. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StackInfo } from './stack-info.ts';

export const dueClockFile = (stateFolder: string): string => path.join(stateFolder, 'due-clock');

type Stack = Pick<StackInfo, 'dueClockFile'>;

/** What the stack's calendar says now. */
export const dueClockNow = ({ dueClockFile: file }: Stack): Date => new Date(Date.now() + aheadMs(file));

const aheadMs = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
};

/**
 * Moves the calendar to a time, from which it goes on. Only forward: what is due is written down by it, and would be
 * due again, or not for a month.
 */
export const moveDueClock = (stack: Stack, to: Date): void => {
  if (to < dueClockNow(stack)) throw new Error(`the calendar is at ${dueClockNow(stack).toISOString()} already`);
  const draft = `${stack.dueClockFile}.draft`;
  writeFileSync(draft, String(to.getTime() - Date.now()));
  // As a whole: it is read at any time.
  renameSync(draft, stack.dueClockFile);
};

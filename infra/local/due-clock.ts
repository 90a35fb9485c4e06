/** The calendar of a local stack's SIM services, which can be moved on: the first of a month comes when it is wanted. */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createSettableClock } from '@simlane/service-kit/clock';
import type { StackInfo } from './stack-info.ts';

export const dueClockFile = (stateFolder: string): string => path.join(stateFolder, 'due-clock');

type Stack = Pick<StackInfo, 'dueClockFile'>;

/** What the stack's calendar says now. */
export const dueClockNow = ({ dueClockFile: file }: Stack): Date => createSettableClock(file).now();

/**
 * Moves the calendar to a time, from which it goes on. Only forward: what is due is written down by it, and would be
 * due again, or not for a month.
 */
export const moveDueClock = (stack: Stack, to: Date): void => {
  const now = dueClockNow(stack);
  if (to < now) throw new Error(`the calendar is at ${now.toISOString()} already`);
  const draft = `${stack.dueClockFile}.draft`;
  writeFileSync(draft, String(to.getTime() - Date.now()));
  // As a whole: it is read at any time.
  renameSync(draft, stack.dueClockFile);
};

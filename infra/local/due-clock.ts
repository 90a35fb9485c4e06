/** The calendar of a local stack's SIM services, which can be moved on: the first of a month comes when it is wanted. */
import path from 'node:path';

export const dueClockFile = (stateFolder: string): string => path.join(stateFolder, 'due-clock');

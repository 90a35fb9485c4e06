import { dueTable } from '@simlane/service-kit/due';

/** What is owed: workflows to wake, and files to clean up after a process that died. */
export const due = dueTable;

/** Places in a process at which a drill can kill it. What each is, `crash-points.ts` tells, which runs in the process. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from '../local/state-folder.ts';

export type CrashPoint =
  | 'before-commit'
  | 'after-commit'
  /** Temporal has the wake, the due row does not know. */
  | 'after-wake'
  /** The provider has decided, nothing is stored. */
  | 'after-provider-answer'
  /** Line and SIM are reserved, the order is still confirming. */
  | 'after-reservation'
  /** Inventory has carried a fact out, the order does not say so. */
  | 'after-step'
  /** SES has the mail, its row does not know. */
  | 'after-mail-taken';

const folderOf = (stateFolder: string): string => path.join(stateFolder, 'crash-points');

/** What node is to load into the processes of a stack whose points can be armed. */
export const crashPointImport = (stateFolder: string): string => {
  const module = pathToFileURL(path.join(checkout, 'infra', 'drill', 'crash-points.ts'));
  module.searchParams.set('armed', folderOf(stateFolder));
  return module.href;
};

/** Has the process killed when it passes the point, after so many passes; once. Tells whether it has been. */
export const arm = (
  stateFolder: string,
  { process, point, passes }: { process: string; point: CrashPoint; passes: number },
): (() => boolean) => {
  mkdirSync(folderOf(stateFolder), { recursive: true });
  const file = path.join(folderOf(stateFolder), `${process}.${point}`);
  writeFileSync(file, String(passes));
  return () => !existsSync(file);
};

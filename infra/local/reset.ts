/** `npm run reset`: removes all data of the local stack of this checkout. Downloaded and built binaries stay. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { tryLock } from './file-lock.mjs';
import { startTimeOf } from './process-identity.mjs';
import { defaultStateFolder, isRoot, sharedFolderOfCheckout } from './state-folder.ts';
import { say, sayAside } from './terminal.ts';
import { TEST_FOLDER_PREFIX } from './test-servers.ts';

const attempt = tryLock(path.join(defaultStateFolder, 'stack.lock'));
if ('heldBy' in attempt) {
  sayAside(`The stack is up (pid ${attempt.heldBy.pid}). Stop it first: Ctrl-C in its terminal.`);
  process.exitCode = 1;
} else {
  if (isRoot()) removeSharedFolder(sharedFolderOfCheckout());
  remove(defaultStateFolder);
}

/** Tests of this checkout may be running beside: their databases stay, and the PostgreSQL that they all run. */
function removeSharedFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder);
  const inUse = entries.filter((entry) => entry.startsWith(TEST_FOLDER_PREFIX) && isInUse(path.join(folder, entry)));
  if (inUse.length === 0) return remove(folder);
  say(`Tests are running: ${inUse.join(', ')} in ${folder} and PostgreSQL's binaries stay.`);
  const stays = (entry: string) => inUse.includes(entry) || entry.startsWith('postgresql-');
  for (const entry of entries) if (!stays(entry)) remove(path.join(folder, entry));
}

/** Whether a test's PostgreSQL runs, or is about to: its folder is made moments before. */
function isInUse(testFolder: string): boolean {
  const note = path.join(testFolder, 'data', 'postmaster.pid');
  if (!existsSync(note)) return existsSync(path.join(testFolder, 'data.draft'));
  return startTimeOf(Number(readFileSync(note, 'utf8').split('\n')[0])) !== undefined;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  say(`Removed ${folder}`);
}

import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HASH_LENGTH = 12;
const OTHERS_MAY_ENTER = 0o001;

/** The checkout's root folder. */
export const checkout: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where `npm start` keeps its data, logs, secrets and stack.json. Never committed. */
export const defaultStateFolder: string = path.join(checkout, '.simlane');

/** Creates the state folder, closed to everybody but its owner: it holds secrets. */
export function makeStateFolder(stateFolder: string): void {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  chmodSync(stateFolder, 0o700);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Where things live that another user than root must reach (PostgreSQL refuses to run as root): a folder of this
 * checkout outside of it, because a checkout may lie below a folder that is closed to others.
 */
export function sharedFolderOfCheckout(): string {
  return path.join(folderOpenToOthers(), `simlane-${shortHash(checkout)}`);
}

/** Creates the shared folder; refuses one that somebody else has put there. */
export function makeSharedFolder(): string {
  const folder = sharedFolderOfCheckout();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { uid } = lstatSync(folder);
  if (uid !== 0 || !lstatSync(folder).isDirectory()) {
    throw new Error(`${folder} should be a folder of root's; it was made by user ${uid}. Remove it and try again.`);
  }
  chmodSync(folder, 0o755);
  return folder;
}

/** Creates a folder for the given user alone. */
export function makeFolderOf(folder: string, user: { readonly uid: number; readonly gid: number } | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}

function folderOpenToOthers(): string {
  // /var/tmp first: it outlives a restart of the machine, as the rest of the state does.
  const candidates = ['/var/tmp', tmpdir(), '/tmp'];
  const open = candidates.find((folder) => existsSync(folder) && withParents(folder).every(othersMayEnter));
  if (!open) throw new Error(`None of ${candidates.join(', ')} is a folder that another user than root may enter`);
  return open;
}

function othersMayEnter(folder: string): boolean {
  return (statSync(folder).mode & OTHERS_MAY_ENTER) !== 0;
}

function withParents(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startTimeOf } from './process-identity.mjs';

/** How often a waiting process looks again. Long against a file read, short against what a lock protects (seconds to minutes). */
const LOOK_AGAIN_AFTER_MS = 250;

/**
 * Takes the lock file, or answers who holds it. The file appears whole or not at all; one left by a process that no
 * longer runs is taken over. Holding it twice in one process is refused like any other holder.
 * @returns `{ release }` or `{ heldBy }`
 */
export function tryLock(lockFile) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid), holding: randomUUID() });
  const draft = `${lockFile}.${randomUUID()}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      if (linkIfFree(draft, lockFile)) {
        return { release: () => releaseIf(lockFile, mine) };
      }
      const theirs = readIfThere(lockFile);
      if (theirs === undefined) continue;
      const heldBy = parse(theirs);
      if (heldBy && isRunning(heldBy)) return { heldBy };
      removeIf(lockFile, theirs);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Waits until the lock is ours. `onWait` is called once, with the holder, when it is not ours at once. */
export async function lock(lockFile, { onWait, signal } = {}) {
  for (let first = true; ; first = false) {
    const attempt = tryLock(lockFile);
    if ('release' in attempt) return attempt;
    if (first) onWait?.(attempt.heldBy);
    await sleep(LOOK_AGAIN_AFTER_MS, undefined, { signal });
  }
}

function linkIfFree(draft, lockFile) {
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the file if it still says `content`; a lock that somebody took in between is put back. */
function removeIf(lockFile, content) {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== content) linkIfFree(aside, lockFile);
  rmSync(aside, { force: true });
}

function releaseIf(lockFile, mine) {
  if (readIfThere(lockFile) === mine) rmSync(lockFile, { force: true });
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

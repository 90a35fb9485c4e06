import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { lock } from './file-lock.mjs';
import type { Surroundings } from './binaries.ts';

/**
 * Fills one place of the cache: `make` writes to a temporary folder beside it, and the finished file is renamed into
 * place, so that a half-written binary is never taken for a whole one. One maker works at a time; who waited finds
 * what the other made. The lock of a killed maker is taken over.
 */
export function createCacheFiller({
  report,
  signal,
}: Pick<Surroundings, 'report' | 'signal'>): Surroundings['fillCache'] {
  return async (cached, make) => {
    const folder = path.dirname(cached);
    const held = await lock(`${folder}.lock`, {
      signal,
      onWait: (holder) => report(`Another process (${holder.pid}) is making ${path.basename(folder)}; waiting for it`),
    });
    // One fixed name: what an interrupted maker left is in the way of nobody, and is cleared by the next.
    const drafts = `${folder}.draft`;
    try {
      if (existsSync(cached)) return true;
      rmSync(drafts, { recursive: true, force: true });
      mkdirSync(drafts, { recursive: true });
      const draft = path.join(drafts, path.basename(cached));
      if (!(await make(draft))) return false;
      mkdirSync(folder, { recursive: true });
      renameSync(draft, cached);
      return true;
    } finally {
      rmSync(drafts, { recursive: true, force: true });
      held.release();
    }
  };
}

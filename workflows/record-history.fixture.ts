import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

export const HISTORIES = path.join(import.meta.dirname, 'histories');

/** Keeps the history of a run under histories/, where `npm run record-histories` asks for it; otherwise does nothing. */
export const recordHistory = async (handle: WorkflowHandle, name: string): Promise<void> => {
  const folder = process.env.SIMLANE_RECORD_HISTORIES;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  // Stack traces and identities name the machine that made them, which is nobody's business.
  const json = historyToJSON(await handle.fetchHistory())
    .replaceAll(`${path.resolve(import.meta.dirname, '..')}/`, '')
    .replaceAll(`${process.pid}@${hostname()}`, 'worker');
  writeFileSync(path.join(folder, `${name}.json`), `${json}\n`);
};

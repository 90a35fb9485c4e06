/**
 * vitest's global set-up of tests against everything: `inject('stack')`. The stack is a fresh one, beside any that
 * `npm start` runs, on free ports, gone afterwards; its logs stay in `.simlane/end-to-end-logs`.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { auditUntilGreen } from '../audit/audit.ts';
import { reportText } from '../audit/report-text.ts';
import { sayAside } from './terminal.ts';
import { withoutFixedPorts } from './ports.ts';
import type { StackInfo } from './stack-info.ts';
import { startStack } from './stack.ts';
import { defaultStateFolder, makeStateFolder } from './state-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The whole stack, fresh and seeded. Pids change: `readRunningStack(stack.stateFolder)` has those of now. */
    stack: StackInfo;
  }
}

/** Recovery is to be felt within a minute. */
const SOUND_WITHIN_MS = 60_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  makeStateFolder(defaultStateFolder);
  const stack = await startStack({
    stateFolder: mkdtempSync(path.join(tmpdir(), 'simlane-test-')),
    throwAway: true,
    logFolder: path.join(defaultStateFolder, 'end-to-end-logs'),
    report: sayAside,
    env: withoutFixedPorts(process.env),
  });
  project.provide('stack', stack.info);
  return async () => {
    try {
      await requireSound(stack.info);
    } finally {
      await stack.stop();
    }
  };
}

/** Whatever the tests have done to the stack, its invariants hold at the end; if not, the run fails and says where. */
async function requireSound(info: StackInfo): Promise<void> {
  const { green, report } = await auditUntilGreen(info, { withinMs: SOUND_WITHIN_MS });
  if (!green) throw new Error(`The audit after the tests has findings:\n${reportText(report)}`);
}

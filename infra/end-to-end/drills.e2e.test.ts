/** The short forms of all drills, on a stack of their own; `npm run drill` has the long ones. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_DRILLS } from '../drill/all-drills.ts';
import { runDrill } from '../drill/drill.ts';
import { drillStack } from '../drill/drill-stack.ts';
import { type Stack, startStack } from '../local/stack.ts';

/** The same each time: a test that fails is to fail again. `npm run drill` draws another. */
const SEED = 1;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(drillStack(mkdtempSync(path.join(tmpdir(), 'simlane-drill-'))));
});
afterAll(() => stack.stop());

describe('every order ends right, once, and the auditor finds nothing:', () => {
  it.each(ALL_DRILLS)('$title', async (drill) => {
    expect((await runDrill(drill, { stack, seed: SEED, short: true })).failure).toBeNull();
  });
});

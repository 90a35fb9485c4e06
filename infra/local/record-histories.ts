/**
 * `npm run record-histories`: runs the workflow tests against a real Temporal server with SIMLANE_RECORD_HISTORIES set
 * to workflows/histories. A test that carries a workflow to one of its endings writes the history there when it is set;
 * the replay tests then hold every later version of the workflow against them. To be run, and its files committed,
 * when a workflow has a new ending or a patched step.
 */
import path from 'node:path';
import { checkout } from './state-folder.ts';
import { createToolRunner } from './tool-runner.ts';

const tools = createToolRunner();
const vitest = path.join(checkout, 'node_modules', 'vitest', 'vitest.mjs');
const { exitCode } = await tools.run(
  process.execPath,
  [vitest, 'run', '--project', 'workflow', ...process.argv.slice(2)],
  { output: 'shown', env: { SIMLANE_RECORD_HISTORIES: path.join(checkout, 'workflows', 'histories') } },
);
await tools.close();
process.exitCode = exitCode;

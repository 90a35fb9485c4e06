/**
 * `npm run audit`: checks the invariants of the running stack and says what is wrong and where, a line each. What may
 * pass by itself is looked at again for `--within` seconds, a minute when absent. `--json` prints the report as JSON,
 * and nothing else, to standard output. Exit code 1 when something is wrong.
 */
import { parseArgs } from 'node:util';
import { readRunningStack } from '../local/stack-info.ts';
import { defaultStateFolder } from '../local/state-folder.ts';
import { say, sayAside } from '../local/terminal.ts';
import { auditUntilGreen } from './audit.ts';
import { reportText } from './report-text.ts';

const MS_IN_SECOND = 1000;

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, within: { type: 'string', default: '60' } },
});
const stack = readRunningStack(defaultStateFolder);

if (stack === undefined) {
  sayAside('The stack is not up. Start it in another terminal: npm start');
  process.exitCode = 1;
} else {
  try {
    const { green, report } = await auditUntilGreen(stack, { withinMs: Number(values.within) * MS_IN_SECOND });
    say(values.json ? JSON.stringify({ green, ...report }, null, 2) : reportText(report));
    if (!green) process.exitCode = 1;
  } catch (error) {
    sayAside(`A part of the stack cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

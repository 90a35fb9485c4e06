/**
 * `npm run demo`: the stack, three SIM changes, a QR code and what SIMs may do, told step by step as they happen. `--keep` stays up afterwards;
 * `--json` writes the steps as JSON, and nothing else, to standard output. Exit code 1 if a step does not hold.
 */
import { parseArgs } from 'node:util';
import { untilAborted, withStack } from '../local/with-stack.ts';
import { allHeld, tellStories } from './demo.ts';
import type { StoryReport } from './told-story.ts';

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
/** With --json, standard output is for the JSON alone. */
const tell = (line: string) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

process.exitCode = await withStack({ report: tell }, async (stack, signal) => {
  const stories = await tellStories(stack.info, tell);
  const ok = allHeld(stories);
  tell(summary(stories));
  if (values.json) process.stdout.write(`${JSON.stringify({ ok, stories }, null, 2)}\n`);
  if (values.keep) {
    tell('Everything stays up. Ctrl-C stops it.');
    await untilAborted(signal);
  }
  return ok ? 0 : 1;
});

function summary(stories: readonly StoryReport[]): string {
  const lines = stories.map(({ name, steps }) => {
    const held = steps.filter(({ ok }) => ok).length;
    const failed = steps.find(({ ok }) => !ok);
    return `  ${failed ? '✗' : '✓'} ${name}: ${held} steps held${failed ? `, then not: ${failed.name}` : ''}`;
  });
  return `\n${lines.join('\n')}\n`;
}

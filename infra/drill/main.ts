/**
 * `npm run drill -- [name…]`: breaks a fresh stack, beside any other, in each of the named ways, or all, and sees that
 * every order ends right and the auditor finds nothing. `--list` names the drills, `--seed=n` repeats a run's chance,
 * `--short` runs the forms that `npm test` has, `--report=file` writes file.md and file.json. Exit code 1 when something
 * does not hold.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultStateFolder } from '../local/state-folder.ts';
import { say, sayAside } from '../local/terminal.ts';
import { withStack } from '../local/with-stack.ts';
import { ALL_DRILLS } from './all-drills.ts';
import { type DrillResult, runDrill } from './drill.ts';
import { drillStack } from './drill-stack.ts';
import { markdown } from './report.ts';

const LARGEST_SEED = 2 ** 32;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
});

const unknown = positionals.find((name) => ALL_DRILLS.every((drill) => drill.name !== name));
if (values.list) {
  for (const { name, title } of ALL_DRILLS) say(`${name.padEnd(24)}${title}`);
} else if (unknown !== undefined) {
  sayAside(`There is no drill ${unknown}; npm run drill -- --list names those there are`);
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}

function run(): Promise<number> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * LARGEST_SEED) : Number(values.seed);
  const { short } = values;
  const chosen = ALL_DRILLS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  sayAside(`Seed ${seed}: --seed=${seed} runs the same again`);
  const options = drillStack(path.join(defaultStateFolder, 'drill'));
  return withStack({ ...options, report: sayFirstLine }, async (stack) => {
    const results: DrillResult[] = [];
    for (const drill of chosen) {
      sayAside(`${drill.name}: ${drill.title}`);
      const result = await runDrill(drill, { stack, seed, short });
      sayAside(`${drill.name}: ${result.failure ?? 'holds'} (${result.seconds} s)`);
      results.push(result);
    }
    const text = markdown(results, { seed, short });
    say(text);
    if (values.report !== undefined) {
      writeFileSync(`${values.report}.md`, text);
      writeFileSync(`${values.report}.json`, `${JSON.stringify({ seed, short, results }, null, 2)}\n`);
    }
    return results.every(({ failure }) => failure === null) ? 0 : 1;
  });
}

/** The stack shows the log of whatever dies; here dying is what is wanted. */
function sayFirstLine(text: string): void {
  sayAside(text.split('\n', 1).join());
}

/**
 * `node infra/model/main.ts`: plays random histories of orders on a whole stack of its own and compares each with the
 * model; `--histories=n` says how many (2,000), `--seed=n` plays the same again. Exit code 1 where one differs.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withoutFixedPorts } from '../bench/ports.ts';
import { defaultStateFolder } from '../local/state-folder.ts';
import { say, sayAside } from '../local/terminal.ts';
import { withStack } from '../local/with-stack.ts';
import { runHistories } from './histories.ts';

const HISTORIES = '2000';
const LARGEST_SEED = 2 ** 31;

const { values } = parseArgs({
  options: { histories: { type: 'string', default: HISTORIES }, seed: { type: 'string' } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * LARGEST_SEED) : Number(values.seed);

process.exitCode = await withStack(
  {
    stateFolder: path.join(defaultStateFolder, 'model'),
    throwAway: true,
    logFolder: path.join(defaultStateFolder, 'model-logs'),
    report: sayAside,
    env: withoutFixedPorts(process.env),
  },
  async ({ info }) => {
    sayAside(`Seed ${seed}: --seed=${seed} plays the same histories again`);
    const { failures, histories } = await runHistories({ stack: info, count: Number(values.histories), seed });
    say(failures.length === 0 ? `${histories} histories are as the model has them` : failures.join('\n\n'));
    return failures.length === 0 ? 0 : 1;
  },
);

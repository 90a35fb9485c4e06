import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { HISTORIES } from './record-history.fixture.ts';

/** One for each ending, and for the ways to get there again; `npm run record-histories` adds to them. */
const FEWEST_HISTORIES = 41;

const histories = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
const quiet = new DefaultLogger('ERROR');
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  Runtime.install({ logger: quiet, telemetryOptions: { logging: { filter: 'error' } } });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: path.join(import.meta.dirname, 'index.ts'),
    logger: quiet,
  });
});

it('has a recorded history of each ending', () => {
  expect(histories.length).toBeGreaterThanOrEqual(FEWEST_HISTORIES);
});

it.each(histories)('%s replays with the workflow as it is now', async (file) => {
  const history: unknown = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8'));
  await expect(Worker.runReplayHistory({ workflowBundle }, history)).resolves.toBeUndefined();
});

it('would notice a workflow that does something else', async () => {
  const [file = ''] = histories.filter((name) => name.startsWith('acknowledged-then-processed'));
  const text = readFileSync(path.join(HISTORIES, file), 'utf8').replaceAll(
    'createTemporaryEsim',
    'createSomethingElse',
  );
  const tampered: unknown = JSON.parse(text);
  await expect(Worker.runReplayHistory({ workflowBundle }, tampered)).rejects.toThrow();
});

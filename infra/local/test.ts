/**
 * `npm test`: the checks, then every project of vitest.config.ts, each in a run of its own. Each check counts as one
 * test. The last line is `N passed, N failed`; exit code 1 when anything failed or nothing ran.
 * `npm test -- --project unit` runs that project alone, without the checks; other arguments go to vitest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runChecks } from './checks.ts';
import { checkout } from './state-folder.ts';
import { sayAside } from './terminal.ts';
import { createToolRunner, type ToolRunner } from './tool-runner.ts';
import { readVitestReport, type TestResults } from './vitest-report.ts';

const PROJECTS = ['unit', 'integration', 'workflow', 'replay', 'e2e'];

const { values, tokens } = parseArgs({
  options: { project: { type: 'string', multiple: true } },
  strict: false,
  allowPositionals: true,
  tokens: true,
});
const chosen = (values.project ?? []).map(String);
const unknown = chosen.find((project) => !PROJECTS.includes(project));
if (unknown) {
  sayAside(`There is no project ${unknown}; there are: ${PROJECTS.join(', ')}`);
  process.exit(2);
}

const tools = createToolRunner();
const reports = mkdtempSync(path.join(tmpdir(), 'simlane-reports-'));
const write = (text: string) => void process.stdout.write(text);
const results: TestResults[] = [];
if (chosen.length === 0) {
  write('check\n');
  for (const { name, ok } of await runChecks(tools, write)) {
    results.push(ok ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [`check: ${name}`] });
  }
}
for (const project of chosen.length > 0 ? chosen : PROJECTS) {
  const result = await runProject(project, tools);
  write(`${project}: ${result.passed} passed, ${result.failed} failed\n`);
  results.push(result);
}
rmSync(reports, { recursive: true, force: true });
await tools.close();

const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
if (failed > 0 || passed === 0) process.exitCode = 1;
// Again here, because a build machine may keep only the end of what was printed.
for (const failure of results.flatMap(({ failures }) => failures)) write(`\nfailed: ${failure.slice(0, 2_000)}\n`);
write(`${passed} passed, ${failed} failed\n`);

async function runProject(project: string, runner: ToolRunner): Promise<TestResults> {
  const report = path.join(reports, `${project}.json`);
  write(`\n${project}\n`);
  const vitest = path.join(checkout, 'node_modules', 'vitest', 'vitest.mjs');
  const { exitCode } = await runner.run(
    process.execPath,
    [vitest, 'run', '--project', project, '--reporter=default', '--reporter=json'].concat(
      `--outputFile.json=${report}`,
      otherArguments(),
    ),
    { output: 'shown' },
  );
  return readVitestReport(report, exitCode);
}

/** What was given besides --project, as it was given. */
function otherArguments(): string[] {
  return tokens.flatMap((token) => {
    if (token.kind === 'positional') return [token.value];
    if (token.kind === 'option' && token.name !== 'project') {
      return [token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`];
    }
    return [];
  });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readVitestReport } from './vitest-report.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(content: object): string {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  message: status === 'failed' ? 'cannot be loaded' : '',
  assertionResults: tests.map((each, at) => ({
    status: each,
    fullName: `test ${at}`,
    failureMessages: each === 'failed' ? ['expected 1'] : [],
  })),
});

it.each([
  ['all passed', 2, 0, [file('passed', 'passed', 'passed')], []],
  ['one failed', 1, 1, [file('failed', 'passed', 'failed')], ['a.test.ts: test 1\nexpected 1']],
  [
    'a file that could not be loaded',
    1,
    1,
    [file('passed', 'passed'), file('failed')],
    ['a.test.ts: cannot be loaded'],
  ],
  ['an error outside of any test', 1, 1, [file('passed', 'passed')], ['an error outside of any test: exit code 1']],
  ['no test at all', 0, 0, [], ['no test ran']],
] as const)('counts and names the failures of a run with %s', (_case, passed, exitCode, testResults, failures) => {
  const read = readVitestReport(report({ numPassedTests: passed, testResults }), exitCode);
  expect(read).toEqual({ passed, failed: failures.length, failures });
});

it('counts a run that broke off without a report as one failed', () => {
  expect(readVitestReport(path.join(folder, 'none.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
});

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
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

it.each([
  ['all passed', 2, 0, [file('passed', 'passed', 'passed')], 0, { passed: 2, failed: 0 }],
  ['one failed', 1, 1, [file('failed', 'passed', 'failed')], 1, { passed: 1, failed: 1 }],
  ['a file that could not be loaded', 1, 0, [file('passed', 'passed'), file('failed')], 1, { passed: 1, failed: 1 }],
  ['an error outside of any test', 1, 0, [file('passed', 'passed')], 1, { passed: 1, failed: 1 }],
  ['no test at all', 0, 0, [], 0, { passed: 0, failed: 1 }],
] as const)('counts a run with %s', (_case, numPassedTests, numFailedTests, testResults, exitCode, counts) => {
  expect(readVitestReport(report({ numPassedTests, numFailedTests, testResults }), exitCode)).toEqual(counts);
});

it('counts a run that broke off without a report as one failed', () => {
  expect(readVitestReport(path.join(folder, 'none.json'), 0)).toEqual({ passed: 0, failed: 1 });
});

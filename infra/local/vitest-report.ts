import { readFileSync } from 'node:fs';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

export interface TestResults extends TestCounts {
  /** What failed, each with what it said, told again at the end of a long output. */
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Counts the tests of one vitest run by its JSON report. What no test accounts for counts as one failed: a run that
 * broke off, a file that could not be loaded, an error outside of any test, no test at all.
 */
export function readVitestReport(file: string, exitCode: number): TestResults {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1, failures: ['the run broke off before its report was written'] };
  }
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((assertion) => assertion.status === 'failed');
    if (status === 'failed' && tests.length === 0) return [`${name}: ${message}`];
    return tests.map((test) => `${name}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
  });
  const passed = report.numPassedTests;
  if (failures.length === 0 && (exitCode !== 0 || passed === 0)) {
    failures.push(passed === 0 ? 'no test ran' : `an error outside of any test: exit code ${exitCode}`);
  }
  return { passed, failed: failures.length, failures };
}

import { readFileSync } from 'node:fs';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the tests of one vitest run by its JSON report. What no test accounts for counts as one failed: a run that
 * broke off, a file that could not be loaded, an error outside of any test, no test at all.
 */
export function readVitestReport(file: string, exitCode: number): TestCounts {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1 };
  }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const passed = report.numPassedTests;
  const unaccounted = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: unaccounted ? 1 : failed };
}

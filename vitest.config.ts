import { defineConfig } from 'vitest/config';

/** Two cores are what the build machine has; more workers than that only wait for each other. */
const WORKERS = 2;

/** Nothing but computing. */
const UNIT_TEST_MS = 5_000;
/** Real PostgreSQL, with others using it at the same time. */
const INTEGRATION_TEST_MS = 20_000;
/** A fresh database with all migrations, in a hook. */
const INTEGRATION_HOOK_MS = 60_000;
/** Bundling the workflows takes seconds, and retries of activities are waited for. */
const WORKFLOW_TEST_MS = 60_000;
/** A killed worker's activity is tried again only after its time-out. */
const END_TO_END_TEST_MS = 180_000;

const excluded = ['**/node_modules/**', '**/.simlane/**'];

/** A test that fails now and then is broken: nothing is retried. */
export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    // Types and rules are checked by `npm run check`; here only what runs.
    watch: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.unit.test.ts'],
          exclude: excluded,
          testTimeout: UNIT_TEST_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: excluded,
          globalSetup: ['infra/local/vitest-postgres.ts'],
          testTimeout: INTEGRATION_TEST_MS,
          hookTimeout: INTEGRATION_HOOK_MS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'workflow',
          include: ['**/*.workflow.test.ts'],
          exclude: excluded,
          globalSetup: ['infra/local/vitest-temporal.ts'],
          testTimeout: WORKFLOW_TEST_MS,
          hookTimeout: WORKFLOW_TEST_MS,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'replay',
          include: ['**/*.replay.test.ts'],
          exclude: excluded,
          testTimeout: WORKFLOW_TEST_MS,
          hookTimeout: WORKFLOW_TEST_MS,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['infra/end-to-end/**/*.e2e.test.ts'],
          exclude: excluded,
          globalSetup: ['infra/local/vitest-stack.ts'],
          fileParallelism: false,
          testTimeout: END_TO_END_TEST_MS,
          hookTimeout: END_TO_END_TEST_MS,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});

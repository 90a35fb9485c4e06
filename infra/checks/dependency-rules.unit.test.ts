import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = path.resolve(import.meta.dirname, '../..');
const DEPCRUISE = path.join(repository, 'node_modules/.bin/depcruise');
const CONFIG = path.join(repository, '.dependency-cruiser.mjs');
/** The tool starts, reads a tiny tree and ends. */
const CRUISE_TIMEOUT_MS = 60_000;

/** A small tree laid out as ours, without a violation. */
const CLEAN = {
  'shared/contracts/order.ts': 'export const order = 1;',
  'shared/contracts/http/order.ts':
    "import { z } from 'zod';\nimport { order } from '../order.ts';\nexport const schema = [z, order];",
  'shared/service-kit/postgres.ts': "import pg from 'pg';\nexport const pool = pg;",
  'shared/testing/database.ts': "export { pool } from '@simlane/service-kit/postgres';",
  'services/order/main.ts': "import { schema } from '@simlane/contracts/http/order';\nconsole.log(schema);",
  'services/catalog/main.ts': "import { order } from '@simlane/contracts/order';\nconsole.log(order);",
  'workflows/index.ts':
    "import * as workflow from '@temporalio/workflow';\nimport { order } from '@simlane/contracts/order';\nexport { workflow, order };",
  'activities/main.ts': "import { order } from '@simlane/contracts/order';\nconsole.log(order);",
  'infra/seed/main.ts': 'export const seed = 1;',
} as const;

/** What breaks a rule, and the rule that must say so. */
const PLANTED: readonly [rule: string, file: string, source: string][] = [
  ['no-circles', 'shared/contracts/order.ts', "export { other as order } from './other.ts';"],
  ['nobody-imports-a-service', 'activities/main.ts', "import '../services/order/main.ts';"],
  ['nobody-imports-a-service', 'infra/seed/main.ts', "import '../../services/order/main.ts';"],
  ['services-do-not-import-each-other', 'services/catalog/main.ts', "import '../order/main.ts';"],
  ['nobody-imports-workflows-or-activities', 'services/order/main.ts', "import '../../workflows/index.ts';"],
  ['workflows-and-activities-meet-in-contracts', 'activities/main.ts', "import type {} from '../workflows/index.ts';"],
  ['nobody-imports-infra', 'services/order/main.ts', "import '../../infra/seed/main.ts';"],
  [
    'contracts-import-nothing-of-ours',
    'shared/contracts/order.ts',
    "export { pool as order } from '../service-kit/postgres.ts';",
  ],
  ['workflows-reach-no-schema', 'shared/contracts/order.ts', "export { z as order } from 'zod';"],
  [
    'workflows-reach-no-schema',
    'shared/contracts/order.ts',
    "import type {} from './http/order.ts';\nexport const order = 1;",
  ],
  [
    'workflows-import-contracts-and-temporal-only',
    'workflows/index.ts',
    "import { schema } from '@simlane/contracts/http/order';\nexport { schema };",
  ],
  [
    'workflows-import-contracts-and-temporal-only',
    'workflows/index.ts',
    "import { readFileSync } from 'node:fs';\nexport { readFileSync };",
  ],
  ['workflows-import-contracts-and-temporal-only', 'workflows/index.ts', "import pg from 'pg';\nexport { pg };"],
  ['activities-hold-no-database', 'activities/main.ts', "import pg from 'pg';\nconsole.log(pg);"],
  [
    'activities-hold-no-database',
    'activities/main.ts',
    "import { pool } from '@simlane/service-kit/postgres';\nconsole.log(pool);",
  ],
  ['testing-is-for-tests', 'services/order/main.ts', "import '@simlane/testing/database';"],
  ['no-nameless-places', 'services/order/main.ts', "import './utils/dates.ts';"],
  ['every-import-leads-somewhere', 'services/order/main.ts', "import './missing.ts';"],
];

const ALSO_THERE: Record<string, string> = {
  'shared/contracts/other.ts': "export { order as other } from './order.ts';",
  'services/order/utils/dates.ts': 'export const dates = 1;',
};

let tree: string;
beforeAll(() => {
  tree = realpathSync(mkdtempSync(path.join(tmpdir(), 'simlane-rules-')));
  for (const [file, source] of Object.entries(CLEAN)) write(file, source);
  for (const name of ['contracts', 'service-kit', 'testing']) {
    write(
      `shared/${name}/package.json`,
      JSON.stringify({
        name: `@simlane/${name}`,
        type: 'module',
        exports: { './http/*': './http/*.ts', './*': './*.ts' },
      }),
    );
    mkdirSync(path.join(tree, 'node_modules/@simlane'), { recursive: true });
    symlinkSync(`../../shared/${name}`, path.join(tree, `node_modules/@simlane/${name}`));
  }
  for (const name of ['pg', 'zod', '@temporalio/workflow']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'module.exports = {};');
  }
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('the rules of dependence', () => {
  it('find nothing in a tree that keeps them', { timeout: CRUISE_TIMEOUT_MS }, async () => {
    expect(await violatedRules()).toEqual([]);
  });

  it.each(PLANTED)(
    '%s catches what is planted in %s: %s',
    { timeout: CRUISE_TIMEOUT_MS },
    async (rule, file, source) => {
      const clean = CLEAN[file as keyof typeof CLEAN];
      write(file, source);
      for (const [also, text] of Object.entries(ALSO_THERE)) write(also, text);
      try {
        expect(await violatedRules()).toContain(rule);
      } finally {
        write(file, clean);
        for (const also of Object.keys(ALSO_THERE)) rmSync(path.join(tree, also));
      }
    },
  );
});

const write = (file: string, source: string): void => {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), source);
};

const violatedRules = async (): Promise<string[]> => {
  const folders = ['shared', 'services', 'workflows', 'activities', 'infra'];
  const args = ['--config', CONFIG, '--output-type', 'json', ...folders];
  // The exit code is the number of violations; the report stands on stdout either way.
  const { stdout } = await promisify(execFile)(DEPCRUISE, args, { cwd: tree }).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
    throw error;
  });
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[]; totalCruised: number } };
  expect(report.summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(CLEAN).length);
  return [...new Set(report.summary.violations.map(({ rule }) => rule.name))];
};

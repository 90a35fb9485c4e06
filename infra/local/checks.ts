import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkout } from './state-folder.ts';
import type { ToolRunner } from './tool-runner.ts';

interface Check {
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** One of these must be in the root folder: the tool would otherwise pass by checking nothing of ours. */
  readonly configuration: readonly string[];
}

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
}

const CODE_FOLDERS = ['shared', 'services', 'workflows', 'activities', 'infra'];

const CHECKS: readonly Check[] = [
  { name: 'typecheck', tool: 'turbo', args: ['run', 'typecheck'], configuration: ['turbo.json'] },
  { name: 'lint', tool: 'oxlint', args: ['--type-aware'], configuration: ['.oxlintrc.json', 'oxlint.config.ts'] },
  { name: 'format', tool: 'biome', args: ['format', '.'], configuration: ['biome.json'] },
  {
    name: 'dead code',
    tool: 'knip',
    args: [],
    configuration: ['knip.json', 'knip.jsonc', 'knip.config.ts', 'knip.ts'],
  },
  {
    name: 'dependence rules',
    tool: 'depcruise',
    args: CODE_FOLDERS,
    configuration: ['js', 'cjs', 'mjs', 'json'].map((ending) => `.dependency-cruiser.${ending}`),
  },
];

/** Runs all checks, one after the other, telling each result in a line and showing what a failed one said. */
export async function runChecks(tools: ToolRunner, write: (text: string) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of CHECKS) {
    const began = Date.now();
    const { ok, output } = await runCheck(check, tools);
    write(`${check.name} ${ok ? 'ok' : 'failed'} (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
    if (!ok) write(`${output.trimEnd().replaceAll(/^/gm, '    ')}\n`);
    results.push({ name: check.name, ok });
  }
  return results;
}

async function runCheck(
  { tool, args, configuration }: Check,
  tools: ToolRunner,
): Promise<{ ok: boolean; output: string }> {
  const files = new Set(readdirSync(checkout));
  if (!configuration.some((file) => files.has(file))) {
    return { ok: false, output: `There is no configuration of ${tool}: ${configuration.join(' or ')}` };
  }
  const executable = path.join(checkout, 'node_modules', '.bin', tool);
  if (!existsSync(executable)) return { ok: false, output: `${tool} is not installed: npm ci` };
  const { exitCode, output } = await tools.run(executable, args, {
    output: 'kept',
    // Nothing here reports to its makers.
    env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' },
  });
  return { ok: exitCode === 0, output };
}

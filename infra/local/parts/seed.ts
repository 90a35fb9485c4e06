import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Guardian } from '../guardian-link.ts';
import { signalGroup } from '../process-group.ts';
import { checkout } from '../state-folder.ts';

const SEED_WITHIN_MS = 120_000;
const SHOWN_LINES = 20;

/**
 * Runs the seed to its end and resolves to the JSON of its last line. It may be run on what is seeded already.
 * Rejects with its last lines when it fails or says no JSON.
 */
export async function runSeed(
  env: Record<string, string>,
  { guardian, logFolder, signal }: { guardian: Guardian; logFolder: string; signal: AbortSignal },
): Promise<unknown> {
  const child = spawn(process.execPath, [path.join(checkout, 'infra', 'seed', 'main.ts')], {
    cwd: checkout,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) guardian.guard(pid, 'SIGTERM');
  const log = createWriteStream(path.join(logFolder, 'seed.log'), { mode: 0o600 });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.pipe(log);
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.stderr.pipe(log);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SEED_WITHIN_MS)]);
  const stop = () => pid !== undefined && signalGroup(pid, 'SIGKILL');
  limit.addEventListener('abort', stop);
  const [code, endedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  limit.removeEventListener('abort', stop);
  if (pid !== undefined) guardian.release(pid);
  const lines = said.trimEnd().split('\n');
  if (code !== 0) throw new Error(`The seed failed (${endedBy ?? `exit code ${code}`}):\n${tail(said + complaints)}`);
  try {
    return JSON.parse(lines.at(-1) ?? '');
  } catch {
    throw new Error(`The seed's last line is not JSON:\n${tail(said)}`);
  }
}

function tail(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-SHOWN_LINES);
  return lines.map((line) => `    ${line}`).join('\n');
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type { z } from 'zod';
import { baseEnvironment } from '../local/base-environment.ts';
import { checkout } from '../local/state-folder.ts';

export interface MeasuringOptions {
  readonly logFolder: string;
  /** When it aborts, the process is ended. */
  readonly signal: AbortSignal;
}

/**
 * Runs a script of another folder, which measures what only it can reach, and resolves to what it says at its end.
 *
 * @param script its path in the checkout
 * @param input given to it as JSON
 */
export async function runMeasuring<T>(
  script: string,
  answer: z.ZodType<T>,
  { logFolder, signal }: MeasuringOptions,
  input: unknown = null,
): Promise<T> {
  mkdirSync(logFolder, { recursive: true });
  const child = spawn(process.execPath, [path.join(checkout, script)], { env: baseEnvironment(), signal });
  child.stderr.pipe(createWriteStream(path.join(logFolder, `${path.basename(script, '.ts')}.log`), { mode: 0o600 }));
  // One that ends before it has read its input says why itself.
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(input));
  const ended = once(child, 'exit');
  // Both fail where the process does; the exit code tells why.
  const said = json(child.stdout).catch((error: unknown) => error);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}; its words are in ${logFolder}`);
  return answer.parse(await said);
}

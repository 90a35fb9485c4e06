import { createRequire } from 'node:module';
import path from 'node:path';
import { baseEnvironment } from '../base-environment.ts';
import { answersOk } from '../http-readiness.ts';
import type { ProcessDescription } from '../processes.ts';

/** An SES endpoint that keeps the mails and shows them on its page. In memory: a restart empties it. */
export function mailServer({ port, cwd }: { readonly port: number; readonly cwd: string }): ProcessDescription {
  const library = createRequire(import.meta.url).resolve('aws-ses-v2-local');
  return {
    name: 'ses',
    command: process.execPath,
    args: [path.join(path.dirname(library), 'cli.js'), '--host', '127.0.0.1', '--port', String(port)],
    cwd,
    env: baseEnvironment(),
    isReady: () => answersOk(`http://127.0.0.1:${port}/health-check`),
  };
}

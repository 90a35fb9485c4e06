import { spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import path from 'node:path';
import type { BinaryMaker } from './binaries.ts';
import type { Guardian } from './guardian-link.ts';
import { signalGroup } from './process-group.ts';

/** A cold build takes minutes; a line now and then tells that it goes on. */
const PROGRESS_EVERY_MS = 15_000;
const SHOWN_ERROR_LINES = 12;

export interface GoBuild {
  /** Arguments of `go` that leave the executable in the folder `into`, under this name. */
  readonly args: (into: string) => readonly string[];
  readonly executable: string;
  /** Where to run it; outside of any Go module when absent. */
  readonly cwd?: string;
  /** How long it takes with nothing cached, for the first message. */
  readonly takes: string;
}

/** Makes a binary with the machine's Go. Go fetches the modules and checks them by their hashes. */
export function goBuild(build: GoBuild, guardian: Guardian): BinaryMaker {
  return {
    way: 'Go build',
    make: async (target, { report, signal }) => {
      const folder = path.dirname(target);
      const name = path.basename(target);
      const outcome = await runGo(build, folder, guardian, {
        signal,
        report: (line) => report(`${name}: ${line}`),
      });
      if (outcome !== 'made') return outcome;
      const built = path.join(folder, build.executable);
      if (built !== target) renameSync(built, target);
      return 'made';
    },
  };
}

function runGo(
  build: GoBuild,
  into: string,
  guardian: Guardian,
  { report, signal }: { report: (line: string) => void; signal: AbortSignal },
): Promise<{ lacked: string } | 'made'> {
  return new Promise((resolve) => {
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const child = spawn('go', build.args(into), {
      cwd: build.cwd ?? into,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        GOBIN: into,
        GOFLAGS: `${process.env.GOFLAGS ?? ''} -buildvcs=false`.trim(),
      },
    });
    if (child.pid !== undefined) {
      guardian.guard(child.pid, 'SIGKILL');
      report(`building it with Go; ${build.takes}, once`);
    }
    const stop = () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL');
    signal.addEventListener('abort', stop);
    let packages = 0;
    let modules = 0;
    let errors: string[] = [];
    let rest = '';
    child.stderr.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('go: downloading')) modules++;
        else if (isPackage(line)) packages++;
        else errors = [...errors, line].slice(-SHOWN_ERROR_LINES);
      }
    });
    const ticker = setInterval(
      () => report(`${seconds()} s, ${modules} modules downloaded, ${packages} packages compiled`),
      PROGRESS_EVERY_MS,
    );
    const end = (outcome: { lacked: string } | 'made') => {
      clearInterval(ticker);
      signal.removeEventListener('abort', stop);
      if (child.pid !== undefined) guardian.release(child.pid);
      resolve(outcome);
    };
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ lacked: error.code === 'ENOENT' ? 'no go command on the PATH' : error.message }),
    );
    child.on('close', (code) => {
      if (code === 0) report(`built in ${seconds()} s`);
      end(code === 0 ? 'made' : { lacked: `go failed after ${seconds()} s:\n      ${errors.join('\n      ')}` });
    });
  });
}

/** With -v, go names each package as it compiles it: a path without spaces. */
function isPackage(line: string): boolean {
  return /^[\w./~-]+$/.test(line);
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { baseEnvironment } from './base-environment.ts';
import { type Guardian, startGuardian } from './guardian-link.ts';
import { onLauncherDeath } from './launcher.ts';
import { signalGroup } from './process-group.ts';
import { checkout } from './state-folder.ts';

/** A tool that was asked to end (vitest with a stack to stop) gets as long as the stack itself. */
const END_WITHIN_MS = 12_000;

export interface ToolOptions {
  /** Shown as it comes, or kept and returned. */
  readonly output: 'shown' | 'kept';
  readonly env?: Readonly<Record<string, string>>;
}

export interface ToolResult {
  readonly exitCode: number;
  /** Both streams, when kept. */
  readonly output: string;
}

/** Runs tools of ours one after the other, and leaves none behind when this process is asked to end or is killed. */
export interface ToolRunner {
  run(command: string, args: readonly string[], options: ToolOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

export function createToolRunner(): ToolRunner {
  const guardian = startGuardian();
  const running = new Set<number>();
  let ending = false;

  const end = (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    for (const pid of running) signalGroup(pid, 'SIGTERM');
    setTimeout(() => {
      for (const pid of running) signalGroup(pid, 'SIGKILL');
    }, END_WITHIN_MS).unref();
    const exit = () => process.exit(128 + constants.signals[signal]);
    const look = setInterval(() => {
      if (running.size === 0) {
        clearInterval(look);
        void guardian.dismiss().then(exit);
      }
    }, 50);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  onLauncherDeath(() => end('SIGHUP'));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  return {
    run: (command, args, options) => runTool(command, args, options, { guardian, running }),
    close: () => guardian.dismiss(),
  };
}

function runTool(
  command: string,
  args: readonly string[],
  { output, env = {} }: ToolOptions,
  { guardian, running }: { guardian: Guardian; running: Set<number> },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: checkout,
      env: { ...process.env, PATH: baseEnvironment().PATH, ...env },
      detached: true,
      stdio: ['ignore', output === 'shown' ? 'inherit' : 'pipe', output === 'shown' ? 'inherit' : 'pipe'],
    });
    const { pid } = child;
    if (pid !== undefined) {
      running.add(pid);
      guardian.guard(pid, 'SIGTERM');
    }
    let kept = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (kept += chunk.toString()));
    const end = (exitCode: number) => {
      if (pid !== undefined) {
        running.delete(pid);
        guardian.release(pid);
      }
      resolve({ exitCode, output: kept });
    };
    child.once('error', (error) => {
      kept += error.message;
      end(1);
    });
    child.once('close', (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

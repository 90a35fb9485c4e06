import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTimeOf } from './process-identity.mjs';

export interface GuardedProcess {
  readonly pid: number;
  readonly startTime: string | undefined;
  /** What asks this process to end in good order. */
  readonly stopSignal: NodeJS.Signals;
}

export type GuardianMessage =
  | { readonly about: 'process-started'; readonly process: GuardedProcess }
  | { readonly about: 'process-ended'; readonly pid: number }
  | { readonly about: 'remove-file-if-it-says'; readonly path: string; readonly content: string }
  | { readonly about: 'remove-folder'; readonly path: string }
  | { readonly about: 'farewell' };

/** What a supervisor tells its guardian, so that nothing is left behind if the supervisor is killed. */
export interface Guardian {
  readonly pid: number;
  /** Call it right after the spawn; the process must lead a group of its own. */
  guard(pid: number, stopSignal: NodeJS.Signals): void;
  release(pid: number): void;
  /** The file is removed after the processes have ended, if it then contains `content`. */
  removeFileIfItSays(path: string, content: string): void;
  /** The folder is removed after the processes have ended. */
  removeFolder(path: string): void;
  /** Nothing is left to guard: the guardian ends without touching anything. Resolves when it has ended. */
  dismiss(): Promise<void>;
}

/** Starts the guardian process. It notices the end of this process by its pipe, whatever ends it. */
export function startGuardian(): Guardian {
  const child = spawn(process.execPath, [fileURLToPath(new URL('guardian.ts', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A guardian that somebody killed must not take the supervisor with it: the pipe's error would.
  child.stdin.on('error', () => {});
  child.unref();
  const tell = (message: GuardianMessage) => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  return {
    pid: child.pid ?? 0,
    guard: (pid, stopSignal) =>
      tell({ about: 'process-started', process: { pid, startTime: startTimeOf(pid), stopSignal } }),
    release: (pid) => tell({ about: 'process-ended', pid }),
    removeFileIfItSays: (path, content) => tell({ about: 'remove-file-if-it-says', path, content }),
    removeFolder: (path) => tell({ about: 'remove-folder', path }),
    dismiss: async () => {
      tell({ about: 'farewell' });
      child.stdin.end();
      // From here on its end is waited for.
      child.ref();
      await ended;
    },
  };
}

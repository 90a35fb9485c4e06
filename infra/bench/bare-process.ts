import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseEnvironment } from '../local/base-environment.ts';

const READY_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 3_000;

/** A counterpart, in a process of its own as ours are. */
export interface BareProcess<Message> {
  readonly pid: number;
  /** Told every message after the first one. */
  onMessage(listener: (message: Message) => void): void;
  /** Resolves when the process has ended; it is killed if it takes long. */
  stop(): Promise<void>;
}

export interface BareProcessOptions {
  /** The script, in this folder. */
  readonly script: string;
  /** What it needs to know, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** When it aborts, the process is ended. */
  readonly signal: AbortSignal;
}

/** Starts it; resolves with its first message, which says that it is ready. It ends by itself when this process does. */
export async function startBareProcess<Ready, Message>(
  options: BareProcessOptions,
): Promise<{ ready: Ready; bare: BareProcess<Message> }> {
  const { script, env, logFolder, signal } = options;
  mkdirSync(logFolder, { recursive: true });
  const log = openSync(path.join(logFolder, `${path.basename(script, '.ts')}.log`), 'w', 0o600);
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
    env: { ...baseEnvironment(), ...env },
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: [],
    signal,
  });
  closeSync(log);
  // The end at an abort comes as an error; whoever waits for the process hears of it by the signal.
  child.on('error', () => {});
  const tooLate = AbortSignal.timeout(READY_WITHIN_MS);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended before it was ready; its words are in ${logFolder}`);
  });
  ended.catch(() => {});
  const [ready] = (await Promise.race([once(child, 'message', { signal: tooLate }), ended])) as [Ready];
  return {
    ready,
    bare: {
      pid: child.pid ?? 0,
      onMessage: (listener) => void child.on('message', (message) => listener(message as Message)),
      stop: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.disconnect();
        const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
        await gone;
        clearTimeout(timer);
      },
    },
  };
}

/** For the process itself: ends it when the one that started it lets go of it, or is gone. */
export function endWithParent(stop: () => Promise<void>): void {
  process.once('disconnect', () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

/** For the process itself: what its environment tells it. */
export function told(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; this script is started by the bench`);
  return value;
}

/** For the process itself. */
export function tell(message: object): void {
  process.send?.(message);
}

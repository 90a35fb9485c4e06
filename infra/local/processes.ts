import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guardian } from './guardian-link.ts';
import { signalGroup } from './process-group.ts';
import { startTimeOf } from './process-identity.mjs';

/** A pause before a process that died is started again: short for a person, long enough that a crash loop stays readable. */
const RESTART_AFTER_MS = 1_000;
/** How long a process may take to end in good order before it is killed. */
const STOP_GRACE_MS = 4_000;
/** All of the stack is promised to be gone within 10 s; this leaves a second for what is around it. */
const STOP_ALL_WITHIN_MS = 9_000;
/** What a wave that takes long must leave to each wave after it. */
const LEFT_FOR_EACH_WAVE_MS = 1_500;
const READY_WITHIN_MS = 60_000;
const LOOK_FOR_READY_EVERY_MS = 100;
const LAST_LINES = 15;
/** Enough of a line to recognise it; the log has it whole. */
const LINE_LENGTH = 300;

export interface ProcessDescription {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The user to run as; ours when absent. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** What asks it to end in good order. SIGTERM when absent. */
  readonly stopSignal?: NodeJS.Signals;
  /** Resolves true once the process can be used; called again and again until then. */
  readonly isReady: () => Promise<boolean>;
}

export interface RunningProcess {
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly logFile: string;
}

/** The processes of one stack: started, watched, restarted when they die, stopped. */
export interface Processes {
  /** Those that run now, by name. */
  list(): Record<string, RunningProcess>;
  /** Resolves when the process is ready; rejects with its last log lines when it dies before or takes too long. */
  start(description: ProcessDescription): Promise<void>;
  /** Starts one again that was started before and does not run. Resolves when it is ready. */
  startAgain(name: string): Promise<void>;
  /** Asks it to end, ends it after a few seconds; does nothing when it does not run. It stays down. */
  stop(name: string): Promise<void>;
  /**
   * Sends the signal to the process and all it started. Resolves at once, except for SIGKILL: then when it is gone.
   * If it dies of it, it is restarted like any process that dies, unless `stayDown`.
   */
  kill(name: string, signal: NodeJS.Signals, options?: { readonly stayDown?: boolean }): Promise<void>;
  /** Stops all, one wave after the other; what is in no wave comes last. Nothing is restarted from then on. */
  stopAll(waves: readonly (readonly string[])[]): Promise<void>;
  /** SIGKILL to all, at once. */
  killAllNow(): void;
}

interface Entry {
  readonly description: ProcessDescription;
  readonly logFile: string;
  child: ChildProcess | undefined;
  startTime: string | undefined;
  /** Whether its end is what somebody asked for, so that it is neither reported nor restarted. */
  endExpected: boolean;
  /** A signal was sent through us: its end is no surprise, but it is restarted. */
  signalled: boolean;
  restart: AbortController | undefined;
}

export interface ProcessesDependencies {
  readonly logFolder: string;
  readonly guardian: Guardian;
  /** One line for the person at the terminal. */
  readonly report: (line: string) => void;
  /** Called when the list has changed: a process started, ended, was restarted. */
  readonly onChange: () => void;
}

export function createProcesses({ logFolder, guardian, report, onChange }: ProcessesDependencies): Processes {
  const entries = new Map<string, Entry>();
  let stopping = false;
  mkdirSync(logFolder, { recursive: true });

  const entryOf = (name: string): Entry => {
    const entry = entries.get(name);
    if (!entry) throw new Error(`There is no process ${name}; there are: ${[...entries.keys()].join(', ')}`);
    return entry;
  };

  const launch = (entry: Entry, logMode: 'w' | 'a') => {
    if (stopping) throw new Error(`${entry.description.name} is not started: the stack is stopping`);
    const { name, command, args, cwd, env, user, stopSignal = 'SIGTERM' } = entry.description;
    const log = openSync(entry.logFile, logMode, 0o600);
    // A group of its own: the terminal's Ctrl-C reaches the supervisor only, which stops everything in the right order.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log], ...user });
    closeSync(log);
    entry.endExpected = false;
    entry.signalled = false;
    child.once('error', (error) => report(`${name} could not be started: ${error.message}`));
    if (child.pid === undefined) return;
    const pid = child.pid;
    guardian.guard(pid, stopSignal);
    entry.child = child;
    entry.startTime = startTimeOf(pid);
    child.once('exit', (code, signal) => {
      // What it had started itself (a shell's child, a pool of helpers) goes with it.
      signalGroup(pid, 'SIGKILL');
      guardian.release(pid);
      entry.child = undefined;
      onChange();
      if (!entry.endExpected && !stopping) reviveLater(entry, signal ?? `exit code ${code}`);
    });
    onChange();
  };

  const waitUntilReady = async (entry: Entry) => {
    const { name, isReady } = entry.description;
    const end = Date.now() + READY_WITHIN_MS;
    while (Date.now() < end) {
      if (entry.child === undefined) throw new Error(`${name} ended before it was ready.\n${lastLines(entry.logFile)}`);
      if (await isReady().catch(() => false)) return;
      await sleep(LOOK_FOR_READY_EVERY_MS);
    }
    throw new Error(`${name} was not ready within ${READY_WITHIN_MS / 1000} s.\n${lastLines(entry.logFile)}`);
  };

  const reviveLater = (entry: Entry, cause: string) => {
    const { name } = entry.description;
    report(
      entry.signalled
        ? `${name} was ended (${cause}); starting it again in ${RESTART_AFTER_MS / 1000} s`
        : `${name} ended unexpectedly (${cause}); starting it again in ${RESTART_AFTER_MS / 1000} s. Its last lines, of ` +
            `${entry.logFile}:\n${lastLines(entry.logFile)}`,
    );
    const restart = new AbortController();
    entry.restart = restart;
    const revive = async () => {
      await sleep(RESTART_AFTER_MS, undefined, { signal: restart.signal });
      entry.restart = undefined;
      if (stopping || entry.child) return;
      launch(entry, 'a');
      await waitUntilReady(entry);
      report(`${name} is back`);
    };
    revive().catch((error: unknown) => {
      if (!stopping && !restart.signal.aborted) report(`${name} did not come back: ${String(error)}`);
    });
  };

  const stopEntry = async (entry: Entry, graceMs = STOP_GRACE_MS) => {
    entry.endExpected = true;
    entry.restart?.abort();
    const child = entry.child;
    if (child?.pid === undefined) return;
    const ended = once(child, 'exit');
    const pid = child.pid;
    signalGroup(pid, entry.description.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => {
      report(`${entry.description.name} did not stop within ${graceMs / 1000} s and was killed`);
      signalGroup(pid, 'SIGKILL');
    }, graceMs);
    await ended;
    clearTimeout(timer);
  };

  return {
    list: () => {
      const running: Record<string, RunningProcess> = {};
      for (const [name, { child, startTime, logFile }] of entries) {
        if (child?.pid !== undefined) running[name] = { pid: child.pid, startTime, logFile };
      }
      return running;
    },
    start: async (description) => {
      const logFile = path.join(logFolder, `${description.name}.log`);
      const entry: Entry = {
        description,
        logFile,
        child: undefined,
        startTime: undefined,
        endExpected: false,
        signalled: false,
        restart: undefined,
      };
      entries.set(description.name, entry);
      // Until it has been ready once, its end is a failed start, told by the error and not mended by trying again.
      launch(entry, 'w');
      entry.endExpected = true;
      await waitUntilReady(entry);
      entry.endExpected = false;
    },
    startAgain: async (name) => {
      const entry = entryOf(name);
      entry.restart?.abort();
      if (!entry.child) launch(entry, 'a');
      await waitUntilReady(entry);
    },
    stop: (name) => stopEntry(entryOf(name)),
    kill: async (name, signal, { stayDown = false } = {}) => {
      const entry = entryOf(name);
      const child = entry.child;
      if (child?.pid === undefined) throw new Error(`${name} does not run`);
      const ended = once(child, 'exit');
      entry.endExpected = stayDown;
      entry.signalled = true;
      signalGroup(child.pid, signal);
      if (signal === 'SIGKILL') await ended;
    },
    stopAll: async (waves) => {
      stopping = true;
      const named = new Set(waves.flat());
      const rest = [...entries.keys()].filter((name) => !named.has(name));
      const deadline = Date.now() + STOP_ALL_WITHIN_MS;
      for (const [index, wave] of [...waves, rest].entries()) {
        const leftForOthersMs = (waves.length - index) * LEFT_FOR_EACH_WAVE_MS;
        const graceMs = Math.max(0, Math.min(STOP_GRACE_MS, deadline - Date.now() - leftForOthersMs));
        await Promise.all(wave.flatMap((name) => entries.get(name) ?? []).map((entry) => stopEntry(entry, graceMs)));
      }
    },
    killAllNow: () => {
      stopping = true;
      for (const { child } of entries.values()) if (child?.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    },
  };
}

/** The end of a log, indented, for a message. */
function lastLines(logFile: string): string {
  if (!existsSync(logFile)) return '    (no log)';
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
  return lines.map((line) => `    ${line.slice(0, LINE_LENGTH)}`).join('\n');
}

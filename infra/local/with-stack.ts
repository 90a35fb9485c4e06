import { constants } from 'node:os';
import { onLauncherDeath } from './launcher.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

/**
 * One Ctrl-C arrives up to three times: from the terminal, from npm and from run.mjs, which pass it on. A person who
 * means it twice is slower than this.
 */
const SAME_PRESS_WITHIN_MS = 400;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` with a stack around it and resolves to the exit code of the process: what `work` resolves to, 1 when the
 * stack or the work failed (told through `report`), 128 + n when signal n ended it.
 * SIGINT, SIGTERM, SIGHUP and the death of npm or run.mjs stop everything in order, within 10 s; a second signal at
 * once. `work` is told by its signal; it is not waited for. Nothing of the stack runs when this resolves.
 */
export async function withStack(
  options: Omit<StackOptions, 'signal'>,
  work: (stack: Stack, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const report = options.report ?? (() => {});
  const ending = new AbortController();
  let stack: Stack | undefined;
  let firstSignalAt: number | undefined;
  let exitCode: number | undefined;

  const end = (signal: NodeJS.Signals) => {
    const now = Date.now();
    if (firstSignalAt === undefined) {
      firstSignalAt = now;
      exitCode = 128 + constants.signals[signal];
      report(`${signal}: stopping everything. Once more to kill it.`);
      ending.abort(new Error(`Ended by ${signal}`));
    } else if (now - firstSignalAt > SAME_PRESS_WITHIN_MS) {
      report('Killed.');
      stack?.killNow();
      // What is only starting is the guardian's to end: it sees us go.
      process.exit(exitCode);
    }
  };
  for (const signal of SIGNALS) process.on(signal, end);
  onLauncherDeath(() => end('SIGHUP'));
  surviveClosedTerminal();

  try {
    stack = await startStack({ ...options, signal: ending.signal });
    const ended = new Promise<never>((_resolve, reject) => {
      ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error));
    });
    ended.catch(() => {});
    exitCode = await Promise.race([work(stack, ending.signal), ended]);
  } catch (error) {
    if (!ending.signal.aborted) {
      exitCode = 1;
      // What keeps a stack from starting is told in words; where in our code it was found out helps nobody.
      report(stack && error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
    }
  } finally {
    await stack?.stop();
    for (const signal of SIGNALS) process.off(signal, end);
  }
  return exitCode ?? 1;
}

/** Resolves when the signal aborts: for work that only keeps the stack up. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A terminal that went away makes every write to it fail; the stop must go on regardless. */
function surviveClosedTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * The process that cleans up when its supervisor could not: it is told of every child and folder over its stdin, and
 * when that closes without a farewell (the supervisor was killed) it ends what is left.
 * It runs in a session of its own, so that nothing meant for the supervisor's terminal reaches it.
 */
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardianMessage, GuardedProcess } from './guardian-link.ts';
import { isRunning } from './process-identity.mjs';
import { signalGroup } from './process-group.ts';

/** Time for everything to stop in good order; PostgreSQL needs most of it, for a last checkpoint. */
const GRACE_MS = 5_000;
const LOOK_AGAIN_AFTER_MS = 100;
/** After SIGKILL a process is gone as soon as the kernel gets to it; then its folders can be removed. */
const AFTER_KILL_MS = 1_000;

const processes = new Map<number, GuardedProcess>();
const files = new Map<string, string>();
const folders = new Set<string>();
let farewell = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  if (line !== '') hear(JSON.parse(line) as GuardianMessage);
}
if (!farewell) await cleanUp();
process.exit(0);

function hear(message: GuardianMessage): void {
  switch (message.about) {
    case 'process-started':
      processes.set(message.process.pid, message.process);
      return;
    case 'process-ended':
      processes.delete(message.pid);
      return;
    case 'remove-file-if-it-says':
      files.set(message.path, message.content);
      return;
    case 'remove-folder':
      folders.add(message.path);
      return;
    case 'farewell':
      farewell = true;
      return;
    default:
      throw new Error(`Unknown message: ${JSON.stringify(message satisfies never)}`);
  }
}

async function cleanUp(): Promise<void> {
  for (const guarded of left()) signalGroup(guarded.pid, guarded.stopSignal);
  await until(() => left().length === 0, GRACE_MS);
  for (const guarded of left()) signalGroup(guarded.pid, 'SIGKILL');
  await until(() => left().length === 0, AFTER_KILL_MS);
  for (const [path, content] of files) {
    if (readIfThere(path)?.includes(content)) rmSync(path, { force: true });
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function left(): GuardedProcess[] {
  return [...processes.values()].filter((guarded) => isRunning(guarded));
}

async function until(condition: () => boolean, atMostMs: number): Promise<void> {
  const end = Date.now() + atMostMs;
  while (!condition() && Date.now() < end) await sleep(LOOK_AGAIN_AFTER_MS);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

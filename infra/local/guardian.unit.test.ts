import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isRunning, startTimeOf } from './process-identity.mjs';

/** The guardian's own time for a process that will not end, and some for a slow machine. */
const GONE_WITHIN_MS = 15_000;

/** A supervisor that guards a process for each further argument (what its shell does first), a file and a folder. */
const SUPERVISOR = `
  import { spawn } from 'node:child_process';
  import { startGuardian } from ${JSON.stringify(fileURLToPath(new URL('guardian-link.ts', import.meta.url)))};
  const [file, folder, ...stubborn] = process.argv.slice(2);
  const guardian = startGuardian();
  const pids = stubborn.map((trap) => {
    const child = spawn('sh', ['-c', trap + ' sleep 60 & while true; do sleep 1; done'], { detached: true, stdio: 'ignore' });
    guardian.guard(child.pid, 'SIGTERM');
    return child.pid;
  });
  guardian.removeFileIfItSays(file, 'mine');
  guardian.removeFolder(folder);
  process.on('message', async () => {
    for (const pid of pids) { process.kill(-pid, 'SIGKILL'); guardian.release(pid); }
    await guardian.dismiss();
    process.exit(0);
  });
  console.log(JSON.stringify([guardian.pid, ...pids]));
`;

let folder: string;
let supervisor: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'guardian-'));
  writeFileSync(path.join(folder, 'file'), 'mine');
  mkdirSync(path.join(folder, 'state'));
});
afterEach(() => {
  supervisor?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const OBEDIENT = '';
const STUBBORN = 'trap "" TERM;';

async function startSupervisor(...guarded: string[]) {
  const script = path.join(folder, 'supervisor.mjs');
  writeFileSync(script, SUPERVISOR);
  const child = spawn(process.execPath, [script, path.join(folder, 'file'), path.join(folder, 'state'), ...guarded], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  supervisor = child;
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return { child, started: (JSON.parse(line) as number[]).map((pid) => ({ pid, startTime: startTimeOf(pid) })) };
}

it('ends everything that was guarded, itself too, when its supervisor is killed', { timeout: 30_000 }, async () => {
  const { child, started } = await startSupervisor(OBEDIENT, STUBBORN);
  expect(started.map(isRunning)).toEqual([true, true, true]);
  child.kill('SIGKILL');
  await expect.poll(() => started.map(isRunning), { timeout: GONE_WITHIN_MS }).toEqual([false, false, false]);
  expect(existsSync(path.join(folder, 'file'))).toBe(false);
  expect(existsSync(path.join(folder, 'state'))).toBe(false);
});

it('leaves a file alone that has become another process’s', { timeout: 30_000 }, async () => {
  const { child, started } = await startSupervisor(OBEDIENT);
  writeFileSync(path.join(folder, 'file'), 'another’s');
  child.kill('SIGKILL');
  await expect.poll(() => started.some(isRunning), { timeout: GONE_WITHIN_MS }).toBe(false);
  expect(existsSync(path.join(folder, 'file'))).toBe(true);
});

it('touches nothing when it is dismissed', async () => {
  const { child, started } = await startSupervisor(OBEDIENT);
  const ended = once(child, 'exit');
  child.send('dismiss');
  await ended;
  await expect.poll(() => started.some(isRunning)).toBe(false);
  expect(existsSync(path.join(folder, 'file'))).toBe(true);
  expect(existsSync(path.join(folder, 'state'))).toBe(true);
});

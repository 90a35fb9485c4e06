import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { baseEnvironment } from '../base-environment.ts';
import { isRunning, startTimeOf } from '../process-identity.mjs';
import type { ProcessDescription } from '../processes.ts';
import { isRoot, makeFolderOf } from '../state-folder.ts';
import { copyPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

/** Four services with a pool each, twice over for tests and a look by hand. */
const MAX_CONNECTIONS = 200;
/** A server left over from a killed stack ends within moments of a fast shutdown. */
const LEFTOVER_ENDS_WITHIN_MS = 5_000;
const LOOK_AGAIN_AFTER_MS = 100;
const CONNECT_WITHIN_MS = 2_000;
/** PostgreSQL's fast shutdown: ends sessions, writes a checkpoint. SIGTERM would wait for every client to leave. */
const FAST_SHUTDOWN = 'SIGINT';

export interface PostgresOptions {
  readonly name: string;
  /** Where the binaries are copied to; a folder that every user may enter when we are root. */
  readonly binariesFolder: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly password: string;
  /** False only for throw-away databases of tests. */
  readonly durable: boolean;
}

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Makes the database cluster if there is none yet, and says how to run it. Nothing runs yet. */
export async function preparePostgres(options: PostgresOptions): Promise<ProcessDescription> {
  const binaries = copyPostgresBinaries(options.binariesFolder);
  const user = isRoot() ? postgresUser() : undefined;
  if (existsSync(path.join(options.dataFolder, 'PG_VERSION'))) {
    await endLeftoverServer(options.dataFolder);
  } else {
    await makeCluster(binaries, options, user);
  }
  return {
    name: options.name,
    command: binaries.postgres,
    args: ['-D', options.dataFolder, '-p', String(options.port), ...settings(options).flatMap((line) => ['-c', line])],
    cwd: options.dataFolder,
    env: baseEnvironment(),
    user,
    stopSignal: FAST_SHUTDOWN,
    isReady: () => answers(adminUrl(options)),
  };
}

/** Connection of the superuser to the database `postgres`. */
export function adminUrl({ port, password }: { readonly port: number; readonly password: string }): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

function settings({ durable }: PostgresOptions): string[] {
  const always = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${MAX_CONNECTIONS}`,
    'timezone=UTC',
    'log_timezone=UTC',
  ];
  return durable ? always : [...always, 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
}

/** The data folder appears whole or not at all. */
async function makeCluster(binaries: PostgresBinaries, options: PostgresOptions, user: SystemUser | undefined) {
  const draft = `${options.dataFolder}.draft`;
  const passwordFile = `${options.dataFolder}.password`;
  rmSync(draft, { recursive: true, force: true });
  makeFolderOf(draft, user);
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const args = [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorts and compares the same on every machine, whatever locales it has.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  try {
    await run(binaries.initdb, options.durable ? args : [...args, '--no-sync'], user);
    rmSync(options.dataFolder, { recursive: true, force: true });
    renameSync(draft, options.dataFolder);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Removes the data folder of a stack whose other state is gone: nobody has the passwords of what is in it. */
export async function removeLeftoverData(dataFolder: string): Promise<void> {
  await endLeftoverServer(dataFolder);
  rmSync(dataFolder, { recursive: true, force: true });
}

/**
 * A server of this data folder that outlived its stack is ended; the note of one that is dead is removed, since
 * PostgreSQL would take any process that has its number by now for it and refuse to start.
 */
async function endLeftoverServer(dataFolder: string): Promise<void> {
  const note = path.join(dataFolder, 'postmaster.pid');
  if (!existsSync(note)) return;
  const pid = Number(readFileSync(note, 'utf8').split('\n')[0]);
  const leftover = { pid, startTime: startTimeOf(pid) };
  if (leftover.startTime !== undefined && commandLineOf(pid).includes(dataFolder)) {
    process.kill(pid, FAST_SHUTDOWN);
    const end = Date.now() + LEFTOVER_ENDS_WITHIN_MS;
    while (isRunning(leftover) && Date.now() < end) await sleep(LOOK_AGAIN_AFTER_MS);
    if (isRunning(leftover)) {
      throw new Error(
        `A PostgreSQL server (pid ${pid}) still uses ${dataFolder} and does not stop. End it, then try again.`,
      );
    }
  }
  rmSync(note, { force: true });
}

function commandLineOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** The user that PostgreSQL runs as when we are root, which it refuses to run as. Made when the system has none. */
function postgresUser(): SystemUser {
  try {
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    execFileSync('groupadd', ['--force', '--system', 'postgres']);
    execFileSync('useradd', [
      '--system',
      '--gid',
      'postgres',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return { uid: idOf('-u'), gid: idOf('-g') };
  }
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

async function run(command: string, args: string[], user: SystemUser | undefined): Promise<void> {
  const child = spawn(command, args, { env: baseEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...user });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${path.basename(command)} failed (${signal ?? `exit code ${code}`}):\n${output}`);
}

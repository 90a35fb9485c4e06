import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What stands between a child that reads a foreign file and everything else. */
export const WALLS = ['network', 'user', 'privileges', 'limits'] as const;
export type Wall = (typeof WALLS)[number];

/** Measured: what odd but honest files need stays below, and no hostile one has much to gain. */
const MOST_MEMORY_BYTES = 700_000_000;
/** Address space that Node sets aside for compiled code and hardly touches; the limit counts it too. */
const CODE_RANGE_BYTES = 512 * 1024 * 1024;
/** Several times what the worst honest file takes. */
const MOST_CPU_SECONDS = 14;
/** The part of the memory that Node itself can bound, on a system without limits for a process. */
const MOST_HEAP_MB = 256;
/** Nobody: owns nothing, is no one else's. */
const NOBODY = 65_534;
/** A confined child starts in a fraction of a second; on a machine that is very busy, in a few. */
const START_MS = 20_000;

/** Not by the PATH, which may name folders that others write to. */
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

const systemCommand = (name: string, ...args: string[]): readonly string[] | null => {
  const folder = SYSTEM_FOLDERS.find((candidate) => existsSync(join(candidate, name)));
  return folder === undefined ? null : [join(folder, name), ...args];
};

const asRoot = process.getuid?.() === 0;

/** Each wall as the command that goes before, outermost first: a namespace has to be made before privileges are gone. */
const COMMANDS: Readonly<Record<Wall, readonly string[] | null>> = {
  // Of another user namespace, a process cannot look into its parent either, though their uid is the same.
  network: systemCommand('unshare', ...(asRoot ? [] : ['--user']), '--net'),
  user: asRoot
    ? systemCommand(
        'setpriv',
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        '--clear-groups',
        '--inh-caps=-all',
        '--bounding-set=-all',
      )
    : null,
  // And it goes when its parent goes.
  privileges: systemCommand('setpriv', '--no-new-privs', '--pdeathsig=KILL'),
  limits: systemCommand(
    'prlimit',
    `--data=${MOST_MEMORY_BYTES + CODE_RANGE_BYTES}`,
    `--cpu=${MOST_CPU_SECONDS}`,
    '--fsize=0',
  ),
};

/** How a program is run behind the walls that this system has. */
export interface Confinement {
  readonly walls: readonly Wall[];
  readonly command: string;
  /** The program's own arguments come after these. */
  readonly args: readonly string[];
}

/**
 * Finds the walls behind which the program starts: all of them together or, where that does not go, each that does.
 * Node's own permissions are always in force: nothing may be read but the program's folder and packages, nothing
 * written, no other program started.
 *
 * @param program a module that says something on its standard output when it has started, and ends when its input does
 */
export const findConfinement = async (program: string): Promise<Confinement> => {
  const possible = WALLS.filter((wall) => COMMANDS[wall] !== null);
  const all = confinementOf(possible, program);
  if (await starts(all)) return all;
  let walls: readonly Wall[] = [];
  for (const wall of possible) {
    if (await starts(confinementOf([...walls, wall], program))) walls = [...walls, wall];
  }
  return confinementOf(walls, program);
};

/** The command that puts whatever comes after it behind these walls. */
export const behind = (walls: readonly Wall[]): readonly string[] => walls.flatMap((wall) => COMMANDS[wall] ?? []);

const confinementOf = (walls: readonly Wall[], program: string): Confinement => {
  const heap = walls.includes('limits') ? [] : [`--max-old-space-size=${MOST_HEAP_MB}`];
  const node = [process.execPath, ...heap, '--permission', '--allow-addons', ...readable(program), program];
  const [command = process.execPath, ...args] = [...behind(walls), ...node];
  return { walls, command, args };
};

/** The program's folder, the packages that it can import, and the manifests by which Node knows what a module is. */
const readable = (program: string): readonly string[] => {
  const paths = [dirname(program)];
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    paths.push(
      ...['node_modules', 'package.json'].map((name) => join(folder, name)).filter((path) => existsSync(path)),
    );
  }
  return paths.map((path) => `--allow-fs-read=${path}`);
};

/** Starts a program behind the walls: no environment, its standard input and output, no other way to anything. */
export const startConfined = ({ command, args }: Confinement, ...own: readonly string[]) =>
  spawn(command, [...args, ...own], { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] });

const starts = (confinement: Confinement): Promise<boolean> =>
  new Promise((resolve) => {
    const child = startConfined(confinement);
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    let spoke = false;
    child.stdout.on('data', () => {
      spoke = true;
      child.kill('SIGKILL');
    });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(spoke);
    });
  });

/** The program that reads one file. */
export const DECODING_CHILD = fileURLToPath(new URL('./decoding-child.ts', import.meta.url));

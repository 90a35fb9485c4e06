import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const VERSION_WITHIN_MS = 10_000;

/** A server of the stack that is one executable file, and how to get it. */
export interface Binary {
  readonly name: string;
  /** The version that we download or build. */
  readonly version: string;
  /** The environment variable that names an executable to use, whatever its version. */
  readonly variable: string;
  /** The lowest version that is taken from the PATH. */
  readonly lowestVersion: readonly [major: number, minor: number];
  /** Ways to get one, tried in this order; each writes the executable to `target`, or says why it could not. */
  readonly makers: readonly BinaryMaker[];
}

export interface BinaryMaker {
  /** For messages: "official download", "Go build". */
  readonly way: string;
  /**
   * Puts the executable at `target`, or answers why that is not possible here.
   * `target` is a name nobody else uses: the maker need not care about being interrupted.
   */
  make(target: string, progress: Progress): Promise<{ readonly lacked: string } | 'made'>;
}

export interface Progress {
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface FoundBinary {
  readonly path: string;
  /** Where it was found, for a person: "PATH (/usr/bin/temporal, 1.9.0)". */
  readonly from: string;
}

export interface Surroundings extends Progress {
  readonly env: NodeJS.ProcessEnv;
  /** Puts what the maker makes in its place in the cache: whole or not at all, and once when several ask at a time. */
  readonly fillCache: (cached: string, make: (draft: string) => Promise<boolean>) => Promise<boolean>;
}

/**
 * Looks for the binary: its variable, the PATH, our cache, then each way to make one (which fills the cache).
 * Rejects with one message that lists all ways and what each lacked. A variable that names no usable file rejects at
 * once: who sets it wants that file and no other.
 */
export async function findBinary(binary: Binary, surroundings: Surroundings): Promise<FoundBinary> {
  const { env, fillCache, report } = surroundings;
  const { name, variable } = binary;
  const named = env[variable];
  if (named) {
    if (!isExecutable(named)) throw new Error(`${variable}=${named}: no executable file is there`);
    return { path: named, from: `${variable} (${named})` };
  }
  const lacks = [`${variable} (environment variable): not set`];

  const onPath = await lookOnPath(binary, env);
  if ('path' in onPath) return onPath;
  lacks.push(`PATH: ${onPath.lacked}`);

  const cached = cachedFile(binary, env);
  if (isExecutable(cached)) return { path: cached, from: `cache (${cached})` };
  lacks.push(`cache: no ${cached}`);

  for (const maker of binary.makers) {
    const made = await fillCache(cached, async (draft) => {
      report(`${name} ${binary.version}: trying the ${maker.way}`);
      const outcome = await maker.make(draft, surroundings);
      if (outcome === 'made') return true;
      lacks.push(`${maker.way}: ${outcome.lacked}`);
      return false;
    });
    surroundings.signal.throwIfAborted();
    if (made) return { path: cached, from: `${maker.way}, kept in ${path.dirname(cached)}` };
  }
  throw new Error(`${name} was not found and could not be made:\n${lacks.map((lack) => `  - ${lack}`).join('\n')}`);
}

/** `$XDG_CACHE_HOME/simlane/<name>-<version>/<name>`, outside of the checkout so that all clones share it. */
export function cachedFile({ name, version }: Binary, env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), '.cache');
  return path.join(cache, 'simlane', `${name}-${version}`, executableName(name));
}

async function lookOnPath(binary: Binary, env: NodeJS.ProcessEnv): Promise<FoundBinary | { lacked: string }> {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const found = folders.map((folder) => path.join(folder, executableName(binary.name))).find(isExecutable);
  if (!found) return { lacked: `no ${binary.name} there` };
  const [major, minor] = binary.lowestVersion;
  const wanted = `${major}.${minor} or later of its line is needed`;
  const version = await versionOf(found);
  if (!version) return { lacked: `${found} does not say its version; ${wanted}` };
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  if (itsMajor !== major || itsMinor < minor) return { lacked: `${found} is version ${version}; ${wanted}` };
  const other = version === binary.version ? '' : `; ours is ${binary.version}`;
  return { path: found, from: `PATH (${found}, version ${version}${other})` };
}

/** The first thing like 1.2.3 that `--version` prints. */
async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(executable, ['--version'], { timeout: VERSION_WITHIN_MS });
    return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0];
  } catch {
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return existsSync(file);
  } catch {
    return false;
  }
}

function executableName(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

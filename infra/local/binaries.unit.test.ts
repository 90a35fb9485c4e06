import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Binary, cachedFile, findBinary, type Surroundings } from './binaries.ts';
import { createCacheFiller } from './binary-cache.ts';

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'binaries-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function executable(at: string, version: string): string {
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, `#!/bin/sh\necho "server version ${version}"\n`);
  chmodSync(at, 0o755);
  return at;
}

function server(makers: Binary['makers'] = []): Binary {
  return { name: 'server', version: '1.8.2', variable: 'SERVER_BINARY', lowestVersion: [1, 8], makers };
}

function maker(way: string, make: Binary['makers'][number]['make']): Binary['makers'][number] {
  return { way, make };
}

function note(line: string): void {
  said.push(line);
}

function surroundings(env: NodeJS.ProcessEnv = {}): Surroundings {
  const { signal } = new AbortController();
  return {
    env: { PATH: '', XDG_CACHE_HOME: path.join(folder, 'cache'), ...env },
    report: note,
    signal,
    fillCache: createCacheFiller({ report: note, signal }),
  };
}

const cached = () => cachedFile(server(), { XDG_CACHE_HOME: path.join(folder, 'cache') });

describe('findBinary', () => {
  it('takes what the variable names before anything else', async () => {
    const named = executable(path.join(folder, 'named', 'mine'), '0.1.0');
    executable(path.join(folder, 'bin', 'server'), '1.8.2');
    const found = await findBinary(server(), surroundings({ SERVER_BINARY: named, PATH: path.join(folder, 'bin') }));
    expect(found).toEqual({ path: named, from: `SERVER_BINARY (${named})` });
  });

  it('refuses a variable that names no executable instead of taking another', async () => {
    executable(path.join(folder, 'bin', 'server'), '1.8.2');
    const env = { SERVER_BINARY: path.join(folder, 'nothing'), PATH: path.join(folder, 'bin') };
    await expect(findBinary(server(), surroundings(env))).rejects.toThrow(`SERVER_BINARY=${env.SERVER_BINARY}`);
  });

  it('takes one on the PATH before the cache, and says its version when it is not ours', async () => {
    const onPath = executable(path.join(folder, 'bin', 'server'), '1.9.0');
    executable(cached(), '1.8.2');
    const found = await findBinary(server(), surroundings({ PATH: path.join(folder, 'bin') }));
    expect(found).toEqual({ path: onPath, from: `PATH (${onPath}, version 1.9.0; ours is 1.8.2)` });
  });

  it.each(['1.7.9', '2.0.0', 'unknown'])(
    'passes over version %s on the PATH for the one in the cache',
    async (version) => {
      executable(path.join(folder, 'bin', 'server'), version);
      const ours = executable(cached(), '1.8.2');
      const found = await findBinary(server(), surroundings({ PATH: path.join(folder, 'bin') }));
      expect(found.path).toBe(ours);
    },
  );

  it('fills the cache by the first way that works, and finds it there the next time', async () => {
    let builds = 0;
    const binary = server([
      maker('download', async () => ({ lacked: 'no network' })),
      maker('build', async (target) => {
        builds++;
        executable(target, '1.8.2');
        return 'made';
      }),
    ]);
    expect(await findBinary(binary, surroundings())).toEqual({
      path: cached(),
      from: `build, kept in ${path.dirname(cached())}`,
    });
    expect((await findBinary(binary, surroundings())).from).toBe(`cache (${cached()})`);
    expect(builds).toBe(1);
  });

  it('lists in one message all ways and what each lacked', async () => {
    const old = executable(path.join(folder, 'bin', 'server'), '1.2.3');
    const binary = server([
      maker('official download', async () => ({ lacked: 'no network' })),
      maker('Go build', async () => ({ lacked: 'no go command on the PATH' })),
    ]);
    await expect(findBinary(binary, surroundings({ PATH: path.join(folder, 'bin') }))).rejects.toThrow(
      [
        'server was not found and could not be made:',
        '  - SERVER_BINARY (environment variable): not set',
        `  - PATH: ${old} is version 1.2.3; 1.8 or later of its line is needed`,
        `  - cache: no ${cached()}`,
        '  - official download: no network',
        '  - Go build: no go command on the PATH',
      ].join('\n'),
    );
  });
});

describe('the cache', () => {
  it('never holds a half-written binary: what an interrupted maker left is not taken', async () => {
    const interrupted = maker('build', async (target) => {
      executable(target, 'half of it');
      throw new Error('killed in the middle');
    });
    await expect(findBinary(server([interrupted]), surroundings())).rejects.toThrow('killed in the middle');
    expect(existsSync(cached())).toBe(false);
    // As SIGKILL leaves it: the draft is there, and the lock of a process that no longer runs.
    executable(path.join(`${path.dirname(cached())}.draft`, 'server'), 'half of it');
    writeFileSync(`${path.dirname(cached())}.lock`, JSON.stringify({ pid: 999_999_999, startTime: 'long ago' }));
    const whole = maker('build', async (target) => {
      expect(existsSync(target)).toBe(false);
      executable(target, '1.8.2');
      return 'made';
    });
    const found = await findBinary(server([whole]), surroundings());
    expect(readFileSync(found.path, 'utf8')).toContain('1.8.2');
  });

  it('is filled once when two ask at the same time', async () => {
    let builds = 0;
    const slow = maker('build', async (target) => {
      builds++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      executable(target, '1.8.2');
      return 'made';
    });
    const found = await Promise.all([
      findBinary(server([slow]), surroundings()),
      findBinary(server([slow]), surroundings()),
    ]);
    expect(builds).toBe(1);
    expect(found.map((binary) => binary.path)).toEqual([cached(), cached()]);
    expect(said.some((line) => line.includes('waiting for it'))).toBe(true);
  });
});

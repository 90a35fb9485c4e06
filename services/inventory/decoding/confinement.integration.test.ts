import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behind, type Confinement, findConfinement, startConfined } from './confinement.ts';

const PROBE = fileURLToPath(new URL('./probe-child.fixture.ts', import.meta.url));
const SECRET = 'nobody else may see this';

let folder: string;
let secretFile: string;
let server: Server;
let port: number;
let connections = 0;
let confinement: Confinement;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'confinement-'));
  secretFile = join(folder, 'secret');
  await writeFile(secretFile, SECRET, { mode: 0o600 });
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
  process.env['DECODER_TEST_SECRET'] = SECRET;
  confinement = await findConfinement(PROBE);
});
afterAll(async () => {
  delete process.env['DECODER_TEST_SECRET'];
  server.close();
  await rm(folder, { recursive: true });
});

/** What a program gets that is not Node, and knows no permissions of Node's: only the system's walls are left. */
const runBehindWalls = async (script: string): Promise<string> => {
  const words = [...behind(confinement.walls), '/bin/sh', '-c', script];
  const { stdout } = await promisify(execFile)(words.at(0) ?? '/bin/sh', words.slice(1), { env: {}, cwd: '/' }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
};

describe('a child that was taken over', () => {
  it('gets nothing: no environment, not its parent either, no file, no other program, no thread', async () => {
    const child = startConfined(confinement);
    child.stdin.end(JSON.stringify({ secretFile, newFile: join(folder, 'new'), port }));
    const [, answer = ''] = (await text(child.stdout)).split('\n');
    expect(answer).not.toContain(SECRET);
    expect(JSON.parse(answer)).toEqual({
      environment: '{}',
      parentEnvironment: 'nothing',
      processes: 'nothing',
      file: 'nothing',
      write: 'nothing',
      program: 'nothing',
      thread: 'nothing',
      network: confinement.walls.includes('network') ? 'nothing' : 'got connected',
    });
  });

  it('is where it was started, with no name of what else there is', async () => {
    expect(await runBehindWalls('/usr/bin/env; pwd')).toMatch(/^(?:PWD=\/\n)?(?:(?:SHLVL|_)=.*\n)*\/\n$/);
  });
});

describe('a wall that this system has holds without the help of Node', () => {
  it('against its parent: the environment does not leak', async ({ skip }) => {
    if (!confinement.walls.includes('user') && !confinement.walls.includes('network')) {
      skip('neither another user nor another namespace is to be had here');
    }
    expect(await runBehindWalls(`cat /proc/${process.pid}/environ /proc/$PPID/environ`)).toBe('');
  });

  it('against other files', async ({ skip }) => {
    if (!confinement.walls.includes('user')) skip('there is no other user here');
    expect(await runBehindWalls(`cat ${secretFile}`)).toBe('');
  });

  it('against the network', async ({ skip }) => {
    if (!confinement.walls.includes('network')) skip('there is no other network here');
    const before = connections;
    const script = `fetch('http://127.0.0.1:${port}').then(() => console.log('connected'), () => console.log('nothing'))`;
    expect(await runBehindWalls(`${process.execPath} -e "${script}"`)).toBe('nothing\n');
    expect(connections).toBe(before);
  });

  it('against writing', async ({ skip }) => {
    if (!confinement.walls.includes('limits')) skip('there are no limits for a process here');
    const file = join(tmpdir(), `confinement-${process.pid}`);
    expect(await runBehindWalls(`(echo much > ${file}) 2>/dev/null; cat ${file}; rm -f ${file}`)).toBe('');
  });

  it('against more rights', async ({ skip }) => {
    if (!confinement.walls.includes('privileges')) skip('privileges cannot be given up here');
    expect(await runBehindWalls('grep -E "NoNewPrivs|CapEff" /proc/self/status')).toBe(
      'CapEff:\t0000000000000000\nNoNewPrivs:\t1\n',
    );
  });
});

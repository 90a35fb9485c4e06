/**
 * What a child could try that was taken over by the file it reads. Takes what to try for on its standard input, and
 * says what it got.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';

interface Targets {
  readonly secretFile: string;
  readonly newFile: string;
  readonly port: number;
}

const got = async (attempt: () => unknown): Promise<string> => {
  try {
    return `got ${String(await attempt()).slice(0, 200)}`;
  } catch {
    return 'nothing';
  }
};

const reached = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve('connected'));
    socket.on('error', reject);
  });

const input = text(process.stdin);
process.stdout.write('ready\n');
const { secretFile, newFile, port } = JSON.parse((await input) || '{"port":0}') as Targets;
const answer = {
  environment: JSON.stringify(process.env),
  parentEnvironment: await got(() => readFileSync(`/proc/${process.ppid}/environ`)),
  processes: await got(() => readdirSync('/proc')),
  file: await got(() => readFileSync(secretFile)),
  write: await got(() => writeFileSync(newFile, 'x')),
  program: await got(() => execFileSync('/bin/true')),
  thread: await got(() => new Worker('1', { eval: true })),
  network: await got(() => reached(port)),
};
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));

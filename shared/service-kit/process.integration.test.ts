import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Runs a main.ts of this text in a process of its own. */
const run = (source: string) => {
  const started = spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '-e', source], {
    cwd: HERE,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let output = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  }
  const until = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (started.exitCode !== null) throw new Error(`ended with ${started.exitCode}: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const exit = once(started, 'close').then(([code]) => code as number | null);
  return { process: started, until, exit, output: () => output };
};

const IMPORTS = `
import { runService, listen } from '@simlane/service-kit/process';
import { buildServer } from '@simlane/service-kit/server';
import { createLogger } from '@simlane/service-kit/logger';
import { readConfig, serviceEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';
const say = (text: string) => process.stderr.write(text + '\\n');
`;

describe('a process', () => {
  it('finishes requests, takes no more and ends what it opened in reverse order on SIGTERM', async () => {
    const service = run(`${IMPORTS}
      await runService({ name: 'test', start: async (onClose) => {
        onClose(async () => say('closed pool'));
        onClose(async () => say('closed loop'));
        const logger = createLogger({ name: 'test', level: 'silent' });
        const app = await buildServer({ name: 'test', logger, tokens: {} as never, ready: {}, callsPerMinute: 'off' });
        app.get('/slow', async () => { say('asked'); await new Promise((r) => setTimeout(r, 500)); say('answered'); return { ok: true }; });
        say('at ' + await listen(app, { host: '127.0.0.1', port: 0 }, onClose) + ' .');
      } });`);
    await service.until(' .');
    const url = /at (http:\S+) \./.exec(service.output())?.[1] ?? '';
    const answer = fetch(`${url}/slow`);
    await service.until('asked');
    service.process.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    expect(await (await answer).json()).toEqual({ ok: true });
    expect(await service.exit).toBe(0);
    const order = ['answered', 'closed loop', 'closed pool'].map((text) => service.output().indexOf(text));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order.every((at) => at >= 0)).toBe(true);
  });

  it('says which variables are wrong, and does not start', async () => {
    const service = run(`${IMPORTS}
      await runService({ name: 'test', start: async () => { readConfig(z.object(serviceEnvironment), process.env); } });`);
    expect(await service.exit).toBe(1);
    expect(service.output()).toContain('test did not start');
    expect(service.output()).toContain('DATABASE_URL: is not set');
    expect(service.output()).not.toContain('.ts:');
  });

  it.each([
    ['a start that fails', `throw new Error('postgres://app:hunter2@db/x')`],
    [
      'an unhandled rejection',
      `setInterval(() => undefined, 1000); setTimeout(() => void Promise.reject(new Error('token=hunter2')), 50)`,
    ],
  ])('ends with code 1 after %s, closes what is open and shows no secret', async (_what, statement) => {
    const service = run(`${IMPORTS}
      await runService({ name: 'test', start: async (onClose) => { onClose(async () => say('closed pool')); ${statement}; } });`);
    expect(await service.exit).toBe(1);
    expect(service.output()).toContain('closed pool');
    expect(service.output()).not.toContain('hunter2');
  });
});

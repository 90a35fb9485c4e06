import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { withoutFixedPorts } from './ports.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

const START_MS = 60_000;

const query = async ({ info }: Stack, text: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: info.postgres.adminUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

it(
  'a stack begins with nothing where its state was deleted, whatever one before it has left elsewhere',
  async () => {
    const stateFolder = mkdtempSync(path.join(tmpdir(), 'simlane-stack-'));
    const options: StackOptions = { stateFolder, parts: ['postgres'], env: withoutFixedPorts(process.env) };
    const first = await startStack(options);
    await query(first, 'create database left_over');
    await first.stop();

    const kept = await startStack(options);
    expect(await query(kept, "select from pg_database where datname = 'left_over'")).toHaveLength(1);
    await kept.stop();

    rmSync(stateFolder, { recursive: true });
    const fresh = await startStack({ ...options, throwAway: true });
    const left = await query(fresh, "select from pg_database where datname = 'left_over'");
    await fresh.stop();
    expect(left).toEqual([]);
  },
  START_MS,
);

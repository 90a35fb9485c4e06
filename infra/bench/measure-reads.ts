import autocannon from 'autocannon';
import { Client } from 'pg';
import type { StackInfo } from '../local/stack-info.ts';
import { startBareProcess } from './bare-process.ts';
import type { BenchStage } from './bench-stage.ts';
import { inTurn } from '../local/callers.ts';
import { type Figure, figureOfRuns, type Run } from './figures.ts';
import { createHttpCalls } from './http-calls.ts';

/** Enough to keep a pool of ten connections busy, and no more waiting than needed. */
export const READ_CONNECTIONS = 16;
const RUNS = 3;
const RUN_SECONDS = 4;
const WARM_UP_SECONDS = 2;
const LIST_LENGTH = 50;
const GOAL = { of: 'ratio', atLeast: 0.4, aim: 0.7 } as const;
const BENCH_DATABASE = 'simlane_bench';

/**
 * Reads a second of a line's actions and of a page of lines, by many people at once, against a bare route that
 * returns the very same bytes out of one row.
 */
export async function measureReads(
  info: StackInfo,
  stage: BenchStage,
  options: { readonly logFolder: string; readonly signal: AbortSignal; readonly report: (line: string) => void },
): Promise<Figure[]> {
  const { report, signal } = options;
  const inventory = `${info.services.inventory.url}/inventory/v1/lines`;
  const reads = [
    { key: 'actions', name: 'GET lines/{id}/actions', url: `${inventory}/${stage.lineIds[0]}/actions` },
    { key: 'lines', name: `GET lines, ${LIST_LENGTH} of them`, url: `${inventory}?limit=${LIST_LENGTH}` },
  ];
  const sizes = new Map<string, number>();
  const databaseUrl = await fillBareDatabase(info, async (key) => {
    const text = await readOnce(reads.find((read) => read.key === key)?.url ?? '', stage.tokens[0] ?? '');
    sizes.set(key, Buffer.byteLength(text));
    return text;
  });
  const { ready, bare } = await startBareProcess<{ address: string }, never>({
    ...options,
    script: './bare-routes.ts',
    env: { BARE_DATABASE_URL: databaseUrl },
  });
  const figures: Figure[] = [];
  for (const { key, name, url } of reads) {
    const bareUrl = `${ready.address}/answers/${key}`;
    const perSecond = (target: string, seconds: number) => readsPerSecond(target, stage.tokens, seconds, signal);
    await perSecond(url, WARM_UP_SECONDS);
    await perSecond(bareUrl, WARM_UP_SECONDS);
    const runs: Run[] = [];
    for (let run = 0; run < RUNS; run++) {
      runs.push({ ours: await perSecond(url, RUN_SECONDS), bare: await perSecond(bareUrl, RUN_SECONDS) });
    }
    figures.push(figureOfRuns({ name: `${name} (${sizes.get(key)} bytes)`, unit: '/s', goal: GOAL }, runs));
    report(`${name}: ${RUNS} runs of ${RUN_SECONDS} s`);
  }
  await bare.stop();
  return figures;
}

/** Runs the load, each connection another person, and resolves to answers a second. Rejects if one is not a 200. */
async function readsPerSecond(
  url: string,
  tokens: readonly string[],
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const nextToken = inTurn(tokens);
  const running = autocannon({
    url,
    connections: READ_CONNECTIONS,
    duration: seconds,
    setupClient: (client) => client.setHeaders({ authorization: `Bearer ${nextToken()}` }),
  });
  const stop = () => (running as unknown as { stop(): void }).stop();
  signal.addEventListener('abort', stop, { once: true });
  const result = await running;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${url}: ${failed} of ${result.requests.total} reads failed`);
  return result['2xx'] / result.duration;
}

/** A database of the bench's own on the same server, with our answers in it as they are. Resolves to its address. */
async function fillBareDatabase(info: StackInfo, answerOf: (key: string) => Promise<string>): Promise<string> {
  const { adminUrl } = info.postgres;
  await withClient(adminUrl, (client) => client.query(`create database ${BENCH_DATABASE}`));
  const databaseUrl = adminUrl.replace(/\/postgres$/, `/${BENCH_DATABASE}`);
  await withClient(databaseUrl, async (client) => {
    await client.query('create table answer (name text primary key, body text not null)');
    for (const key of ['actions', 'lines']) {
      await client.query('insert into answer (name, body) values ($1, $2)', [key, await answerOf(key)]);
    }
    await client.query('analyze answer');
  });
  return databaseUrl;
}

async function withClient(connectionString: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function readOnce(url: string, token: string): Promise<string> {
  const http = createHttpCalls(1);
  const answer = await http.call({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } });
  http.close();
  return answer;
}

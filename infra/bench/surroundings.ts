/** On what and with which settings the figures were measured: they mean nothing without. */
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { Client } from '@temporalio/client';
import { Client as PostgresClient } from 'pg';
import type { StackInfo } from '../local/stack-info.ts';
import { READ_CONNECTIONS } from './measure-reads.ts';
import { ORDERS_IN_FLIGHT } from './measure-throughput.ts';

const BYTES_IN_GIB = 1024 ** 3;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** Over the minute before the bench began: what others were up to. */
  readonly loadBefore: number;
}

export interface Settings {
  readonly database: string;
  readonly fsync: string;
  readonly temporal: string;
  readonly shards: number;
  readonly workers: number;
  readonly inFlight: number;
  readonly readConnections: number;
}

/** To be called before anything is started. */
export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / BYTES_IN_GIB),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** Read from the servers, not from what we meant to set. */
export async function readSettings(info: StackInfo, temporal: Client): Promise<Settings> {
  const database = new PostgresClient({ connectionString: info.postgres.adminUrl });
  await database.connect();
  const setting = async (name: string) => {
    const { rows } = await database.query<{ value: string }>('select current_setting($1) as value', [name]);
    return rows[0]?.value ?? 'unknown';
  };
  const version = await setting('server_version');
  const fsync = (await setting('fsync')) === 'on' && (await setting('synchronous_commit')) === 'on' ? 'on' : 'off';
  await database.end();
  const cluster = await temporal.workflowService.getClusterInfo({});
  return {
    database: `PostgreSQL ${version} for the services, ${cluster.persistenceStore} for Temporal`,
    fsync,
    temporal: `${cluster.serverVersion}, eager activities`,
    shards: cluster.historyShardCount ?? 0,
    workers: 1,
    inFlight: ORDERS_IN_FLIGHT,
    readConnections: READ_CONNECTIONS,
  };
}

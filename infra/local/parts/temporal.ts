import { Connection } from '@temporalio/client';
import { baseEnvironment } from '../base-environment.ts';
import type { ProcessDescription } from '../processes.ts';

export const TEMPORAL_NAMESPACE = 'simlane';
export const TEMPORAL_TASK_QUEUE = 'simlane';
const CONNECT_WITHIN_MS = 2_000;

/** What orders can be found by in the Web UI. */
const SEARCH_ATTRIBUTES = {
  AccountId: 'Keyword',
  ProviderId: 'Keyword',
  OrderId: 'Keyword',
  Phase: 'Keyword',
  NeedsAttention: 'Bool',
} as const;

const DYNAMIC_CONFIGURATION = {
  // The default of 20 a shard makes each step take 25 to 50 ms as soon as a few workflows run; this makes it 3 ms.
  'history.transferProcessorMaxPollRPS': 2000,
  // Halves the time of a step: an activity starts with the answer that scheduled it.
  'system.enableActivityEagerExecution': true,
  // A single order overtakes a campaign of thousands.
  'matching.enableFairness': true,
} as const;

export interface TemporalOptions {
  readonly executable: string;
  readonly port: number;
  readonly cwd: string;
  /** In memory when absent: nothing outlives the process. */
  readonly databaseFile?: string;
  /** No Web UI when absent. */
  readonly uiPort?: number;
}

/** The development server, with what production has set up beforehand: namespace, search attributes, settings. */
export function temporalServer({ executable, port, cwd, databaseFile, uiPort }: TemporalOptions): ProcessDescription {
  const address = `127.0.0.1:${port}`;
  return {
    name: 'temporal',
    command: executable,
    args: [
      ...`server start-dev --ip 127.0.0.1 --port ${port} --namespace ${TEMPORAL_NAMESPACE}`.split(' '),
      ...(databaseFile ? ['--db-filename', databaseFile, '--sqlite-pragma', 'journal_mode=WAL'] : []),
      ...(uiPort ? ['--ui-port', String(uiPort), '--ui-disable-news-fetch'] : ['--headless']),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
      ...Object.entries(DYNAMIC_CONFIGURATION).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ],
    cwd,
    env: baseEnvironment(),
    isReady: () => hasNamespace(address),
  };
}

/** The server answers before its namespace can be used; this waits for both, search attributes included. */
async function hasNamespace(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_WITHIN_MS });
  try {
    await connection.workflowService.describeNamespace({ namespace: TEMPORAL_NAMESPACE });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: TEMPORAL_NAMESPACE,
    });
    return Object.keys(SEARCH_ATTRIBUTES).every((name) => customAttributes?.[name] !== undefined);
  } finally {
    await connection.close();
  }
}

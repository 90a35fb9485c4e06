import { Client, Connection } from '@temporalio/client';

export interface Temporal {
  readonly client: Client;
  /** Resolves when the server answers; a check for `/readyz`. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** A client that connects when it is first used, and again after every outage: a service starts without Temporal. */
export const connectTemporal = (options: { address: string; namespace: string }): Temporal => {
  const connection = Connection.lazy({ address: options.address });
  const client = new Client({ connection, namespace: options.namespace });
  return {
    client,
    check: async () => {
      await connection.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}));
    },
    close: () => connection.close(),
  };
};

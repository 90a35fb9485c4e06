/** Makes the Temporal namespace and its search attributes, and ends when both can be used. A repeat changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '@simlane/contracts/search-attribute-names';
import { readConfig } from '@simlane/service-kit/config';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { z } from 'zod';

const ATTEMPT_EVERY_MS = 1_000;
/** A server sees a new namespace up to 10 s after it was made. */
const USABLE_WITHIN_MS = 60_000;
/** How long the history of an ended workflow can be looked at. */
const RETENTION_DAYS = 30;
const SECONDS_PER_DAY = 86_400;
/** gRPC's status codes. */
const ALREADY_EXISTS = 6;
/** As temporal.api.enums.v1.IndexedValueType has them. */
const INDEXED_VALUE_TYPES = { Keyword: 2, Bool: 5 } as const;

const environment = z.object({
  TEMPORAL_ADDRESS: z.string().min(1).describe('host:port of the Temporal server'),
  TEMPORAL_NAMESPACE: z.string().min(1).describe('the namespace'),
});

const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = readConfig(environment, process.env);
const connection = await Connection.connect({ address });
try {
  await makeNamespace();
  await untilUsable(addSearchAttributes);
} finally {
  await connection.close();
}
process.stdout.write(`The namespace ${namespace} is there, with ${Object.keys(SEARCH_ATTRIBUTES).join(', ')}.\n`);

async function makeNamespace(): Promise<void> {
  // A number is sent as well as the Long that the generated type asks for, whose package is not ours.
  const workflowExecutionRetentionPeriod = { seconds: (RETENTION_DAYS * SECONDS_PER_DAY) as never };
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code !== ALREADY_EXISTS) throw error;
  }
}

/** Adds those that are missing; throws until all are there. */
async function addSearchAttributes(): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPES[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  throw new Error(`${missing.map(([name]) => name).join(', ')}: not usable yet`);
}

async function untilUsable(attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + USABLE_WITHIN_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(ATTEMPT_EVERY_MS);
    }
  }
}

import { readConfig, refuseSeedingInProduction, serviceEnvironment } from '@simlane/service-kit/config';
import { parseSealingKeys } from '@simlane/service-kit/sealing';
import { z } from 'zod';

const schema = z
  .object({
    ...serviceEnvironment,
    PUBLIC_URL: z.url().describe('where providers and users reach this service'),
    CATALOG_INTERNAL_URL: z.url().describe('internal address of the catalog'),
    INVENTORY_INTERNAL_URL: z.url().describe('internal address of inventory'),
    TEMPORAL_ADDRESS: z.string().min(1).describe('host:port of the Temporal server'),
    TEMPORAL_NAMESPACE: z.string().min(1).describe('Temporal namespace'),
    TEMPORAL_TASK_QUEUE: z.string().min(1).describe('the one task queue'),
    SEALING_KEYS: z
      .string()
      .refine(isKeyRing, 'id:base64 of 32 bytes, several separated by commas')
      .describe('keys that seal secrets at rest, the current one first'),
    ALLOW_LOOPBACK_PROVIDERS: z
      .stringbool()
      .default(false)
      .describe('whether a provider may be on this machine; only for the local stack'),
  })
  .superRefine(refuseSeedingInProduction)
  .refine(({ SIMLANE_ENV, ALLOW_LOOPBACK_PROVIDERS }) => SIMLANE_ENV !== 'production' || !ALLOW_LOOPBACK_PROVIDERS, {
    path: ['ALLOW_LOOPBACK_PROVIDERS'],
    error: 'must not be set in production',
  });

export type Config = z.output<typeof schema>;

export const readOrderConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(schema, environment);

function isKeyRing(keys: string): boolean {
  try {
    parseSealingKeys(keys);
    return true;
  } catch {
    return false;
  }
}

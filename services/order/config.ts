import {
  readConfig,
  refuseSeedingInProduction,
  serviceEnvironment,
  temporalEnvironment,
} from '@simlane/service-kit/config';
import { keyRingVariable } from '@simlane/service-kit/key-ring';
import { z } from 'zod';

const schema = z
  .object({
    ...serviceEnvironment,
    ...temporalEnvironment,
    PUBLIC_URL: z.url().describe('where providers and users reach this service'),
    CATALOG_INTERNAL_URL: z.url().describe('internal address of the catalog'),
    INVENTORY_INTERNAL_URL: z.url().describe('internal address of inventory'),
    SEALING_KEYS: keyRingVariable.describe('keys that seal secrets at rest, the current one first'),
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

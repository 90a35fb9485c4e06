import { readConfig, refuseSeedingInProduction, serviceEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';

const schema = z
  .object({
    ...serviceEnvironment,
    CATALOG_INTERNAL_URL: z.url({ protocol: /^https?$/ }).describe('the internal API of the service catalog'),
  })
  .superRefine(refuseSeedingInProduction);

export type Config = z.output<typeof schema>;

export const readInventoryConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(schema, environment);

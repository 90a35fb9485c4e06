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
    CATALOG_INTERNAL_URL: z.url({ protocol: /^https?$/ }).describe('the internal API of the service catalog'),
    SEALING_KEYS: keyRingVariable.describe(
      'keys that seal activation codes and originals at rest, the current one first',
    ),
    LINK_KEYS: keyRingVariable.describe(
      'keys of the tokens of mailed links, the current one first; the same as notification has',
    ),
    DUE_CLOCK_FILE: z
      .string()
      .optional()
      .describe('for demos and tests: a file that says by how many milliseconds the calendar of SIM services is ahead'),
    S3_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("where S3 is, if it is not AWS's own of the region"),
    S3_REGION: z.string().describe('the region of the bucket'),
    S3_BUCKET: z.string().describe('the bucket for the originals of QR codes'),
    S3_ACCESS_KEY_ID: z.string().describe('who we are to S3'),
    S3_SECRET_ACCESS_KEY: z.string().describe('the secret that goes with S3_ACCESS_KEY_ID'),
  })
  .superRefine(refuseSeedingInProduction)
  .refine(({ SIMLANE_ENV, DUE_CLOCK_FILE }) => SIMLANE_ENV !== 'production' || DUE_CLOCK_FILE === undefined, {
    path: ['DUE_CLOCK_FILE'],
    error: 'must be left out where SIMLANE_ENV is "production"',
  });

export type Config = z.output<typeof schema>;

export const readInventoryConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(schema, environment);

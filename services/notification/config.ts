import {
  readConfig,
  refuseSeedingInProduction,
  serviceEnvironment,
  temporalEnvironment,
} from '@simlane/service-kit/config';
import { keyRingVariable } from '@simlane/service-kit/key-ring';
import { z } from 'zod';

const environmentSchema = z
  .object({
    ...serviceEnvironment,
    ...temporalEnvironment,
    SES_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("where SES is, if it is not AWS's own of the region"),
    AWS_REGION: z.string().describe('the region of SES'),
    AWS_ACCESS_KEY_ID: z.string().describe('who we are to SES'),
    AWS_SECRET_ACCESS_KEY: z.string().describe('the secret that goes with AWS_ACCESS_KEY_ID'),
    MAIL_FROM: z.email().describe('the address that mails come from, verified at SES'),
    SES_EVENTS_TOPIC_ARN: z
      .string()
      .regex(/^arn:aws(?:-cn)?:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of a standard topic')
      .describe(
        'the SNS topic to which the configuration set of MAIL_FROM publishes bounces, complaints and deliveries',
      ),
    LINK_KEYS: keyRingVariable.describe('keys that sign the links in mails, the same as of inventory'),
    INVENTORY_PUBLIC_URL: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/$/, ''))
      .describe('where the links in mails lead'),
  })
  .superRefine(refuseSeedingInProduction)
  .refine(
    ({ SIMLANE_ENV, INVENTORY_PUBLIC_URL }) =>
      SIMLANE_ENV !== 'production' || INVENTORY_PUBLIC_URL.startsWith('https:'),
    { path: ['INVENTORY_PUBLIC_URL'], error: 'must be an https URL in production' },
  );

type Config = z.output<typeof environmentSchema>;

/** @throws ConfigError naming every variable at fault */
export const readNotificationConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(environmentSchema, environment);

import { readConfig, refuseSeedingInProduction, serviceEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';

const environmentSchema = z
  .object({
    ...serviceEnvironment,
    SES_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("where SES is, if it is not AWS's own of the region"),
    AWS_REGION: z.string().describe('the region of SES'),
    AWS_ACCESS_KEY_ID: z.string().describe('who we are to SES'),
    AWS_SECRET_ACCESS_KEY: z.string().describe('the secret that goes with AWS_ACCESS_KEY_ID'),
    MAIL_FROM: z.email().describe('the address that mails come from, verified at SES'),
  })
  .superRefine(refuseSeedingInProduction);

type Config = z.output<typeof environmentSchema>;

/** @throws ConfigError naming every variable at fault */
export const readNotificationConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(environmentSchema, environment);

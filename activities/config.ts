import { readConfig, serviceEnvironment, temporalEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';

/** Enough for the activities that 30 orders in flight want at once; each mostly waits for a service. */
const DEFAULT_CONCURRENT_ACTIVITIES = 40;

const { SIMLANE_ENV, LOG_LEVEL, HOST, PORT, READ_ONLY, OIDC_TOKEN_URL, SERVICE_CLIENT_ID, SERVICE_CLIENT_SECRET } =
  serviceEnvironment;

const schema = z
  .object({
    SIMLANE_ENV,
    LOG_LEVEL,
    HOST,
    PORT,
    READ_ONLY,
    OIDC_TOKEN_URL,
    SERVICE_CLIENT_ID,
    SERVICE_CLIENT_SECRET,
    INVENTORY_INTERNAL_URL: z.url().describe('internal address of inventory'),
    ORDER_INTERNAL_URL: z.url().describe('internal address of order'),
    NOTIFICATION_INTERNAL_URL: z.url().describe('internal address of notification'),
    ...temporalEnvironment,
    WORKFLOWS_PATH: z.string().min(1).optional().describe('source file of the workflows, bundled at the start'),
    WORKFLOW_BUNDLE_PATH: z.string().min(1).optional().describe('workflow bundle made beforehand, for production'),
    CONCURRENT_ACTIVITIES: z.coerce.number().int().min(1).default(DEFAULT_CONCURRENT_ACTIVITIES),
  })
  .refine(
    ({ WORKFLOWS_PATH, WORKFLOW_BUNDLE_PATH }) =>
      (WORKFLOWS_PATH === undefined) !== (WORKFLOW_BUNDLE_PATH === undefined),
    {
      path: ['WORKFLOWS_PATH'],
      error: 'either WORKFLOWS_PATH or WORKFLOW_BUNDLE_PATH is needed, and not both',
    },
  );

export type Config = z.output<typeof schema>;

export const readWorkerConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(schema, environment);

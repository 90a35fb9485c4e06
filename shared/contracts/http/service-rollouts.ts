/** Inventory: one change of what many SIMs may do, over a profile, a group, a list or a file of ICCIDs (product.md §5). */
import { z } from 'zod';
import { ROLLOUT_SIM_STATES, SERVICE_ROLLOUT_KINDS, SERVICE_ROLLOUT_STATES } from '../service-rollouts.ts';
import { acceptWarningsSchema, idParams, idSchema, pageOf, pageQuery, timeSchema } from './primitives.ts';
import { MOST_ROLLOUT_SIMS, rolloutPreviewSchema, rolloutTerms } from './rollout-preview.ts';
import { internalRoute, publicRoute } from './route.ts';
import { timelineEntrySchema } from './timeline.ts';

/** 100,000 ids with their quotes and commas, or as many rows of a file with another column or two. */
export const LARGEST_ROLLOUT_BYTES = 8 * 1024 * 1024;

const rolloutOverSchema = z.union(
  [
    z.strictObject({ serviceProfileId: idSchema }),
    z.strictObject({ groupId: idSchema }),
    z.strictObject({ simIds: z.array(idSchema).max(MOST_ROLLOUT_SIMS) }),
    z.strictObject({ csv: z.string().describe('ICCIDs in the column `iccid`, or else the first') }),
  ],
  'One of serviceProfileId, groupId, simIds and csv',
);
export type RolloutOver = z.output<typeof rolloutOverSchema>;

export const rolloutWishSchema = z.strictObject({
  change: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('migrate'), serviceProfileId: idSchema }),
    z.strictObject({ kind: z.literal('reattach') }),
  ]),
  over: rolloutOverSchema,
  ...rolloutTerms,
  acceptWarnings: acceptWarningsSchema,
  previewToken: z
    .string()
    .max(1000)
    .optional()
    .describe('Of a preview: refused where something that it saw has changed since'),
});
export type RolloutWish = z.output<typeof rolloutWishSchema>;

const serviceRolloutFields = {
  id: idSchema,
  change: z.object({
    kind: z.enum(SERVICE_ROLLOUT_KINDS),
    serviceProfileId: idSchema.nullable().describe('The profile that is edited, or migrated to'),
    version: z.int().nullable().describe('Of an edit: the version that everybody is to follow'),
    serviceChangeId: idSchema.nullable().describe('Of an edit: what asked for it'),
  }),
  over: z.object({
    kind: z.enum(['service_profile', 'group', 'sims', 'csv']),
    id: idSchema.nullable().describe('Of the profile or group'),
  }),
  state: z.enum(SERVICE_ROLLOUT_STATES),
  stoppedBecause: z.string().nullable(),
  sims: z.int(),
  canarySims: z.int(),
  stopAtFailureShare: z.number(),
  requestedBy: z.string(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
};
const serviceRolloutSummarySchema = z.object(serviceRolloutFields).meta({ id: 'ServiceRolloutSummary' });
export type ServiceRolloutSummary = z.output<typeof serviceRolloutSummarySchema>;

const countsSchema = z.record(z.enum(ROLLOUT_SIM_STATES), z.int().min(0));
export const serviceRolloutSchema = z
  .object({
    ...serviceRolloutFields,
    counts: countsSchema.describe('SIMs by their state'),
    canaryCounts: countsSchema.describe('The same of the canary alone'),
    estimatedEnd: timeSchema.nullable().describe('While it runs: from what is left, and how fast it goes'),
  })
  .meta({ id: 'ServiceRollout' });
export type ServiceRollout = z.output<typeof serviceRolloutSchema>;

const rolloutSimSchema = z
  .object({
    simId: idSchema.describe('The SIM, or the one that has replaced it since'),
    iccid: z.string().nullable(),
    isCanary: z.boolean(),
    state: z.enum(ROLLOUT_SIM_STATES),
    serviceChangeId: idSchema.nullable(),
    failures: z
      .array(
        z.object({
          of: z.enum(['option', 'rate_plan']),
          name: z.string(),
          value: z.string(),
          reason: z.string().nullable().describe("The provider's words"),
        }),
      )
      .describe('What the provider has refused of a SIM that failed'),
  })
  .meta({ id: 'ServiceRolloutSim' });
export type ServiceRolloutSim = z.output<typeof rolloutSimSchema>;

const previewSchema = rolloutPreviewSchema.extend({ previewToken: z.string() }).meta({ id: 'ServiceRolloutPreview' });
export type ServiceRolloutPreview = z.output<typeof previewSchema>;

const tag = 'Service rollouts';
const read = { method: 'GET', permission: 'fleet:read', status: 200, tag } as const;
const change = { method: 'POST', permission: 'fleet:change', tag } as const;
const decide = {
  ...change,
  status: 200,
  params: idParams,
  answer: serviceRolloutSchema,
  problems: ['not_found', 'service_rollout_state'],
} as const;
const REFUSALS = [
  'not_found',
  'archived',
  'profile_of_other_provider',
  'rollout_empty',
  'warnings_not_accepted',
  'preview_stale',
  'dependency_unavailable',
] as const;

export const serviceRolloutRoutes = {
  previewServiceRollout: publicRoute({
    ...change,
    status: 200,
    path: '/inventory/v1/service-rollouts/previews',
    summary: 'Preview a rollout',
    description: 'What it would change, of how many SIMs, now and on which date. Changes nothing.',
    body: rolloutWishSchema,
    answer: previewSchema,
    problems: REFUSALS,
  }),
  createServiceRollout: publicRoute({
    ...change,
    status: 201,
    path: '/inventory/v1/service-rollouts',
    summary: 'Change what many SIMs may do',
    description:
      'Migrates them to a service profile, or brings deviating ones back to theirs. A few first, then the others portion by portion. The set is fixed now. Rows that cannot be used are told one by one, and are left out only if that is accepted.',
    idempotencyKey: true,
    body: rolloutWishSchema,
    answer: serviceRolloutSchema,
    problems: REFUSALS,
  }),
  listServiceRollouts: publicRoute({
    ...read,
    path: '/inventory/v1/service-rollouts',
    summary: 'List rollouts, the newest first',
    query: z.strictObject({ ...pageQuery, state: z.enum(SERVICE_ROLLOUT_STATES).optional() }),
    answer: pageOf(serviceRolloutSummarySchema),
    problems: ['invalid_cursor'],
  }),
  getServiceRollout: publicRoute({
    ...read,
    path: '/inventory/v1/service-rollouts/:id',
    summary: 'Progress of a rollout',
    params: idParams,
    answer: serviceRolloutSchema,
    problems: ['not_found'],
  }),
  listServiceRolloutSims: publicRoute({
    ...read,
    path: '/inventory/v1/service-rollouts/:id/sims',
    summary: 'List the SIMs of a rollout, in the order of their turns',
    params: idParams,
    query: z.strictObject({ ...pageQuery, state: z.enum(ROLLOUT_SIM_STATES).optional() }),
    answer: pageOf(rolloutSimSchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
  getServiceRolloutTimeline: publicRoute({
    ...read,
    tag: 'Timelines',
    path: '/inventory/v1/service-rollouts/:id/timeline',
    summary: 'Timeline of a rollout',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(timelineEntrySchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
  pauseServiceRollout: publicRoute({
    ...decide,
    path: '/inventory/v1/service-rollouts/:id/pause',
    summary: 'Pause a rollout',
    description: 'Nothing more is moved; what was moved goes on. A repeat changes nothing.',
  }),
  resumeServiceRollout: publicRoute({
    ...decide,
    path: '/inventory/v1/service-rollouts/:id/resumption',
    summary: 'Resume a paused rollout',
    description: 'A repeat changes nothing.',
  }),
  cancelServiceRollout: publicRoute({
    ...decide,
    path: '/inventory/v1/service-rollouts/:id/cancellation',
    summary: 'Cancel a rollout',
    description: 'What it has not reached is behind; what was moved goes on. A repeat changes nothing.',
  }),
  retryServiceRollout: publicRoute({
    ...decide,
    path: '/inventory/v1/service-rollouts/:id/retry',
    summary: 'Want again what has failed, and take what was not reached',
    description:
      'Of one that was stopped or cancelled or is done. It begins with a canary again. A repeat changes nothing.',
  }),
} as const;

export const serviceRolloutInternalRoutes = {
  movePortion: internalRoute({
    callers: ['worker'],
    status: 200,
    method: 'PUT',
    path: '/internal/service-rollouts/:id/portion',
    summary: 'Moves the next portion of a rollout, as its pace and its stop rule allow',
    params: idParams,
    answer: z.object({
      state: z.enum(SERVICE_ROLLOUT_STATES),
      moved: z.int(),
      simIds: z.array(idSchema).readonly().optional().describe('Those that it has moved; absent where there are none'),
      again: z.int().min(0).nullable().describe('When to ask for the next, in milliseconds; null: for none'),
    }),
    problems: ['not_found', 'dependency_unavailable'],
  }),
} as const;

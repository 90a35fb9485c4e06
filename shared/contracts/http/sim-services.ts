/** Inventory: what a SIM may do, wanted and confirmed, and the changes of it (product.md §5). */
import { z } from 'zod';
import { PLAN_CHANGES } from '../rate-plan.ts';
import { DEVIATION_KINDS, SERVICE_CHANGE_KINDS, SERVICE_CHANGE_STATES } from '../service-changes.ts';
import { driftSchema } from './drift-proposals.ts';
import { idParams, idSchema, nameSchema, pageOf, pageQuery, timeSchema } from './primitives.ts';
import { rolloutPreviewSchema, rolloutTerms } from './rollout-preview.ts';
import { publicRoute } from './route.ts';
import { serviceTodoSchema } from './service-todos.ts';

/** Of any length and form here: what the pack does not have is refused by name. */
const optionsSchema = z.record(z.string().max(200), z.string().max(200)).describe('Values by the code of the option');
const LONGEST_REASON = 2000;

const scheduledPlanSchema = z.object({
  changeId: idSchema,
  ratePlan: z.string(),
  at: timeSchema.describe('When the billing month begins'),
  effectiveOn: z.iso.date().describe('Its first day, in `zone`'),
  zone: z.string().describe("IANA: the provider's billing zone"),
  how: z.enum(PLAN_CHANGES),
});
export const deviationSchema = z.object({
  kind: z.enum(DEVIATION_KINDS),
  reason: z.string(),
  by: z.string().describe('The `sub` of whoever changed it last'),
  since: timeSchema.describe('Since when the SIM does not follow its profile'),
  expiresAt: timeSchema.nullable(),
});
const failureSchema = z.object({
  value: z.string(),
  reason: z.string().nullable().describe("The provider's words"),
  at: timeSchema,
});
const profileVersionSchema = z.object({ id: idSchema, version: z.int() });

export const simServicesSchema = z
  .object({
    simId: idSchema,
    version: z.int().min(0).describe('0 where nothing was ever wanted of the SIM'),
    serviceProfile: profileVersionSchema.nullable().describe('In the version that it follows, or did when it deviated'),
    deviation: deviationSchema.nullable(),
    options: z.array(
      z.object({
        option: z.string(),
        profile: z.string().nullable(),
        own: z.string().nullable().describe('While the SIM deviates'),
        confirmed: z.string().nullable().describe('In force, as the provider has said'),
        pending: z.string().nullable().describe('Wanted and not confirmed yet'),
        failed: failureSchema.nullable(),
      }),
    ),
    ratePlan: z.object({
      profile: z.string().nullable(),
      confirmed: z.string().nullable(),
      pending: z.string().nullable(),
      scheduled: scheduledPlanSchema.nullable(),
      arranged: z.boolean().describe('The provider has taken the schedule, and carries it out by itself'),
      cancellationRefused: z.string().nullable().describe("The provider's words, where it keeps what it has arranged"),
      failed: failureSchema.nullable(),
    }),
    planDiffers: z.boolean().describe("The profile's plan is not in force, and nothing is on the way to change that"),
    behindRolloutId: idSchema
      .nullable()
      .describe('The rollout that has ended without the SIM; its retry would take it'),
    waitsForIccid: z.boolean().describe('Something is to be sent, and is not until the SIM has an ICCID'),
    drift: driftSchema
      .nullable()
      .describe(
        'What the provider reports otherwise than it has confirmed; until it is decided the SIM follows its profile',
      ),
    todos: z.array(serviceTodoSchema),
  })
  .meta({ id: 'SimServices' });
export type SimServicesView = z.output<typeof simServicesSchema>;

const changesSchema = z.object({
  now: z.object({
    options: z.array(z.object({ option: z.string(), from: z.string().nullable(), to: z.string() })),
    ratePlan: z.object({ from: z.string().nullable(), to: z.string() }).nullable(),
    serviceProfile: profileVersionSchema.nullable().describe('The profile that the SIM follows afterwards'),
    deviation: deviationSchema.nullable().describe('The deviation that begins, or is another by this'),
    endsDeviation: deviationSchema
      .extend({ lost: z.array(z.object({ option: z.string(), value: z.string() })) })
      .nullable(),
  }),
  later: z.object({ ratePlan: scheduledPlanSchema }).nullable(),
  noLonger: z.object({ ratePlan: scheduledPlanSchema }).nullable().describe('What was scheduled and is replaced'),
});
export type Changes = z.output<typeof changesSchema>;

const newProfileSchema = z
  .strictObject({
    copyOf: idSchema,
    name: nameSchema.optional(),
    servicePackId: idSchema.optional(),
    ratePlanId: idSchema.optional(),
    options: optionsSchema.optional(),
  })
  .describe('A profile that is made first, for administrators. What is left out is that of the copied one');

const previewToken = z
  .string()
  .max(1000)
  .optional()
  .describe('Of a preview: refused where something that it saw has changed since');
const wishes = [
  z
    .strictObject({
      kind: z.literal('migrate'),
      simId: idSchema,
      serviceProfileId: idSchema.optional(),
      newProfile: newProfileSchema.optional(),
      previewToken,
    })
    .refine(({ serviceProfileId, newProfile }) => (serviceProfileId === undefined) !== (newProfile === undefined), {
      path: ['serviceProfileId'],
      error: 'Either serviceProfileId or newProfile',
    }),
  z.strictObject({
    kind: z.literal('deviate'),
    simId: idSchema,
    options: optionsSchema.describe('Of these options; the others stay as they are wanted'),
    reason: z.string().max(LONGEST_REASON).default(''),
    deviationKind: z.enum(DEVIATION_KINDS),
    expiresAt: timeSchema.optional().describe('The SIM follows its profile again afterwards'),
    previewToken,
  }),
  z.strictObject({ kind: z.literal('reattach'), simId: idSchema, previewToken }),
  z.strictObject({ kind: z.literal('retry'), simId: idSchema, previewToken }),
] as const;
export const serviceWishSchema = z.discriminatedUnion('kind', wishes);
/** Of one SIM. */
export type ServiceWish = z.output<typeof serviceWishSchema>;
const profileEditWishSchema = z.strictObject({
  kind: z.literal('edit_profile'),
  serviceProfileId: idSchema,
  options: optionsSchema.default({}).describe('Of these options; the others stay as the profile has them'),
  servicePackId: idSchema.optional().describe('Fixed: another one is refused with the call that does what is wanted'),
  ratePlanId: idSchema.optional().describe('As servicePackId'),
  ...rolloutTerms,
  previewToken,
});
/** Of everybody who follows a profile. */
export type ProfileEditWish = z.output<typeof profileEditWishSchema>;
const anyWishSchema = z.discriminatedUnion('kind', [...wishes, profileEditWishSchema]);

export const serviceChangeSchema = z
  .object({
    id: idSchema,
    kind: z.enum(SERVICE_CHANGE_KINDS),
    simId: idSchema
      .nullable()
      .describe('The SIM, or the one that has replaced it since; null for an edit of a profile'),
    serviceProfileId: idSchema.nullable().describe('Of an edit: the profile'),
    rolloutId: idSchema.nullable().describe('The rollout that it is part of; of an edit, the one that it has started'),
    state: z.enum(SERVICE_CHANGE_STATES),
    requestedBy: z.string(),
    reason: z.string().nullable(),
    changes: changesSchema,
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'ServiceChange' });
export type ServiceChange = z.output<typeof serviceChangeSchema>;

const previewSchema = z
  .object({
    changes: changesSchema,
    touchedSims: z.int().describe('How many SIMs it changes something of'),
    notRecommended: z.boolean().describe('A deviation: its profile no longer controls the SIM'),
    rollout: rolloutPreviewSchema.nullable().describe('Of an edit: what becomes of the SIMs of the profile'),
    previewToken: z.string(),
  })
  .meta({ id: 'ServiceChangePreview' });
export type ServiceChangePreview = z.output<typeof previewSchema>;

const targetSchema = z
  .object({
    serviceProfileId: idSchema,
    name: nameSchema,
    current: z.boolean(),
    ratePlan: z.string(),
    options: optionsSchema,
  })
  .meta({ id: 'ServiceProfileTarget' });
export type ServiceProfileTarget = z.output<typeof targetSchema>;

const tag = 'SIM services';
const read = { method: 'GET', permission: 'fleet:read', status: 200, tag } as const;
const change = { method: 'POST', permission: 'fleet:change', tag } as const;
const REFUSALS = [
  'not_found',
  'sim_state',
  'archived',
  'profile_of_other_provider',
  'profile_invalid',
  'profile_fixed',
  'reason_required',
  'expiry_invalid',
  'preview_stale',
  'dependency_unavailable',
] as const;

export const simServiceRoutes = {
  getSimServices: publicRoute({
    ...read,
    path: '/inventory/v1/sims/:id/services',
    summary: 'What a SIM may do',
    description: 'Per option: what its profile wants, its own, what is confirmed, pending and failed. So of its plan.',
    params: idParams,
    answer: simServicesSchema,
    problems: ['not_found'],
  }),
  listServiceProfileTargets: publicRoute({
    ...read,
    path: '/inventory/v1/sims/:id/service-profile-targets',
    summary: 'List the service profiles that a SIM can be migrated to',
    description: 'Those of its provider that are not archived.',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(targetSchema),
    problems: ['not_found', 'invalid_cursor', 'dependency_unavailable'],
  }),
  previewServiceChange: publicRoute({
    ...change,
    status: 200,
    path: '/inventory/v1/service-changes/previews',
    summary: 'Preview a service change',
    description: 'What it would change now and on which date. Changes nothing.',
    body: anyWishSchema,
    answer: previewSchema,
    problems: REFUSALS,
  }),
  createServiceChange: publicRoute({
    ...change,
    status: 201,
    path: '/inventory/v1/service-changes',
    summary: 'Change what a SIM may do',
    description:
      'Migrate it to another profile (recommended), deviate it, bring it back, or want again what its provider has refused. Options are wanted at once, another rate plan from the next billing month. Done when the provider has confirmed it. Administrators edit a profile with `edit_profile`: everybody who follows it gets its new version by a rollout.',
    idempotencyKey: true,
    body: anyWishSchema,
    answer: serviceChangeSchema,
    problems: REFUSALS,
  }),
  listServiceChanges: publicRoute({
    ...read,
    path: '/inventory/v1/service-changes',
    summary: 'List service changes, the newest first',
    query: z.strictObject({
      ...pageQuery,
      simId: idSchema.optional(),
      state: z.enum(SERVICE_CHANGE_STATES).optional(),
    }),
    answer: pageOf(serviceChangeSchema),
    problems: ['invalid_cursor'],
  }),
  getServiceChange: publicRoute({
    ...read,
    path: '/inventory/v1/service-changes/:id',
    summary: 'Read a service change',
    params: idParams,
    answer: serviceChangeSchema,
    problems: ['not_found'],
  }),
  cancelServiceChange: publicRoute({
    ...change,
    status: 200,
    path: '/inventory/v1/service-changes/:id/cancellation',
    summary: 'Cancel the scheduled rate plan of a service change',
    description: 'The SIM stays on its profile, and shows that its plan differs. A repeat changes nothing.',
    params: idParams,
    answer: serviceChangeSchema,
    problems: ['not_found', 'service_change_state'],
  }),
  retryServiceChange: publicRoute({
    ...change,
    status: 200,
    path: '/inventory/v1/service-changes/:id/retry',
    summary: 'Want again what the provider has refused, or the rate plan that was cancelled',
    description: 'Of everything that the provider has refused of this SIM. One that is pending stays so.',
    params: idParams,
    answer: serviceChangeSchema,
    problems: ['not_found', 'service_change_state', 'dependency_unavailable'],
  }),
} as const;

/** Catalog: service packs, rate plans and service profiles. All of them have versions, and are archived, never deleted. */
import { z } from 'zod';
import { PLAN_CHANGES } from '../rate-plan.ts';
import { MOST_OPTIONS } from '../service-options.ts';
import { idParams, idSchema, nameSchema, pageOf, pageQuery, timeSchema } from './primitives.ts';
import { internalRoute, publicRoute } from './route.ts';

/** As {@link MOST_OPTIONS}. */
const MOST_VALUES = 100;
const MOST_RULES = 500;

const optionCodeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,49}$/, 'A code of up to 50 small letters, digits and underscores, such as data_volume');
const packOptionSchema = z.object({
  code: optionCodeSchema.describe('As the provider knows it'),
  name: nameSchema,
  values: z.array(nameSchema).min(1).max(MOST_VALUES),
  default: nameSchema.describe('One of the values'),
});
const optionValueSchema = z.strictObject({ option: optionCodeSchema, value: nameSchema });
const packRuleSchema = z.union(
  [
    z.strictObject({ ...optionValueSchema.shape, excludes: optionValueSchema }),
    z.strictObject({ ...optionValueSchema.shape, requires: optionValueSchema }),
  ],
  'An option and its value, and either `excludes` or `requires` with another option and its value',
);
const packContent = {
  options: z.array(packOptionSchema).max(MOST_OPTIONS),
  rules: z.array(packRuleSchema).max(MOST_RULES),
};
const configurationSchema = z
  .record(optionCodeSchema, nameSchema)
  .describe('The value of each option, by the code of the option');
/** Each that does not fit is answered with what would. */
const wantedOptionsSchema = configurationSchema.refine(
  (options) => Object.keys(options).length <= MOST_OPTIONS,
  `At most ${MOST_OPTIONS} options`,
);

/** What the database has for a version. */
const HIGHEST_VERSION = 2 ** 31 - 1;

const stamped = {
  version: z.int().min(1),
  createdAt: timeSchema,
  createdBy: z.string().describe('The `sub` of whoever made this version, or `seed`'),
  name: nameSchema,
  archivedAt: timeSchema.nullable(),
};

const servicePackFields = { id: idSchema, name: nameSchema, providerId: idSchema, ...packContent };
export const servicePackSchema = z
  .object({ ...servicePackFields, version: z.int().min(1), archivedAt: timeSchema.nullable() })
  .meta({ id: 'ServicePack' });
export type ServicePack = z.output<typeof servicePackSchema>;
const servicePackVersionSchema = z.object({ ...stamped, ...packContent }).meta({ id: 'ServicePackVersion' });
export type ServicePackVersion = z.output<typeof servicePackVersionSchema>;
export const servicePackSeedSchema = z.object(servicePackFields);

const ratePlanFields = {
  id: idSchema,
  name: nameSchema,
  providerId: idSchema,
  code: nameSchema.describe('As the provider knows it'),
};
export const ratePlanSchema = z
  .object({ ...ratePlanFields, version: z.int().min(1), archivedAt: timeSchema.nullable() })
  .meta({ id: 'RatePlan' });
export type RatePlan = z.output<typeof ratePlanSchema>;
const ratePlanVersionSchema = z.object({ ...stamped, code: nameSchema }).meta({ id: 'RatePlanVersion' });
export type RatePlanVersion = z.output<typeof ratePlanVersionSchema>;
export const ratePlanSeedSchema = z.object(ratePlanFields);

const serviceProfileFields = {
  id: idSchema,
  name: nameSchema,
  servicePackId: idSchema,
  ratePlanId: idSchema,
  options: configurationSchema,
};
export const serviceProfileSchema = z
  .object({
    ...serviceProfileFields,
    version: z.int().min(1),
    providerId: idSchema,
    options: configurationSchema.describe(
      'Of every option of the pack; the default where the profile is older than it',
    ),
    archivedAt: timeSchema.nullable(),
  })
  .meta({ id: 'ServiceProfile' });
export type ServiceProfile = z.output<typeof serviceProfileSchema>;
const serviceProfileVersionSchema = z
  .object({
    ...stamped,
    options: configurationSchema.describe(
      'What this version names; options that came into the pack later have its default',
    ),
  })
  .meta({ id: 'ServiceProfileVersion' });
export type ServiceProfileVersion = z.output<typeof serviceProfileVersionSchema>;
export const serviceProfileSeedSchema = z.object(serviceProfileFields);

/** A profile from a pack and a plan, or a copy of another one in which what is given differs. */
export const newServiceProfileSchema = z
  .strictObject({
    name: nameSchema,
    copyOf: idSchema.optional().describe('The profile whose pack, plan and options it gets unless others are given'),
    servicePackId: idSchema.optional().describe('Required unless it is a copy'),
    ratePlanId: idSchema.optional().describe('Required unless it is a copy'),
    options: wantedOptionsSchema
      .optional()
      .describe('Options left out have the value of the copied profile, or the default'),
  })
  .superRefine(({ copyOf, ...given }, context) => {
    if (copyOf !== undefined) return;
    for (const field of ['servicePackId', 'ratePlanId'] as const) {
      if (given[field] === undefined) {
        context.addIssue({ code: 'custom', path: [field], message: 'Required unless copyOf names a profile' });
      }
    }
  });
export type NewServiceProfile = z.output<typeof newServiceProfileSchema>;

const tag = 'Service profiles';
const read = { method: 'GET', permission: 'catalog:read', status: 200, tag } as const;
const create = { method: 'POST', permission: 'catalog:change', status: 201, tag, idempotencyKey: true } as const;
const edit = {
  method: 'PATCH',
  permission: 'catalog:change',
  status: 200,
  tag,
  ifMatch: true,
  params: idParams,
} as const;
const archive = {
  method: 'POST',
  permission: 'catalog:change',
  status: 200,
  tag,
  params: idParams,
  description: 'It takes nothing new from then on. A repeat changes nothing.',
} as const;
const listQuery = {
  ...pageQuery,
  includeArchived: z.stringbool().default(false),
  providerId: idSchema.optional(),
};
const versionsOf = {
  ...read,
  params: idParams,
  query: z.strictObject(pageQuery),
  problems: ['not_found', 'invalid_cursor'],
} as const;

export const servicePackRoutes = {
  listServicePacks: publicRoute({
    ...read,
    path: '/catalog/v1/service-packs',
    summary: 'List service packs',
    description: 'With their options and rules.',
    query: z.strictObject(listQuery),
    answer: pageOf(servicePackSchema),
    problems: ['invalid_cursor'],
  }),
  getServicePack: publicRoute({
    ...read,
    path: '/catalog/v1/service-packs/:id',
    summary: 'Read a service pack',
    params: idParams,
    answer: servicePackSchema,
  }),
  listServicePackVersions: publicRoute({
    ...versionsOf,
    path: '/catalog/v1/service-packs/:id/versions',
    summary: 'List the versions of a service pack, the newest first',
    answer: pageOf(servicePackVersionSchema),
  }),
  createServicePack: publicRoute({
    ...create,
    path: '/catalog/v1/service-packs',
    summary: 'Make a service pack',
    body: z.strictObject({ name: nameSchema, providerId: idSchema, ...packContent }),
    answer: servicePackSchema,
    problems: ['not_found', 'archived'],
  }),
  editServicePack: publicRoute({
    ...edit,
    path: '/catalog/v1/service-packs/:id',
    summary: 'Edit a service pack',
    description:
      'Refused where it would change what a profile of the pack holds: a new option is taken by all of them with its default.',
    body: z.strictObject({ name: nameSchema, ...packContent }).partial(),
    answer: servicePackSchema,
    problems: ['archived', 'used_by_profiles'],
  }),
  archiveServicePack: publicRoute({
    ...archive,
    path: '/catalog/v1/service-packs/:id/archival',
    summary: 'Archive a service pack',
    answer: servicePackSchema,
    problems: ['used_by_profiles'],
  }),
} as const;

export const ratePlanRoutes = {
  listRatePlans: publicRoute({
    ...read,
    path: '/catalog/v1/rate-plans',
    summary: 'List rate plans',
    query: z.strictObject(listQuery),
    answer: pageOf(ratePlanSchema),
    problems: ['invalid_cursor'],
  }),
  getRatePlan: publicRoute({
    ...read,
    path: '/catalog/v1/rate-plans/:id',
    summary: 'Read a rate plan',
    params: idParams,
    answer: ratePlanSchema,
  }),
  listRatePlanVersions: publicRoute({
    ...versionsOf,
    path: '/catalog/v1/rate-plans/:id/versions',
    summary: 'List the versions of a rate plan, the newest first',
    answer: pageOf(ratePlanVersionSchema),
  }),
  createRatePlan: publicRoute({
    ...create,
    path: '/catalog/v1/rate-plans',
    summary: 'Make a rate plan',
    body: z.strictObject({ name: nameSchema, providerId: idSchema, code: ratePlanFields.code }),
    answer: ratePlanSchema,
    problems: ['not_found', 'archived'],
  }),
  editRatePlan: publicRoute({
    ...edit,
    path: '/catalog/v1/rate-plans/:id',
    summary: 'Edit a rate plan',
    description: 'Its name at any time; its code while no service profile has it.',
    body: z.strictObject({ name: nameSchema, code: ratePlanFields.code }).partial(),
    answer: ratePlanSchema,
    problems: ['archived', 'used_by_profiles'],
  }),
  archiveRatePlan: publicRoute({
    ...archive,
    path: '/catalog/v1/rate-plans/:id/archival',
    summary: 'Archive a rate plan',
    answer: ratePlanSchema,
    problems: ['used_by_profiles'],
  }),
} as const;

export const serviceProfileRoutes = {
  listServiceProfiles: publicRoute({
    ...read,
    path: '/catalog/v1/service-profiles',
    summary: 'List service profiles',
    query: z.strictObject({ ...listQuery, servicePackId: idSchema.optional(), ratePlanId: idSchema.optional() }),
    answer: pageOf(serviceProfileSchema),
    problems: ['invalid_cursor'],
  }),
  getServiceProfile: publicRoute({
    ...read,
    path: '/catalog/v1/service-profiles/:id',
    summary: 'Read a service profile',
    params: idParams,
    answer: serviceProfileSchema,
  }),
  listServiceProfileVersions: publicRoute({
    ...versionsOf,
    path: '/catalog/v1/service-profiles/:id/versions',
    summary: 'List the versions of a service profile, the newest first',
    answer: pageOf(serviceProfileVersionSchema),
  }),
  createServiceProfile: publicRoute({
    ...create,
    path: '/catalog/v1/service-profiles',
    summary: 'Make a service profile',
    description:
      'From a pack and a plan of one provider, or as a copy of another profile. Into another pack a copy takes the values that this has too.',
    body: newServiceProfileSchema,
    answer: serviceProfileSchema,
    problems: ['not_found', 'archived', 'profile_invalid'],
  }),
  editServiceProfile: publicRoute({
    ...edit,
    path: '/catalog/v1/service-profiles/:id',
    summary: 'Rename a service profile',
    description:
      'Pack and plan are fixed, and options are edited by a service change: the answer says by which call. Values that it has already change nothing.',
    body: z
      .strictObject({
        name: nameSchema,
        servicePackId: idSchema,
        ratePlanId: idSchema,
        options: wantedOptionsSchema,
      })
      .partial(),
    answer: serviceProfileSchema,
    problems: ['archived', 'profile_fixed', 'service_change_needed'],
  }),
  archiveServiceProfile: publicRoute({
    ...archive,
    path: '/catalog/v1/service-profiles/:id/archival',
    summary: 'Archive a service profile',
    answer: serviceProfileSchema,
  }),
} as const;

const createdBy = z.string().min(1).max(255).describe('The `sub` of the person for whom it is made');

export const serviceProfileInternalRoutes = {
  getServiceProfile: internalRoute({
    method: 'GET',
    path: '/internal/service-profiles/:id',
    summary:
      'A profile, in its newest version or the one asked for, with its pack, its plan and how its provider changes plans',
    callers: ['inventory'],
    params: idParams,
    query: z.object({ version: z.coerce.number().int().min(1).max(HIGHEST_VERSION).optional() }),
    status: 200,
    answer: z.object({
      profile: serviceProfileSchema,
      servicePack: servicePackSchema,
      ratePlan: ratePlanSchema,
      provider: z.object({
        planChange: z.enum(PLAN_CHANGES),
        billingZone: z.string(),
        serviceChangesPerMinute: z.int().min(1),
      }),
    }),
    problems: ['not_found'],
  }),
  /** The same body again is the same profile, also when pack or plan have been archived since. */
  putServiceProfile: internalRoute({
    method: 'PUT',
    path: '/internal/service-profiles/:id',
    summary: 'Makes a profile with an id of the caller’s choice',
    callers: ['inventory'],
    params: idParams,
    body: z.object({ newProfile: newServiceProfileSchema, createdBy }),
    status: 200,
    answer: serviceProfileSchema,
    problems: ['not_found', 'archived', 'profile_invalid', 'idempotency_key_reused'],
  }),
  /** Options that the body leaves out stay as they are. A repeat changes nothing. */
  putServiceProfileVersion: internalRoute({
    method: 'PUT',
    path: '/internal/service-profiles/:id/versions/:version',
    summary: 'Makes exactly this version, with these options, from the one before',
    callers: ['inventory'],
    params: z.strictObject({ id: idSchema, version: z.coerce.number().int().min(2).max(HIGHEST_VERSION) }),
    body: z.object({ options: wantedOptionsSchema, createdBy }),
    status: 200,
    answer: serviceProfileSchema,
    problems: ['not_found', 'archived', 'profile_invalid', 'stale_version'],
  }),
} as const;

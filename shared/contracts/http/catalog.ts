/** Catalog: account settings, providers, distributors and their contacts, order packs and their articles. */
import { z } from 'zod';
import { CUTOVERS } from '../order.ts';
import { MOST_SERVICE_CHANGES_PER_MINUTE, PLAN_CHANGES, SERVICE_CHANGES_PER_MINUTE } from '../rate-plan.ts';
import { SIM_KINDS } from '../sim.ts';
import {
  currencySchema,
  durationSchema,
  emailSchema,
  idParams,
  idSchema,
  languageSchema,
  nameSchema,
  pageOf,
  pageQuery,
  timeSchema,
} from './primitives.ts';
import { internalRoute, publicRoute } from './route.ts';
import { ratePlanSeedSchema, servicePackSeedSchema, serviceProfileSeedSchema } from './service-profiles.ts';

export const accountSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    timeZone: z.string().describe('IANA time zone'),
    locale: languageSchema,
    notificationAddress: emailSchema,
  })
  .meta({ id: 'Account' });
export type Account = z.output<typeof accountSchema>;

export const providerSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    customerNumber: nameSchema,
    contractReference: nameSchema.nullable(),
    timeToAcknowledge: durationSchema,
    timeToProcess: durationSchema,
    cutoverOn: z.enum(CUTOVERS).describe('The word of this provider by which the new SIM serves the line'),
    billingZone: z.string().describe('IANA time zone'),
    planChange: z
      .enum(PLAN_CHANGES)
      .describe('Whether a new rate plan is sent when the billing month has begun, or at once with its date'),
    serviceChangesPerMinute: z
      .int()
      .min(1)
      .max(MOST_SERVICE_CHANGES_PER_MINUTE)
      .default(SERVICE_CHANGES_PER_MINUTE)
      .describe('How many SIMs a minute rollouts and the first of the month change here, all of them together'),
    smdpAddresses: z.array(z.string()).describe('SM-DP+ addresses this provider is known to use'),
    archivedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Provider' });
export type Provider = z.output<typeof providerSchema>;

export const distributorContactSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    email: emailSchema,
    language: languageSchema,
    roles: z.array(z.enum(['esim_qr_code'])),
  })
  .meta({ id: 'DistributorContact' });
export type DistributorContact = z.output<typeof distributorContactSchema>;

export const distributorSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    contacts: z.array(distributorContactSchema),
    archivedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Distributor' });
export type Distributor = z.output<typeof distributorSchema>;

export const ARTICLE_SECTIONS = ['sim_cards', 'devices', 'accessories', 'services'] as const;

export const articleSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    section: z.enum(ARTICLE_SECTIONS),
    simKind: z.enum(SIM_KINDS).nullable().describe('Only of articles in the section sim_cards'),
    providerId: idSchema.nullable(),
    distributorId: idSchema.nullable(),
    supplierArticleCode: nameSchema,
    prices: z.array(
      z.object({
        kind: z.enum(['one_off', 'monthly']),
        amountMinor: z.int().describe('In minor units of the currency'),
        currency: currencySchema,
      }),
    ),
    commitmentMonths: z.int().min(0),
    validFrom: timeSchema.nullable(),
    validUntil: timeSchema.nullable(),
  })
  .meta({ id: 'Article' });
export type Article = z.output<typeof articleSchema>;

export const orderPackSchema = z
  .object({ id: idSchema, name: nameSchema, articles: z.array(articleSchema), archivedAt: timeSchema.nullable() })
  .meta({ id: 'OrderPack' });
export type OrderPack = z.output<typeof orderPackSchema>;

/** An article together with the pack it is ordered from. */
export const packedArticleSchema = articleSchema
  .extend({ packId: idSchema, packName: nameSchema, providerName: nameSchema, distributorName: nameSchema })
  .meta({ id: 'PackedArticle' });
export type PackedArticle = z.output<typeof packedArticleSchema>;

const read = { method: 'GET', permission: 'catalog:read', status: 200, tag: 'Catalog' } as const;
const includeArchived = z.stringbool().default(false);

export const catalogRoutes = {
  getAccount: publicRoute({
    ...read,
    path: '/catalog/v1/account',
    summary: 'Read the account',
    description: 'The settings of the caller’s account.',
    answer: accountSchema,
  }),
  listProviders: publicRoute({
    ...read,
    path: '/catalog/v1/providers',
    summary: 'List providers',
    query: z.strictObject({ ...pageQuery, includeArchived }),
    answer: pageOf(providerSchema),
    problems: ['invalid_cursor'],
  }),
  getProvider: publicRoute({
    ...read,
    path: '/catalog/v1/providers/:id',
    summary: 'Read a provider',
    params: idParams,
    answer: providerSchema,
    problems: ['not_found'],
  }),
  listDistributors: publicRoute({
    ...read,
    path: '/catalog/v1/distributors',
    summary: 'List distributors',
    description: 'With their contacts and the roles of these.',
    query: z.strictObject({ ...pageQuery, includeArchived }),
    answer: pageOf(distributorSchema),
    problems: ['invalid_cursor'],
  }),
  getDistributor: publicRoute({
    ...read,
    path: '/catalog/v1/distributors/:id',
    summary: 'Read a distributor',
    params: idParams,
    answer: distributorSchema,
    problems: ['not_found'],
  }),
  listOrderPacks: publicRoute({
    ...read,
    path: '/catalog/v1/order-packs',
    summary: 'List order packs',
    description: 'With their articles.',
    query: z.strictObject({ ...pageQuery, includeArchived }),
    answer: pageOf(orderPackSchema),
    problems: ['invalid_cursor'],
  }),
  getOrderPack: publicRoute({
    ...read,
    path: '/catalog/v1/order-packs/:id',
    summary: 'Read an order pack',
    params: idParams,
    answer: orderPackSchema,
    problems: ['not_found'],
  }),
} as const;

/**
 * Everything the seed puts into the catalog of one account; a repeat replaces it by the same. What has versions is put
 * there once: from then on it is changed by people.
 */
export const catalogSeedSchema = z.object({
  account: accountSchema,
  providers: z.array(providerSchema),
  distributors: z.array(distributorSchema),
  orderPacks: z.array(orderPackSchema),
  servicePacks: z.array(servicePackSeedSchema),
  ratePlans: z.array(ratePlanSeedSchema),
  serviceProfiles: z.array(serviceProfileSeedSchema),
});
export type CatalogSeed = z.output<typeof catalogSeedSchema>;

export const catalogInternalRoutes = {
  getProvider: internalRoute({
    method: 'GET',
    path: '/internal/providers/:id',
    summary: 'One provider, archived or not',
    callers: ['order', 'inventory', 'worker'],
    params: idParams,
    status: 200,
    answer: providerSchema,
    problems: ['not_found'],
  }),
  getAccount: internalRoute({
    method: 'GET',
    path: '/internal/account',
    summary: 'The settings of the account',
    callers: ['order', 'inventory', 'worker'],
    status: 200,
    answer: accountSchema,
    problems: ['not_found'],
  }),
  /** eSIMs that can be ordered now: section `sim_cards`, kind eSIM, valid today, neither pack, provider nor distributor archived. */
  listEsimArticles: internalRoute({
    method: 'GET',
    path: '/internal/esim-articles',
    summary: 'eSIM articles of one provider that can be ordered now, distinct pack and article',
    callers: ['order', 'inventory'],
    query: z.object({ providerId: idSchema }),
    status: 200,
    answer: z.object({ items: z.array(packedArticleSchema) }),
  }),
  listQrCodeContacts: internalRoute({
    method: 'GET',
    path: '/internal/distributors/:id/qr-code-contacts',
    summary: 'Contacts of the distributor who receive QR requests; none if it is archived or unknown',
    callers: ['inventory'],
    params: idParams,
    status: 200,
    answer: z.object({ distributorName: nameSchema.nullable(), items: z.array(distributorContactSchema) }),
  }),
  seed: internalRoute({
    method: 'PUT',
    path: '/internal/seed',
    summary: 'Puts the seed data of one account in place; only where seeding is allowed',
    callers: ['seed'],
    body: catalogSeedSchema,
    status: 204,
    answer: z.undefined(),
  }),
} as const;

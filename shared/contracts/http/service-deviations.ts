/** Inventory: the SIMs that do not follow their profile, across the fleet (product.md §5). */
import { z } from 'zod';
import { DEVIATION_KINDS } from '../service-changes.ts';
import { idSchema, pageOf, pageQuery } from './primitives.ts';
import { publicRoute } from './route.ts';
import { deviationSchema } from './sim-services.ts';

export const serviceDeviationSchema = deviationSchema
  .extend({
    simId: idSchema,
    serviceProfile: z.object({ id: idSchema, version: z.int() }).describe('In the version that it followed last'),
    ageDays: z.int().min(0).describe('Whole days since the SIM has not followed its profile'),
    options: z
      .array(z.object({ option: z.string(), profile: z.string().nullable(), own: z.string() }))
      .describe('Those that differ from the profile, in that version'),
  })
  .meta({ id: 'ServiceDeviation' });
export type ServiceDeviation = z.output<typeof serviceDeviationSchema>;

export const serviceDeviationRoutes = {
  listServiceDeviations: publicRoute({
    method: 'GET',
    permission: 'fleet:read',
    status: 200,
    tag: 'SIM services',
    path: '/inventory/v1/service-deviations',
    summary: 'List the SIMs that deviate from their service profile, the oldest first',
    query: z.strictObject({
      ...pageQuery,
      kind: z.enum(DEVIATION_KINDS).optional(),
      serviceProfileId: idSchema.optional(),
    }),
    answer: pageOf(serviceDeviationSchema),
    problems: ['invalid_cursor'],
  }),
} as const;

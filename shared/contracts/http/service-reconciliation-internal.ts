/** What the worker asks of inventory while SIMs are compared with what their providers report. */
import { z } from 'zod';
import { idSchema } from './primitives.ts';
import { internalRoute } from './route.ts';

const params = z.object({ reconciliationId: idSchema });

/** Where a reconciliation is: SIMs are taken by provider, so that one that does not answer can be passed by. */
const placeSchema = z.object({ providerId: idSchema, simId: idSchema });
export type ReconciliationPlace = z.output<typeof placeSchema>;

const portionSchema = z.object({
  after: placeSchema.nullable().describe('The place before the portion; null at the beginning'),
  upTo: placeSchema.describe('The last SIM that was looked at'),
  providerId: idSchema.describe('Of all of them'),
  sims: z.array(
    z.object({
      simId: idSchema,
      iccid: z.string(),
      version: z.int().describe("Of the SIM's services: what is reported is compared with these, or not at all"),
    }),
  ),
});
export type ReconciliationPortion = z.output<typeof portionSchema>;

const worker = { callers: ['worker'], method: 'PUT', status: 200 } as const;

export const serviceReconciliationInternalRoutes = {
  takePortion: internalRoute({
    ...worker,
    path: '/internal/service-reconciliations/:reconciliationId/portion',
    summary: 'The SIMs to be asked about next; null where none is left, which ends it. A repeat answers the same SIMs',
    params,
    answer: z.object({ portion: portionSchema.nullable() }),
    problems: ['not_found'],
  }),
  recordReported: internalRoute({
    ...worker,
    path: '/internal/service-reconciliations/:reconciliationId/reported',
    summary: 'What providers have reported of a portion, and up to where that is done. A repeat changes nothing',
    params,
    body: z.object({
      after: placeSchema.nullable(),
      upTo: placeSchema.nullable().describe('Null: the place stays'),
      sims: z.array(
        z.object({
          simId: idSchema,
          iccid: z.string(),
          version: z.int(),
          options: z.record(z.string(), z.string()),
          ratePlan: z.string().nullable(),
        }),
      ),
      unread: z.int().min(0),
    }),
    answer: z.object({}),
    problems: ['not_found'],
  }),
} as const;

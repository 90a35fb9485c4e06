/** What the worker asks of inventory about a SIM's services. */
import { z } from 'zod';
import { SERVICE_OUTCOMES } from '../sim-services.ts';
import { idSchema, timeSchema } from './primitives.ts';
import { internalRoute } from './route.ts';
import { MOST_CALLS_AT_ONCE } from './service-calls.ts';

const simParams = z.object({ simId: idSchema });
const valuesSchema = z.record(z.string(), z.string());

export const simServicesClaimSchema = z.object({
  owed: z
    .enum(['call', 'answer'])
    .nullable()
    .describe('A call is to be opened; one is open and is to be sent, or waits for its answers'),
  owedAt: timeSchema.nullable().describe('When something is owed next by itself: a plan is due, a deviation ends'),
});
export type SimServicesClaim = z.output<typeof simServicesClaimSchema>;

const openedCallSchema = z.object({
  callId: idSchema,
  providerId: idSchema,
  iccid: z.string(),
  wanted: z
    .object({
      options: valuesSchema.optional(),
      ratePlan: z.string().optional(),
      effectiveOn: z.iso.date().optional(),
    })
    .optional(),
  cancels: idSchema.optional().describe('The call whose schedule is to be cancelled, in the place of `wanted`'),
});

export const nextServiceCallSchema = z.object({ claim: simServicesClaimSchema, call: openedCallSchema.nullable() });
export type NextServiceCall = z.output<typeof nextServiceCallSchema>;

const resultsSchema = z.array(
  z.object({
    of: z.enum(['option', 'rate_plan']),
    name: z.string(),
    value: z.string(),
    outcome: z.enum(SERVICE_OUTCOMES),
    reason: z.string().nullable(),
  }),
);

const worker = { callers: ['worker'], status: 200 } as const;

export const simServicesInternalRoutes = {
  claim: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/sim-services/:simId/claim',
    summary: 'What the services of a SIM are owed, and when',
    params: simParams,
    answer: simServicesClaimSchema,
    problems: ['not_found'],
  }),
  openNextCall: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/sim-services/:simId/next-call',
    summary: 'Opens the call of the newest difference, or answers the one that is open; none where nothing differs',
    params: simParams,
    answer: nextServiceCallSchema,
    problems: ['not_found'],
  }),
  recordResults: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/sim-services/:simId/calls/:callId',
    summary: 'What the provider has answered to a call, also long after it. A repeat changes nothing',
    params: simParams.extend({ callId: idSchema }),
    body: z.object({ results: resultsSchema }),
    answer: simServicesClaimSchema,
    problems: ['not_found'],
  }),
  openNextCalls: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/next-service-calls',
    summary: 'The same for many SIMs, without those that somebody else holds. Whoever asks sends them now',
    body: z.object({ simIds: z.array(idSchema).max(MOST_CALLS_AT_ONCE) }),
    answer: z.object({ calls: z.array(openedCallSchema.extend({ simId: idSchema })) }),
  }),
  recordManyResults: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/service-call-results',
    summary: 'What became of calls that were sent together. The workflow of a SIM goes on with what has no answer',
    body: z.object({
      calls: z.array(z.object({ simId: idSchema, callId: idSchema, results: resultsSchema })).max(MOST_CALLS_AT_ONCE),
    }),
    answer: z.object({
      taken: z.array(idSchema).describe('The calls whose results inventory has; not those of SIMs that somebody holds'),
    }),
  }),
  turnScheduledPlans: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/scheduled-plans/:providerId/portion',
    summary: "Takes up the next of a provider's plans whose billing month has begun, as its pace allows",
    params: z.object({ providerId: idSchema }),
    answer: z.object({
      simIds: z.array(idSchema).readonly().describe('The SIMs whose plan is wanted from now on'),
      again: z.int().min(0).nullable().describe('When to ask for the next, in milliseconds; null: nothing is due'),
    }),
    problems: ['not_found', 'dependency_unavailable'],
  }),
} as const;

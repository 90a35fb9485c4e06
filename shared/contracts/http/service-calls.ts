/** Service calls: one difference of a SIM's services, sent to its provider once. What the worker asks of order. */
import { z } from 'zod';
import { SERVICE_CALL_STATES, SERVICE_OUTCOMES } from '../sim-services.ts';
import { idSchema, timeSchema } from './primitives.ts';
import { wantedServicesSchema } from './provider-services.ts';
import { internalRoute } from './route.ts';

/** One transaction, and what one request to a provider after the other can send within a call between services. */
export const MOST_CALLS_AT_ONCE = 50;
/** Of a request or an answer about so many calls: each has up to 101 parts, and most have two or three. */
export const LARGEST_CALLS_BYTES = 1024 * 1024;

const changeParams = z.object({ changeId: idSchema });
/** As inventory keeps it: that of a physical SIM can have letters. */
const iccidSchema = z.string().regex(/^[0-9A-E]{18,20}$/, '18 to 20 digits, or letters from A to E');

export const serviceCallSchema = z.object({
  changeId: idSchema,
  simId: idSchema,
  state: z.enum(SERVICE_CALL_STATES),
  /** Since when it is known that the provider has it, or that nothing is left to send. */
  sentAt: timeSchema.nullable(),
  /** When the newest answer came; null before the first. */
  answeredAt: timeSchema.nullable(),
  /** Moves with each answer, from 0: tells which of them were taken. */
  version: z.int().min(0),
  /** What has an answer; what is not among them has none yet. */
  results: z.array(
    z.object({
      of: z.enum(['option', 'rate_plan']),
      name: z.string().describe("The option's code, or the plan's"),
      value: z.string().describe('What was asked for: the value of the option, or the plan again'),
      outcome: z.enum(SERVICE_OUTCOMES),
      reason: z.string().nullable().describe("The provider's words"),
    }),
  ),
});
export type ServiceCall = z.output<typeof serviceCallSchema>;

export const serviceCallBodySchema = z
  .object({ simId: idSchema, providerId: idSchema, iccid: iccidSchema, ...wantedServicesSchema.shape })
  .refine(({ options = {}, ratePlan }) => Object.keys(options).length > 0 || ratePlan !== undefined, {
    path: ['options'],
    error: 'Options, a rate plan or both are needed',
  })
  .refine(({ ratePlan, effectiveOn }) => effectiveOn === undefined || ratePlan !== undefined, {
    path: ['effectiveOn'],
    error: 'Goes with a rate plan: options are wanted at once',
  });
export type ServiceCallBody = z.output<typeof serviceCallBodySchema>;

export const reportedServicesSchema = z.object({
  options: z.record(z.string(), z.string()),
  ratePlan: z.string().nullable(),
  scheduled: z.array(z.object({ changeId: z.string(), ratePlan: z.string(), effectiveOn: z.iso.date() })),
});
export type ReportedServices = z.output<typeof reportedServicesSchema>;

const worker = { callers: ['worker'], status: 200 } as const;

export const serviceCallRoutes = {
  put: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/service-calls/:changeId',
    summary: 'Stores the call, then sends it. A repeat goes on with it, or answers where it stands',
    params: changeParams,
    body: serviceCallBodySchema,
    answer: serviceCallSchema,
    problems: ['idempotency_key_reused', 'dependency_unavailable'],
  }),
  putMany: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/service-calls',
    summary: 'Stores these calls, then sends them for a few seconds, and answers where each stands that is as stored',
    body: z.object({
      calls: z.array(serviceCallBodySchema.safeExtend({ changeId: idSchema })).max(MOST_CALLS_AT_ONCE),
    }),
    answer: z.object({ calls: z.array(serviceCallSchema) }),
  }),
  get: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/service-calls/:changeId',
    summary: 'Where the call stands',
    params: changeParams,
    answer: serviceCallSchema,
  }),
  ask: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/service-calls/:changeId/question',
    summary: 'Where an answer is missing: what the provider reports in force as it was asked for counts as applied',
    params: changeParams,
    answer: serviceCallSchema,
    problems: ['dependency_unavailable'],
  }),
  cancelSchedule: internalRoute({
    ...worker,
    method: 'DELETE',
    path: '/internal/service-calls/:changeId/schedule',
    summary: 'Cancels the plan that the call has scheduled. A repeat changes nothing',
    params: changeParams,
    answer: serviceCallSchema,
    problems: ['cancellation_refused', 'outcome_unknown', 'dependency_unavailable'],
  }),
  recordTaken: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/service-calls/:changeId/taken',
    summary: 'The workflow has taken the answers up to this version: nothing is due for them. A repeat changes nothing',
    params: changeParams,
    body: serviceCallSchema.pick({ version: true }),
    answer: serviceCallSchema,
  }),
  recordManyTaken: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/taken-service-calls',
    summary: 'The same for many calls; one that is not there is passed by',
    body: z.object({
      taken: z.array(serviceCallSchema.pick({ changeId: true, version: true })).max(MOST_CALLS_AT_ONCE),
    }),
    answer: z.object({}),
  }),
  readReported: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/reported-services',
    summary: 'What the provider reports of a SIM now',
    query: z.object({ providerId: idSchema, iccid: iccidSchema }),
    answer: reportedServicesSchema,
    problems: ['not_found', 'dependency_unavailable'],
  }),
} as const;

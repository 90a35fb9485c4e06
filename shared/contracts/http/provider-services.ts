/** The conversation with a provider about a SIM's services (api.md). What is unknown in a provider's message is kept and ignored. */
import { z } from 'zod';
import { MOST_OPTIONS } from '../service-options.ts';
import { SERVICE_OUTCOMES } from '../sim-services.ts';
import { idSchema, timeSchema } from './primitives.ts';

/** Idempotency key under which a change of a SIM's services is sent, however often. */
export const serviceCallKey = (simId: string, changeId: string): string => `sim-services/${simId}:${changeId}`;

/** Codes and values of options and plans as catalogs have them; longer ones are nobody's. */
const LONGEST_CODE_CHARACTERS = 200;
export const serviceCodeSchema = z.string().min(1).max(LONGEST_CODE_CHARACTERS);
const configurationSchema = z.record(serviceCodeSchema, z.string().max(LONGEST_CODE_CHARACTERS));

export const wantedServicesSchema = z.object({
  options: configurationSchema
    .refine((options) => Object.keys(options).length <= MOST_OPTIONS, `At most ${MOST_OPTIONS} options`)
    .optional(),
  ratePlan: serviceCodeSchema.optional(),
  effectiveOn: z.iso.date().optional().describe('From this day on, of the rate plan; absent: at once'),
});

/** `PATCH sims/{iccid}/services` */
export const providerServiceChangeSchema = z.looseObject({ changeId: idSchema, ...wantedServicesSchema.shape });
export type ProviderServiceChange = z.output<typeof providerServiceChangeSchema>;

const answered = { outcome: z.enum(SERVICE_OUTCOMES), reason: z.string().nullish() };

/** What became of one option, or of the plan. */
export const providerServiceResultSchema = z.union([
  z.looseObject({ option: serviceCodeSchema, ...answered }),
  z.looseObject({ ratePlan: serviceCodeSchema, ...answered }),
]);
export type ProviderServiceResult = z.output<typeof providerServiceResultSchema>;

/** The 200 to a change; a 202 has nothing to say yet. */
export const providerServiceAnswerSchema = z.looseObject({ results: z.array(providerServiceResultSchema).min(1) });

/** The code by which a provider refuses a change as a whole; any other answer is a failure, not a decision. */
export const providerServiceRefusalSchema = z.looseObject({
  code: z.literal('refused'),
  detail: z.string().optional(),
});

/** The provider says in its own words that nothing is scheduled by this change; any other 404 may come from something between. */
export const providerUnknownChangeSchema = z.looseObject({ code: z.enum(['not_found', 'unknown_change']) });

const reportedEntrySchema = z.tuple([serviceCodeSchema, z.string().max(LONGEST_CODE_CHARACTERS)]);
const readable = (entry: [string, unknown]) => {
  const { success, data } = reportedEntrySchema.safeParse(entry);
  return success ? [data] : [];
};
/** As far as it can be read: an option with a value of another form says nothing, and takes nothing else with it. */
const reportedOptionsSchema = z
  .record(z.string(), z.unknown())
  .transform((options) => Object.fromEntries(Object.entries(options).flatMap(readable)));

/**
 * `GET sims/{iccid}/services`: what is in force, and which plans are to follow. A schedule that cannot be read makes all
 * of it unreadable: nobody may take a plan for cancelled because it is written otherwise.
 */
export const providerServicesSchema = z.looseObject({
  options: reportedOptionsSchema,
  ratePlan: serviceCodeSchema.nullish().catch(null),
  scheduled: z
    .array(z.looseObject({ changeId: z.string(), ratePlan: serviceCodeSchema, effectiveOn: z.iso.date() }))
    .default([]),
});

const change = {
  occurredAt: timeSchema,
  data: z.looseObject({ changeId: idSchema, results: z.array(providerServiceResultSchema).min(1) }),
};

/** Signals about a change of services; what happened stands in the results, the type is their headline. */
export const servicesAppliedSignalSchema = z.looseObject({ type: z.literal('services.applied'), ...change });
export const servicesRefusedSignalSchema = z.looseObject({ type: z.literal('services.refused'), ...change });

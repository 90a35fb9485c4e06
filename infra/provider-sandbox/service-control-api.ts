/** What the sandbox can be told under /control about the services of SIMs, and what it tells. */
import { providerServiceResultSchema } from '@simlane/contracts/http/provider-services';
import { z } from 'zod';
import { LONGEST_WAIT_MS, messageSchema, MISBEHAVIOURS, misbehaviourSchema, MOST_RULES } from './control-api.ts';

export type ServiceRequestSort = 'change' | 'lookup' | 'unscheduling';

export type ServiceResult = z.output<typeof providerServiceResultSchema>;

/**
 * How a provider treats the SIMs and changes that match. The first matching rule that speaks of a sort of request decides
 * on it. Without any: a change is made, and answered, at once.
 */
const serviceRuleSchema = z.strictObject({
  providerId: z.uuid().optional(),
  iccid: z.string().optional(),
  change: z
    .enum(['answer', 'accept', 'refuse', ...MISBEHAVIOURS])
    .optional()
    .describe('accept: 202, and a signal says later what became of it; refuse: as a whole'),
  lookup: z.enum(['answer', ...MISBEHAVIOURS]).optional(),
  unscheduling: z.enum(['answer', 'refuse', 'unknown', ...MISBEHAVIOURS]).optional(),
  refusedOptions: z
    .record(z.string(), z.string())
    .default({})
    .describe('With answer or accept: the options that are refused, and with which words'),
  refusedPlan: z.string().optional().describe('With answer or accept: the plan is refused with these words'),
  answeredAfterMs: z
    .int()
    .min(0)
    .max(LONGEST_WAIT_MS)
    .optional()
    .describe('With accept: so long after, the signal; absent: on command'),
  times: z
    .int()
    .min(1)
    .optional()
    .describe('For the first so many requests about a SIM only, counted by their sort; absent: for all'),
  callsPerSecond: z.int().min(1).optional().describe('More of them, of any sort, are answered 429 with Retry-After'),
  ...misbehaviourSchema,
});
export type ServiceRule = z.output<typeof serviceRuleSchema>;

export const serviceRulesSchema = z.strictObject({ rules: z.array(serviceRuleSchema).max(MOST_RULES) });

/** Values that a SIM has from now on without anybody having asked for them; options that are not named stay. */
export const servicesInForceSchema = z.strictObject({
  options: z.record(z.string(), z.string()).default({}),
  ratePlan: z.string().nullable().optional().describe('Absent: stays'),
});

export const serviceAnswerRequestSchema = z.strictObject({
  ...messageSchema,
  results: z
    .array(providerServiceResultSchema)
    .min(1)
    .optional()
    .describe('Absent: as it was decided; where that was said, that a scheduled plan is in force now'),
});

/** A SIM's services at a provider, as it reports them. */
export interface SimServices {
  readonly options: Readonly<Record<string, string>>;
  readonly ratePlan: string | null;
  readonly scheduled: readonly { readonly changeId: string; readonly ratePlan: string; readonly effectiveOn: string }[];
}

/** A change that a provider has taken; `accepted` above 1 means that it was taken under more than one key. */
export interface AcceptedServiceChange {
  readonly changeId: string;
  readonly providerId: string;
  readonly iccid: string;
  readonly key: string;
  readonly accepted: number;
  /** How often it came, whatever was answered. */
  readonly requests: number;
  readonly state: 'accepted' | 'answered' | 'refused';
  readonly results: readonly ServiceResult[];
}

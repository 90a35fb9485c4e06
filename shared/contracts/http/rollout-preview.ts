/** What a change of many SIMs' services would do, and on which terms it goes: for edits of a profile and rollouts alike. */
import { z } from 'zod';
import { PLAN_CHANGES } from '../rate-plan.ts';
import { DEVIATION_KINDS } from '../service-changes.ts';
import { warningSchema } from './problem.ts';
import { idSchema, timeSchema } from './primitives.ts';

/** As many SIMs as a rollout can be over. */
export const MOST_ROLLOUT_SIMS = 100_000;
/** One in ten: what is wrong with the change itself fails everywhere, what is wrong with a SIM seldom. */
const STOP_AT_FAILURE_SHARE = 0.1;

/** How carefully many SIMs are changed. */
export const rolloutTerms = {
  canary: z
    .strictObject({ sims: z.int().min(1).max(MOST_ROLLOUT_SIMS) })
    .optional()
    .describe('How many SIMs go first, the others waiting for all their answers: 10 unless said otherwise'),
  stopAtFailureShare: z
    .number()
    .min(0)
    .max(1)
    .default(STOP_AT_FAILURE_SHARE)
    .describe('It stops when more than this share of the answers are failures'),
};

const simSchema = z.object({ simId: idSchema, iccid: z.string().nullable() });

/** Why a provider cannot be told of a change now; it is told as soon as that has passed. */
export const PROVIDER_WAITS = ['iccid_missing', 'call_open'] as const;

export const rolloutPreviewSchema = z
  .object({
    sims: z.int().describe('How many SIMs it is over'),
    canarySims: z.int(),
    noOtherSim: z.boolean().nullable().describe('Of an edit: no more than one SIM is on the profile'),
    options: z
      .array(
        z.object({
          option: z.string(),
          to: z.string(),
          sims: z.int().describe('How many SIMs get another value'),
          from: z.array(z.object({ value: z.string().nullable(), sims: z.int() })).describe('The values they have now'),
        }),
      )
      .describe('What changes at once'),
    later: z
      .object({
        ratePlan: z.string(),
        at: timeSchema,
        effectiveOn: z.iso.date(),
        zone: z.string(),
        how: z.enum(PLAN_CHANGES),
        sims: z.int().describe('How many SIMs get another rate plan then'),
      })
      .nullable(),
    replacedSchedules: z.int().describe('SIMs whose scheduled rate plan it replaces'),
    endedDeviations: z.int().describe('SIMs that follow their profile again, and lose the values of their own'),
    deviations: z
      .object({
        sims: z.int(),
        first: z.array(
          simSchema.extend({
            kind: z.enum(DEVIATION_KINDS),
            reason: z.string(),
            by: z.string(),
            since: timeSchema,
            expiresAt: timeSchema.nullable(),
          }),
        ),
      })
      .describe('SIMs of the profile that deviate from it and will not follow'),
    cannotChangeNow: z
      .object({
        reasons: z.array(z.object({ reason: z.enum(PROVIDER_WAITS), sims: z.int() })),
        first: z.array(simSchema.extend({ reason: z.enum(PROVIDER_WAITS) })),
      })
      .describe('SIMs that the provider can be told of only later'),
    unusable: z
      .object({ rows: z.int(), first: z.array(z.object({ pointer: z.string(), detail: z.string() })) })
      .describe('Rows, ids or members that would be left out'),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'RolloutPreview' });
export type RolloutPreview = z.output<typeof rolloutPreviewSchema>;

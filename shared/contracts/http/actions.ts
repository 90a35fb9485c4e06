import { z } from 'zod';
import { ACTION_WARNINGS, ACTIONS, CONDITION_STATES, CONDITIONS, DISPLAYS, FIXERS } from '../actions.ts';
import { idSchema, slotSchema } from './primitives.ts';

export const conditionSchema = z
  .object({
    code: z.enum(CONDITIONS),
    state: z.enum(CONDITION_STATES),
    detail: z.string().describe('The condition in plain words, as it stands'),
    fix: z.string().nullable().describe('What makes it true, in plain words; null where it is met'),
    whoCanFix: z.enum(FIXERS).nullable(),
    blockingOrder: z.object({ id: idSchema }).optional(),
  })
  .meta({ id: 'Condition' });
export type Condition = z.output<typeof conditionSchema>;

export const actionAvailabilitySchema = z
  .object({
    action: z.enum(ACTIONS),
    place: z.enum(['order', 'general']),
    target: z.object({
      type: z.enum(['line', 'sim']),
      id: idSchema,
      slot: slotSchema.nullable(),
      incoming: z.boolean().describe("The slot's incoming SIM, not the one that serves it"),
    }),
    display: z.enum(DISPLAYS),
    conditions: z.array(conditionSchema),
    warnings: z.array(z.object({ code: z.enum(ACTION_WARNINGS), detail: z.string() })),
  })
  .meta({ id: 'ActionAvailability' });
export type ActionAvailability = z.output<typeof actionAvailabilitySchema>;

export const actionListSchema = z.object({ items: z.array(actionAvailabilitySchema) });

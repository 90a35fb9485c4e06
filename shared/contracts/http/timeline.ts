import { z } from 'zod';
import { idSchema, timeSchema } from './primitives.ts';

/** Who or what did something. People stand in timelines by their id. */
export const TIMELINE_SOURCES = [
  'user',
  'api_client',
  'operations',
  'provider',
  'upload_link',
  'download_link',
  'timer',
  'workflow',
] as const;
export type TimelineSource = (typeof TIMELINE_SOURCES)[number];

export const timelineEntrySchema = z
  .object({
    id: idSchema,
    event: z.string(),
    source: z.enum(TIMELINE_SOURCES),
    actorId: z.string().nullable().describe('The `sub` of a person or API client'),
    causeId: z.string().nullable().describe('The fact, signal or order this follows from'),
    reason: z.string().nullable(),
    occurredAt: timeSchema.describe("The other side's time where it gave one"),
    recordedAt: timeSchema,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

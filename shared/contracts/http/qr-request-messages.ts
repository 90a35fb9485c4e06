import { z } from 'zod';
import { mailTextSchema, nameSchema } from './primitives.ts';

const messageSchema = z.strictObject({ subject: nameSchema, text: mailTextSchema });

/** What a distributor is asked, one text for each language of those who are asked. */
export const requestMessagesSchema = z
  .strictObject({ en: messageSchema.optional(), fr: messageSchema.optional() })
  .refine(({ en, fr }) => en !== undefined || fr !== undefined, 'A message in one language at least');
export type RequestMessages = z.output<typeof requestMessagesSchema>;

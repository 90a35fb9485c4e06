import { QR_FILE_FORMATS } from '@simlane/contracts/qr-code';
import { z } from 'zod';
import { type Decoded, UNREADABLE_REASONS } from './decoder.ts';
import { LONGEST_TEXT, MOST_CODES, MOST_TEXTS } from './handover.ts';

const format = z.enum(QR_FILE_FORMATS);
const text = z.string().max(LONGEST_TEXT);

const schema = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('read'),
    format,
    codes: z.array(z.strictObject({ text, page: z.int().min(1) })).max(MOST_CODES),
    texts: z.array(text).max(MOST_TEXTS),
  }),
  z.strictObject({
    outcome: z.literal('unreadable'),
    reason: z.enum(UNREADABLE_REASONS),
    format: format.nullable(),
  }),
]);

/** The answer of a child, which may have been taken over by what it read: null unless it is one. */
export const parseAnswer = (line: string): Decoded | null => {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    return null;
  }
};

import { z } from 'zod';
import { isDuration } from '../duration.ts';
import { ROLES } from '../permissions.ts';
import { SLOTS } from '../sim.ts';

/** Longest free text that people enter (comment, reason). */
const TEXT_MAX_CHARACTERS = 2000;
/** Longest short text (name, reference); fits a mail header line with room to spare. */
const NAME_MAX_CHARACTERS = 200;
/** RFC 5321 §4.5.3.1.3: a path is at most 256 octets with its angle brackets. */
const EMAIL_MAX_CHARACTERS = 254;

export const idSchema = z.uuid();
/** Beyond year 9999 the form of a time is another one, which nobody could read back; an offset can lead there. */
const EARLIEST_YEAR = 1;
const LATEST_YEAR = 9999;
const isPlausible = (time: string): boolean => {
  const year = new Date(time).getUTCFullYear();
  return year >= EARLIEST_YEAR && year <= LATEST_YEAR;
};
export const timeSchema = z.iso
  .datetime({ offset: true })
  .refine(isPlausible, `A time in the years ${EARLIEST_YEAR} to ${LATEST_YEAR}, as it is in UTC`)
  .describe('RFC 3339, UTC');
/** An ISO 8601 duration of days, hours, minutes and seconds, such as `P2D`: elapsed time, a day being 24 hours. */
export const durationSchema = z.string().refine(isDuration, 'An ISO 8601 duration such as P2D or PT36H');
export const msisdnSchema = z
  .string()
  .regex(/^\+[1-9][0-9]{4,14}$/, 'A phone number in E.164 form, such as +33612345678');
export const textSchema = z.string().trim().min(1).max(TEXT_MAX_CHARACTERS);

/** Line breaks, other control characters, line separators and direction overrides have no place in a header or a name. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(NAME_MAX_CHARACTERS)
  .refine((text) => !UNPRINTABLE.test(text), 'One line of text, without control characters');

/** A text of our making, such as a subject with a name in it, cut to what {@link nameSchema} takes. */
export const shortened = (text: string): string =>
  text.length <= NAME_MAX_CHARACTERS
    ? text
    : `${text
        .slice(0, NAME_MAX_CHARACTERS - 1)
        .toWellFormed()
        .trimEnd()}…`;

/** Control and format characters, halves of surrogate pairs, line separators: nothing of a name, and trouble in a mail. */
const NOT_OF_A_NAME = /[\p{C}\p{Zl}\p{Zp}]+/gu;
/** A name as somebody else gives it, such as an issuer in a token, made one of ours; undefined where nothing is left. */
export const usableName = (name: string): string | undefined =>
  nameSchema.safeParse(name.slice(0, NAME_MAX_CHARACTERS).replaceAll(NOT_OF_A_NAME, ' ').trim()).data;

/** Longest text of a mail that people write. */
const MAIL_MAX_CHARACTERS = 5000;
/** Plain text of several lines, for a mail: no control characters but line breaks and tabs, no direction overrides. */
const UNPRINTABLE_IN_TEXT = /[^\P{Cc}\n\r\t]|[\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;
export const mailTextSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAIL_MAX_CHARACTERS)
  .refine((text) => !UNPRINTABLE_IN_TEXT.test(text), 'Plain text, without control characters');
export const emailSchema = z.email().max(EMAIL_MAX_CHARACTERS);

export const languageSchema = z.enum(['en', 'fr']);
export type Language = z.output<typeof languageSchema>;
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'An ISO 4217 code');
export const slotSchema = z.literal([...SLOTS]);
export const roleSchema = z.enum(ROLES);

export const idParams = z.strictObject({ id: idSchema });

/** Answer of a list: the items and where the next page begins; null after the last. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const PAGE_DEFAULT_ITEMS = 50;
const PAGE_MAX_ITEMS = 200;
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX_ITEMS).default(PAGE_DEFAULT_ITEMS),
  cursor: z.string().max(1000).optional(),
};

/** The bytes of a file, in the place of JSON. */
export const binarySchema = z.string().meta({ format: 'binary' });

/** Codes of the warnings that the caller has seen and accepts. */
export const acceptWarningsSchema = z.array(z.string().max(100)).max(20).default([]);

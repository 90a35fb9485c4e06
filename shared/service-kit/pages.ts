import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ProblemError } from './problem.ts';
import { unstorable } from './unstorable.ts';

const CHECKSUM_BYTES = 6;
const checksum = (text: string): Buffer =>
  createHash('sha256').update('simlane cursor').update(text).digest().subarray(0, CHECKSUM_BYTES);

/** An opaque place in a list: the sort values of the last row shown. JSON values only. */
export const encodeCursor = (values: readonly (string | number | boolean | null)[]): string => {
  const text = JSON.stringify(values);
  return Buffer.concat([checksum(text), Buffer.from(text)]).toString('base64url');
};

/**
 * Reads a cursor back. The checksum catches typing and tampering by mistake; it protects nothing, and nothing needs
 * it: the account comes from the token and never from a cursor.
 *
 * @throws ProblemError `invalid_cursor` for all that `encodeCursor` did not make, or made for another list
 */
export const decodeCursor = <S extends z.ZodType>(schema: S, cursor: string): z.output<S> => {
  const bytes = Buffer.from(cursor, 'base64url');
  const text = bytes.subarray(CHECKSUM_BYTES).toString('utf8');
  // The comparison of the texts refuses what base64url decoding would overlook.
  if (bytes.toString('base64url') !== cursor || !checksum(text).equals(bytes.subarray(0, CHECKSUM_BYTES))) {
    throw invalidCursor();
  }
  const values: unknown = JSON.parse(text);
  const result = schema.safeParse(values);
  // The rows that were shown hold nothing that cannot be asked for.
  if (!result.success || unstorable(values).length > 0) throw invalidCursor();
  return result.data;
};

const invalidCursor = (): ProblemError =>
  new ProblemError('invalid_cursor', 'The cursor is not one that this list gave out', {
    fix: 'Begin again without a cursor, and pass on nextCursor as it is',
    errors: [{ pointer: '?cursor', detail: 'Not a cursor of this list' }],
  });

/**
 * Makes a page of rows that were read with `limit + 1`: the surplus row only tells that there is more.
 *
 * @param keyOf the sort values of a row, as `decodeCursor` is to give them back
 */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number | boolean | null)[],
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
};

import { type RawBuilder, sql } from 'kysely';

/** Sorts after every character there is, in the byte order of `text_pattern_ops`. */
const AFTER_EVERYTHING = '\u{10ffff}';

/**
 * The column begins with the text. Two comparisons and not `like`: behind row-level security PostgreSQL takes only
 * leakproof operators to an index, and these are.
 */
export const beginsWith = (column: string, text: string): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(column)} ~>=~ ${text} and ${sql.ref(column)} ~<~ ${text + AFTER_EVERYTHING})`;

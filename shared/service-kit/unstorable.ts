import type { Fault } from './unknown-fields.ts';

const NUL = '\u0000';
/** Bodies of ours nest four deep; whoever sends more wants to see a stack overflow. */
const DEEPEST_NESTING = 32;

/**
 * What of a JSON value cannot be stored, by its path: PostgreSQL takes no U+0000, half a surrogate pair has no UTF-8,
 * and neither comes from anybody who means it. What nests deeper than 32 levels is not looked at further.
 */
export const unstorable = (value: unknown, path: readonly PropertyKey[] = []): Fault[] => {
  if (typeof value === 'string') {
    return value.includes(NUL) || !value.isWellFormed()
      ? [{ path, detail: 'Must not contain U+0000 or half of a surrogate pair' }]
      : [];
  }
  if (value === null || typeof value !== 'object') return [];
  if (path.length >= DEEPEST_NESTING) return [{ path, detail: `Must not nest deeper than ${DEEPEST_NESTING} levels` }];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...unstorable(name, [...path, name]),
    ...unstorable(inner, [...path, name]),
  ]);
};

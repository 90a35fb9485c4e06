import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { unknownFields } from './unknown-fields.ts';

const names = (schema: z.ZodType, value: unknown): string[] =>
  unknownFields(schema, value).map(({ path }) => path.join('.'));

describe('unknownFields', () => {
  it.each<[string, z.ZodType, unknown, string[]]>([
    ['at the top', z.object({ a: z.string() }), { a: 'x', b: 1 }, ['b']],
    [
      'in lists and objects',
      z.object({ a: z.array(z.object({ b: z.int() })) }),
      { a: [{ b: 1 }, { c: 1 }] },
      ['a.1.c'],
    ],
    [
      'behind optional, nullable and default',
      z.object({ a: z.object({ b: z.int() }).nullable().optional() }),
      { a: { c: 1 } },
      ['a.c'],
    ],
    ['in records', z.record(z.string(), z.object({ a: z.int() })), { x: { b: 1 } }, ['x.b']],
    ['before a transform', z.object({ a: z.int() }).transform(({ a }) => a), { b: 1 }, ['b']],
    [
      'in the member of a union that is meant',
      z.discriminatedUnion('t', [
        z.object({ t: z.literal('a'), x: z.int() }),
        z.object({ t: z.literal('b'), y: z.int() }),
      ]),
      { t: 'a', y: 1 },
      ['y'],
    ],
    [
      'that no member of a union knows',
      z.union([z.object({ x: z.int() }), z.object({ y: z.int() })]),
      { y: 1, z: 1 },
      ['z'],
    ],
    [
      'that no side of an intersection knows',
      z.intersection(z.object({ x: z.int() }), z.object({ y: z.int() })),
      { x: 1, z: 1 },
      ['z'],
    ],
    ['in an extended object', z.object({ a: z.int() }).extend({ b: z.int() }), { a: 1, b: 2, c: 3 }, ['c']],
  ])('finds a field %s', (_where, schema, value, found) => {
    expect(names(schema, value)).toEqual(found);
  });

  it('takes every field where the schema does', () => {
    expect(names(z.looseObject({ a: z.int() }), { a: 1, b: 2 })).toEqual([]);
    expect(names(z.object({ a: z.unknown() }), { a: { b: 1 } })).toEqual([]);
    expect(names(z.object({}), null)).toEqual([]);
  });
});

import { pageQuery } from '@simlane/contracts/http/primitives';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, toPage } from './pages.ts';

const place = z.tuple([z.iso.datetime(), z.uuid()]);
const VALUES = ['2026-02-01T00:00:00Z', '0198d2f0-0000-7000-8000-000000000001'] as const;

describe('a cursor', () => {
  it('comes back as what was put in', () => {
    expect(decodeCursor(place, encodeCursor(VALUES))).toEqual(VALUES);
  });

  it.each([
    '',
    'x',
    'garbage!',
    'AAAAAAAAAAAA',
    Buffer.from('["a"]').toString('base64url'),
    `${encodeCursor(VALUES)}A`,
    `${encodeCursor(VALUES)}=`,
    encodeCursor(VALUES).slice(0, -1),
    encodeCursor(VALUES).replace(/.$/, '_'),
    encodeCursor(['of another list']),
  ])('is refused where it is none of this list (%#)', (cursor) => {
    expect(() => decodeCursor(place, cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
  });
});

it('a cursor with what no row can hold is refused', () => {
  const made = encodeCursor(['a\u0000']);
  expect(() => decodeCursor(z.tuple([z.string()]), made)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
});

describe('a page', () => {
  it('has a next cursor only where there is more', () => {
    const page = toPage(
      [1, 2, 3],
      2,
      (row) => [row],
      (row) => `row ${row}`,
    );
    expect(page.items).toEqual(['row 1', 'row 2']);
    expect(decodeCursor(z.tuple([z.number()]), page.nextCursor ?? '')).toEqual([2]);
    expect(
      toPage(
        [1, 2],
        2,
        (row) => [row],
        (row) => row,
      ).nextCursor,
    ).toBeNull();
    expect(
      toPage(
        [],
        2,
        () => [],
        (row) => row,
      ),
    ).toEqual({ items: [], nextCursor: null });
  });

  it('has 50 items unless 1 to 200 are asked for', () => {
    const query = z.object(pageQuery);
    expect(query.parse({})).toEqual({ limit: 50 });
    expect(query.parse({ limit: '200' }).limit).toBe(200);
    for (const limit of ['0', '201', '1.5', 'x', '-1']) expect(query.safeParse({ limit }).success).toBe(false);
  });
});

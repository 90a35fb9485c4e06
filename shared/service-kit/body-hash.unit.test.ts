import { describe, expect, it } from 'vitest';
import { bodyHash } from './body-hash.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { isUuid, uuidV7 } from './uuid-v7.ts';

describe('bodyHash', () => {
  it('is the same whatever the order of fields, and for an absent field as for one that is undefined', () => {
    expect(bodyHash({ a: 1, b: { c: 2, d: [1, 2] } })).toBe(bodyHash({ b: { d: [1, 2], c: 2 }, a: 1, e: undefined }));
    expect(bodyHash(undefined)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs with every value and with the order of lists', () => {
    const hashes = [{ a: 1 }, { a: '1' }, { a: null }, {}, { a: [1, 2] }, { a: [2, 1] }, []].map(bodyHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('an idempotency key', () => {
  it('is the same quoted and bare', () => {
    expect(readIdempotencyKey({ 'idempotency-key': '"abc-1"' })).toBe('abc-1');
    expect(readIdempotencyKey({ 'idempotency-key': 'abc-1' })).toBe('abc-1');
    expect(readIdempotencyKey({ 'idempotency-key': 'x'.repeat(255) })).toHaveLength(255);
  });

  it.each(['', '""', 'x'.repeat(256), 'a b', 'ä', 'a\tb'])('is refused where it is none (%#)', (key) => {
    expect(() => readIdempotencyKey({ 'idempotency-key': key })).toThrow(/idempotency_key_missing|invalid_request/);
  });
});

describe('uuidV7', () => {
  it('sorts by time and is a UUID of version 7', () => {
    const ids = [1_000, 2_000, Date.now(), Date.now() + 1].map((at) => uuidV7(at));
    expect(ids).toEqual(ids.toSorted());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(isUuid(ids[0])).toBe(true);
    expect(isUuid(`${ids[0]} `)).toBe(false);
  });
});

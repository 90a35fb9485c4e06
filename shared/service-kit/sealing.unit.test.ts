import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRingError } from './key-ring.ts';
import { createSealer, SealError } from './sealing.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [key('k1'), key('k2')];
const BELONGS_TO = ['account', 'sim', 'row', 'activation-code'];

describe('a sealer', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const sealer = createSealer(NEW);
    const sealed = sealer.seal('LPA:1$a$b', BELONGS_TO);
    expect(sealer.openText(sealed, BELONGS_TO)).toBe('LPA:1$a$b');
    expect(sealed).not.toContain('LPA');
    expect(sealer.seal('LPA:1$a$b', BELONGS_TO)).not.toBe(sealed);
    const bytes = randomBytes(1000);
    expect(sealer.open(sealer.seal(bytes, []), [])).toEqual(bytes);
  });

  it('does not open what belongs to something else, or was changed', () => {
    const sealer = createSealer(NEW);
    const sealed = sealer.seal('secret', ['a', 'bc']);
    expect(() => sealer.open(sealed, ['ab', 'c'])).toThrow(SealError);
    expect(() => sealer.open(sealed, ['a'])).toThrow(SealError);
    const [id, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => sealer.open(`${id}.${changed.toString('base64url')}`, ['a', 'bc'])).toThrow(SealError);
    }
    for (const garbage of ['', 'k2.', 'k2.AAAA', 'nonsense']) expect(() => sealer.open(garbage, [])).toThrow(SealError);
  });

  it('reads what an older key sealed, and seals with the first', () => {
    const sealed = createSealer(OLD).seal('secret', BELONGS_TO);
    const rotated = createSealer(`${NEW},${OLD}`);
    expect(rotated.openText(sealed, BELONGS_TO)).toBe('secret');
    expect(rotated.seal('x', []).startsWith('k2.')).toBe(true);
    expect(() => createSealer(NEW).open(sealed, BELONGS_TO)).toThrow(/key that is not known/);
  });

  it('gives equal texts equal fingerprints, by every key that may have made one', () => {
    const rotated = createSealer(`${NEW},${OLD}`);
    expect(rotated.fingerprint('a')).toBe(createSealer(NEW).fingerprint('a'));
    expect(rotated.fingerprints('a')).toContain(createSealer(OLD).fingerprint('a'));
    expect(rotated.fingerprint('a')).not.toBe(rotated.fingerprint('b'));
  });

  it.each(['', 'k1', 'k1:short', ':AAAA', `${OLD},${OLD}`])(
    'refuses keys that are none (%#), without showing them',
    (keys) => {
      expect(() => createSealer(keys)).toThrow(KeyRingError);
    },
  );
});

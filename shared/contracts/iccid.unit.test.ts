import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasValidCheckDigit, isEid, readIccid } from './iccid.ts';

describe('reading an ICCID (domain-facts.md, Identifiers)', () => {
  it.each(['8988211000000530082', '89882110000005300811', '8965030119110000013', '8947010000123456784'])(
    'accepts %s',
    (iccid) => {
      expect(readIccid(iccid)).toEqual({ ok: true, iccid, checkDigit: 'valid' });
    },
  );

  it('reports a wrong check digit and does not refuse it', () => {
    expect(readIccid('8901260123456789012')).toEqual({ ok: true, iccid: '8901260123456789012', checkDigit: 'invalid' });
  });

  it('takes it with and without the padding F as the same SIM', () => {
    expect(readIccid('8988211000000530082F')).toEqual(readIccid('8988211000000530082'));
    expect(readIccid(' 8988211000000530082f ')).toEqual(readIccid('8988211000000530082'));
  });

  it.each([
    ['898821100000053008', 'length'],
    ['898821100000053008112', 'length'],
    ['', 'length'],
    ['89882110000005300AB', 'characters'],
    ['8988 2110 0000 0530', 'characters'],
    ['7788211000000530082', 'prefix'],
  ])('refuses %j because of its %s', (text, problem) => {
    expect(readIccid(text)).toEqual({ ok: false, problem });
  });

  it('has exactly one check digit for every 18 digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{16}$/), (rest) => {
        const digits = Array.from('0123456789').filter((digit) => hasValidCheckDigit(`89${rest}${digit}`));
        expect(digits).toHaveLength(1);
      }),
    );
  });
});

describe('an EID (GSMA SGP.22)', () => {
  it.each(['89049032123451234512345678901235', '89086030202200000022000023022943', '89044045116727494800000004479366'])(
    'accepts %s',
    (eid) => expect(isEid(eid)).toBe(true),
  );

  it.each(['89049032000000000000000000000001', '8904903212345123451234567890123', 'EID:8904903212345123451234567890'])(
    'refuses %s',
    (eid) => expect(isEid(eid)).toBe(false),
  );
});

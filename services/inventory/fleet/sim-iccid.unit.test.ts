import { describe, expect, it } from 'vitest';
import { judgeHolders, readEnteredIccid } from './sim-iccid.ts';

const codes = (kind: 'physical' | 'esim', text: string) => {
  const reading = readEnteredIccid(kind, text);
  return reading.ok ? reading.warnings.map(({ code }) => code) : reading.problem;
};

describe('an entered ICCID (domain-facts.md "Identifiers")', () => {
  it.each(['8988211000000530082', '89882110000005300811', '8965030119110000013', '8947010000123456784'])(
    '%s is right for both kinds',
    (iccid) => {
      expect(readEnteredIccid('esim', iccid)).toEqual({ ok: true, iccid, warnings: [] });
      expect(readEnteredIccid('physical', iccid)).toEqual({ ok: true, iccid, warnings: [] });
    },
  );

  it('is the same with the padding F, in either case, and with white space around it', () => {
    for (const kind of ['esim', 'physical'] as const) {
      expect(readEnteredIccid(kind, ' 8988211000000530082f ')).toMatchObject({ iccid: '8988211000000530082' });
    }
  });

  it('with a wrong check digit is a warning that can be accepted', () => {
    expect(codes('esim', '8901260123456789012')).toEqual(['iccid_check_digit']);
    expect(codes('physical', '8901260123456789012')).toEqual(['iccid_check_digit']);
  });

  it('of an eSIM has 19 or 20 digits and nothing else', () => {
    expect(codes('esim', '898821100000053008')).toBe('length');
    expect(codes('esim', '898821100000053008112')).toBe('length');
    expect(codes('esim', '89882110000005300A2')).toBe('characters');
    expect(codes('esim', '8888211000000530082')).toBe('prefix');
    expect(codes('esim', '')).toBe('length');
  });

  it('of a physical SIM may have 18 digits or letters from A to E, each with a warning', () => {
    expect(codes('physical', '898821100000053008')).toEqual(['iccid_18_digits']);
    expect(codes('physical', '898821100000053008F')).toEqual(['iccid_18_digits']);
    expect(codes('physical', '89860000000000000a1')).toEqual(['iccid_letters']);
    expect(codes('physical', '89882110000005300')).toBe('length');
    expect(codes('physical', '89882110000005300G2')).toBe('characters');
    expect(codes('physical', '8F88211000000530082')).toBe('characters');
    expect(codes('physical', '7788211000000530082')).toBe('prefix');
  });
});

describe('an ICCID that others have or had', () => {
  const iccid = '8988211000000530082';
  const holder = { id: 's', name: iccid, iccid, discarded: false };

  it('is refused where a SIM in use has it, and the SIM is named', () => {
    expect(() => judgeHolders(iccid, [holder])).toThrow(/iccid_in_use.*\(s\)/);
  });

  it('is a warning where a discarded SIM had it, or one in use has it but for the check digit', () => {
    expect(judgeHolders(iccid, [{ ...holder, discarded: true }])).toMatchObject([{ code: 'iccid_reissued' }]);
    expect(judgeHolders(iccid, [{ ...holder, iccid: iccid.slice(0, -1) }])).toMatchObject([
      { code: 'iccid_same_but_check_digit' },
    ]);
    expect(judgeHolders(iccid, [])).toEqual([]);
  });
});

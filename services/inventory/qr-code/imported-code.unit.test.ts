import { describe, expect, it } from 'vitest';
import type { Decoded } from '../decoding/decoder.ts';
import { codeInFile, codeTyped, ImportRefusal } from './imported-code.ts';

const ONE = 'LPA:1$smdp.example.com$AAAA-1111';
const OTHER = 'LPA:1$smdp.example.com$BBBB-2222';

const read = (codes: readonly string[], texts: readonly string[] = []): Decoded => ({
  outcome: 'read',
  format: 'pdf',
  codes: codes.map((text, index) => ({ text, page: index + 1 })),
  texts,
});

const refusalOf = (work: () => unknown): ImportRefusal => {
  try {
    work();
  } catch (error) {
    if (error instanceof ImportRefusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('a file that was read', () => {
  it('has the one activation code in it, beside other QR codes, whose texts are kept', () => {
    const { code, texts, format } = codeInFile(read(['https://example.com', ONE, 'EID:890'], ['ICCID 89']));
    expect(code.matchingId).toBe('AAAA-1111');
    expect(format).toBe('pdf');
    expect(texts).toEqual(['ICCID 89', 'https://example.com', 'EID:890']);
  });

  it('has one code where the same is on two pages, in any letter case', () => {
    expect(codeInFile(read([ONE, ONE.toLowerCase()])).code.smdpAddress).toBe('smdp.example.com');
  });

  it('with two different codes is refused, both named by their last four characters', () => {
    const refusal = refusalOf(() => codeInFile(read([OTHER, ONE])));
    expect(refusal).toMatchObject({ code: 'two_activation_codes', lastFours: ['1111', '2222'] });
    expect(refusal.detail).toContain('1111 and 2222');
  });

  it('without a QR code is refused as that', () => {
    expect(refusalOf(() => codeInFile(read([]))).code).toBe('qr_code_not_found');
  });

  it('with a QR code that is none of an eSIM is refused with what tells most', () => {
    const refusal = refusalOf(() => codeInFile(read(['https://example.com', '1$not a domain$AAAA-1111'])));
    expect(refusal).toMatchObject({ code: 'not_activation_code', fault: 'smdp_address' });
  });

  it.each([
    ['format', 'file_format'],
    ['encrypted', 'file_encrypted'],
    ['broken', 'file_broken'],
    ['too_complex', 'file_too_complex'],
  ] as const)('that is unreadable (%s) is refused as %s, with a fix', (reason, code) => {
    const refusal = refusalOf(() => codeInFile({ outcome: 'unreadable', reason, format: null }));
    expect(refusal.code).toBe(code);
    expect(refusal.fix).toMatch(/LPA:1\$/);
  });
});

describe('a code that was typed', () => {
  it('is read, and never repeated in a refusal', () => {
    expect(codeTyped(ONE)).toMatchObject({ code: { matchingId: 'AAAA-1111' }, format: null });
    const refusal = refusalOf(() => codeTyped('LPA:1$smdp.example.com$SECRET ONE'));
    expect(refusal.fault).toBe('matching_id');
    expect(JSON.stringify([refusal.message, refusal.detail, refusal.fix])).not.toContain('SECRET');
  });
});

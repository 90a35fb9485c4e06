import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeIccid, usableEid } from './new-sim-iccid.ts';

const A = '8988211000000530082';
const B = '8965030119110000013';
const nobody = new Map<string, string>();
const heldBy = (iccid: string) => new Map([[iccid, 'other-sim']]);

describe('the ICCID of the new eSIM', () => {
  it("is the provider's, without the padding, also with a wrong check digit", () => {
    expect(judgeIccid({ signalled: [`${A}F`], entered: null }, nobody)).toMatchObject({ iccid: A, issue: null });
    const unchecked = '8901260123456789012';
    expect(judgeIccid({ signalled: [unchecked], entered: null }, nobody)).toMatchObject({ iccid: unchecked });
  });

  it("is the provider's where another one was entered, and the difference is told", () => {
    expect(judgeIccid({ signalled: [A], entered: B }, nobody)).toEqual({ iccid: A, issue: null, overruledEntry: B });
    expect(judgeIccid({ signalled: [A], entered: A }, nobody)).toMatchObject({ overruledEntry: null });
  });

  it('is what was entered where the provider said nothing', () => {
    expect(judgeIccid({ signalled: [], entered: B }, nobody)).toEqual({ iccid: B, issue: null, overruledEntry: null });
  });

  it('is missing where nobody said one', () => {
    expect(judgeIccid({ signalled: [], entered: null }, nobody)).toMatchObject({
      iccid: null,
      issue: { code: 'iccid_missing', reason: 'none_given', otherSimId: null },
    });
  });

  it('is missing where the one said is malformed or another SIM in use has it, and the reason is told', () => {
    expect(judgeIccid({ signalled: ['12345'], entered: null }, nobody).issue).toEqual({
      code: 'iccid_missing',
      reason: 'malformed',
      otherSimId: null,
    });
    expect(judgeIccid({ signalled: [A], entered: null }, heldBy(A)).issue).toEqual({
      code: 'iccid_missing',
      reason: 'in_use',
      otherSimId: 'other-sim',
    });
  });

  it('is what was entered, or said earlier, where the newest word cannot be used', () => {
    expect(judgeIccid({ signalled: [A], entered: B }, heldBy(A))).toMatchObject({
      iccid: B,
      issue: { code: 'iccid_differs', signalled: A, current: B },
    });
    expect(judgeIccid({ signalled: ['12345', A], entered: B }, nobody)).toMatchObject({ iccid: A, issue: null });
  });

  it('is never one that is malformed or in use, and without one there is always a reason', () => {
    const text = fc.oneof(fc.constantFrom(A, B, `${A}F`, '12345', '89ABC'), fc.string());
    fc.assert(
      fc.property(fc.array(text, { maxLength: 2 }), fc.option(fc.constantFrom(A, B)), (signalled, entered) => {
        const { iccid, issue } = judgeIccid({ signalled, entered }, heldBy(A));
        expect(iccid).not.toBe(A);
        if (iccid === null) expect(issue?.code).toBe('iccid_missing');
        else expect(iccid).toMatch(/^89\d{17,18}$/);
      }),
    );
  });
});

describe('an EID that the provider says', () => {
  it('is kept where it is one, and otherwise nothing', () => {
    expect(usableEid(' 89049032123451234512345678901235 ')).toBe('89049032123451234512345678901235');
    expect(usableEid('89049032000000000000000000000001')).toBeNull();
    expect(usableEid(null)).toBeNull();
  });
});

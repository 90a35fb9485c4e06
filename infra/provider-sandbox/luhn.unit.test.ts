import { expect, test } from 'vitest';
import { withCheckDigit } from './luhn.ts';

test.each(['8988211000000530082', '89882110000005300811', '8965030119110000013', '8947010000123456784'])(
  'the check digit of %s is the one it carries',
  (iccid) => {
    expect(withCheckDigit(iccid.slice(0, -1))).toBe(iccid);
  },
);

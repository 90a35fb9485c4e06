import { expect, it } from 'vitest';
import { formatMsisdn } from './phone-number.ts';

it.each([
  ['+33612345678', '+33 6 12 34 56 78'],
  ['+447700900123', '+44 7700 900123'],
  ['+14155550123', '+1 415 555 0123'],
  ['+32470123456', '+32 470 12 34 56'],
])('groups %s for reading', (msisdn, shown) => {
  expect(formatMsisdn(msisdn)).toBe(shown);
});

it.each(['+4915112345678', '+3361234567', '+99912345'])('leaves %s alone, whose grouping is not known', (msisdn) => {
  expect(formatMsisdn(msisdn)).toBe(msisdn);
});

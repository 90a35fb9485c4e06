import { createHash } from 'node:crypto';
import { withCheckDigit } from '../provider-sandbox/luhn.ts';

/** The moment that all seeded ids carry as their time; the accounts' ids have the same. */
const ID_TIME = '0197a3c0-0000';
const HEX_GROUPS = [3, 3, 12] as const;

/**
 * An id in the form of a UUIDv7, always the same one for the same words: the seed can be put in place again and
 * again, and tests and the demo name what they mean.
 */
export const seedId = (...words: readonly string[]): string => {
  const hex = createHash('sha256').update(words.join('/')).digest('hex');
  const [a, b, c] = HEX_GROUPS.map((length, index) => hex.slice(index * 12, index * 12 + length));
  return `${ID_TIME}-7${a}-8${b}-${c}`;
};

/** Digits that look drawn by lot and depend on nothing but the words. */
const digits = (length: number, ...words: readonly string[]): string => {
  const number = createHash('sha256').update(words.join('/')).digest().readBigUInt64BE();
  return String(number % 10n ** BigInt(length)).padStart(length, '0');
};

/** 89, country, issuer (2 digits), 12 digits, check digit. */
export const iccidOf = (country: '33' | '44', issuer: string, sim: string): string =>
  withCheckDigit(`89${country}${issuer}${digits(12, 'iccid', sim)}`);

/** The model's type allocation code (8 digits), a serial number (6), check digit (3GPP TS 23.003 §6.2.1). */
export const imeiOf = (typeAllocationCode: string, device: string, number: 1 | 2): string =>
  withCheckDigit(`${typeAllocationCode}${digits(6, 'imei', device, String(number))}`);

const EID_PREFIX = '89049032';
const EID_SERIAL_DIGITS = [15, 7] as const;
const EID_MODULUS = 97n;

/** 30 digits and the two that make the number modulo 97 one (SGP.02 §2.2.2). */
export const eidOf = (device: string): string => {
  const [first, second] = EID_SERIAL_DIGITS;
  const serial = `${EID_PREFIX}${digits(first, 'eid', device)}${digits(second, 'eid', device, 'end')}`;
  const check = EID_MODULUS + 1n - ((BigInt(serial) * 100n) % EID_MODULUS);
  return `${serial}${String(check).padStart(2, '0')}`;
};

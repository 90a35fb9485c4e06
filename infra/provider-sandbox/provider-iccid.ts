import { createHash } from 'node:crypto';
import { withCheckDigit } from './luhn.ts';

/** Country part of an ICCID (after 89) by the beginning of the phone number; elsewhere the one shared by global operators. */
const COUNTRIES = [
  { numbers: '+33', country: '33' },
  { numbers: '+44', country: '44' },
] as const;
const NO_COUNTRY = '88';
const ISSUER_DIGITS = 2;
const SERIAL_DIGITS = 12;

/**
 * The ICCID that a provider gives the eSIM of an order: 19 digits with a valid check digit. The same order always
 * gets the same one, as it would at a real provider however often that says so.
 */
export const iccidOfOrder = (order: {
  readonly providerId: string;
  readonly orderId: string;
  readonly msisdn: string;
}): string => {
  const country = COUNTRIES.find(({ numbers }) => order.msisdn.startsWith(numbers))?.country ?? NO_COUNTRY;
  const issuer = digitsOf(order.providerId, ISSUER_DIGITS);
  const serial = digitsOf(`${order.providerId}/${order.orderId}`, SERIAL_DIGITS);
  return withCheckDigit(`89${country}${issuer}${serial}`);
};

const digitsOf = (text: string, length: number): string => {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE();
  return String(number % 10n ** BigInt(length)).padStart(length, '0');
};

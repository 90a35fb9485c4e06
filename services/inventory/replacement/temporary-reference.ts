import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that could be read as a digit, so it survives a telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 32^8 is a million million: within an account two never meet, and the database would refuse the second. */
const LENGTH = 8;

/** The name of a temporary eSIM until its ICCID is known. */
export const newTemporaryReference = (): string =>
  `SIM-Temp-${Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;

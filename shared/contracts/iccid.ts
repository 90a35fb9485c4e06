/** ICCID (ITU-T E.118) and EID (GSMA SGP.22) as domain-facts.md has them. Pure; the vectors are in the test beside this file. */

const LUHN_BASE = 10;

/** Luhn's check over all digits, the last one being the check digit. */
export const hasValidCheckDigit = (digits: string): boolean => {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = Number(digits[digits.length - 1 - fromRight]);
    const doubled = fromRight % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % LUHN_BASE === 0;
};

export type IccidReading =
  | { readonly ok: true; readonly iccid: string; readonly checkDigit: 'valid' | 'invalid' }
  | { readonly ok: false; readonly problem: 'length' | 'characters' | 'prefix' };

/**
 * Reads the ICCID of an eSIM: 19 or 20 digits that start with 89; the 20th place may be the padding `F`, which is
 * dropped, because with and without it is the same SIM. White space around it is trimmed. A wrong check digit is
 * reported, not refused: some operators publish such ICCIDs.
 */
export const readIccid = (text: string): IccidReading => {
  const trimmed = text.trim();
  const iccid = /^.{19}[Ff]$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed;
  if (!/^[0-9]*$/.test(iccid)) return { ok: false, problem: 'characters' };
  if (iccid.length !== 19 && iccid.length !== 20) return { ok: false, problem: 'length' };
  if (!iccid.startsWith('89')) return { ok: false, problem: 'prefix' };
  return { ok: true, iccid, checkDigit: hasValidCheckDigit(iccid) ? 'valid' : 'invalid' };
};

const EID_MODULUS = 97n;

/** 32 digits whose number modulo 97 is 1. */
export const isEid = (text: string): boolean => /^[0-9]{32}$/.test(text) && BigInt(text) % EID_MODULUS === 1n;

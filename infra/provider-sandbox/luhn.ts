const LUHN_BASE = 10;

/** The digits followed by their Luhn check digit (ISO/IEC 7812-1), as ICCIDs and IMEIs carry it. */
export const withCheckDigit = (digits: string): string => {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = Number(digits[digits.length - 1 - fromRight]);
    // The check digit will stand to the right, so the last digit of these is the first that is doubled.
    const weighted = fromRight % 2 === 0 ? digit * 2 : digit;
    sum += weighted >= LUHN_BASE ? weighted - (LUHN_BASE - 1) : weighted;
  }
  return `${digits}${(LUHN_BASE - (sum % LUHN_BASE)) % LUHN_BASE}`;
};

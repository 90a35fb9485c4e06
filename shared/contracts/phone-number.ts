/** How the national part of a number is grouped, by country calling code: as the country itself writes mobile numbers. */
const GROUPS: Readonly<Record<string, readonly number[]>> = {
  '1': [3, 3, 4],
  '31': [1, 4, 4],
  '32': [3, 2, 2, 2],
  '33': [1, 2, 2, 2, 2],
  '34': [3, 3, 3],
  '39': [3, 3, 4],
  '41': [2, 3, 2, 2],
  '44': [4, 6],
};
const LONGEST_CALLING_CODE_DIGITS = 2;

/** An E.164 number grouped for reading (`+33 6 12 34 56 78`); one whose grouping is not known stays as it is. */
export const formatMsisdn = (msisdn: string): string => {
  const digits = msisdn.slice(1);
  for (let length = 1; length <= LONGEST_CALLING_CODE_DIGITS; length++) {
    const groups = GROUPS[digits.slice(0, length)];
    const national = digits.slice(length);
    if (groups !== undefined && sum(groups) === national.length) {
      return `+${digits.slice(0, length)} ${split(national, groups).join(' ')}`;
    }
  }
  return msisdn;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const split = (digits: string, groups: readonly number[]): string[] => {
  let from = 0;
  return groups.map((size) => digits.slice(from, (from += size)));
};

/** ISO 8601 durations of days and shorter: elapsed time, in which a day has 24 hours. Months and years are not elapsed time. */

const DURATION = /^P(?=\d|T\d)(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/;

const UNITS_MS = [24 * 60 * 60 * 1000, 60 * 60 * 1000, 60 * 1000, 1000] as const;

export const isDuration = (text: string): boolean => DURATION.test(text);

/** @throws Error for a text that is no such duration */
export const durationMs = (text: string): number => {
  const match = DURATION.exec(text);
  if (match === null) throw new Error(`${text} is not an ISO 8601 duration of days or shorter`);
  return UNITS_MS.reduce((total, unit, index) => total + Number(match[index + 1] ?? 0) * unit, 0);
};

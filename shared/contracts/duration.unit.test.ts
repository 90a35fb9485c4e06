import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, isDuration } from './duration.ts';

/** The largest count of each unit that is read: days, hours, minutes, seconds. */
const LARGEST = [9_999, 99_999, 9_999_999, 99_999_999] as const;
const [DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS] = [86_400_000, 3_600_000, 60_000, 1_000] as const;

type Counts = readonly [number | null, number | null, number | null, number | null];

/** Each unit that has a count, zeros too; undefined where none has one, because that is no duration. */
const print = ([days, hours, minutes, seconds]: Counts): string | undefined => {
  const part = (count: number | null, unit: string) => (count === null ? '' : `${count}${unit}`);
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  const text = part(days, 'D') + (time === '' ? '' : `T${time}`);
  return text === '' ? undefined : `P${text}`;
};

describe('a duration of days and shorter', () => {
  it('that was printed is read as what it was, whichever units it names', () => {
    const count = (largest: number) => fc.option(fc.nat(largest));
    const counts = fc.tuple(count(LARGEST[0]), count(LARGEST[1]), count(LARGEST[2]), count(LARGEST[3]));
    fc.assert(
      fc.property(counts, (parts) => {
        const text = print(parts);
        fc.pre(text !== undefined);
        const [days, hours, minutes, seconds] = parts.map((part) => part ?? 0) as [number, number, number, number];
        expect(isDuration(text)).toBe(true);
        expect(durationMs(text)).toBe(days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
      }),
    );
  });

  it.each([
    ['P2D', 172_800_000],
    ['PT36H', 129_600_000],
    ['P1DT12H', 129_600_000],
    ['PT5M', 300_000],
    ['PT0S', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    ['a month', 'P1M'],
    ['a year', 'P1Y'],
    ['a week', 'P1W'],
    ['no unit', 'P'],
    ['no unit of the day', 'PT'],
    ['a T with nothing behind it', 'P1DT'],
    ['a negative one', '-P1D'],
    ['a negative count', 'P-1D'],
    ['a signed one', '+P1D'],
    ['a fraction', 'PT1.5S'],
    ['a fraction with a comma', 'PT0,5H'],
    ['units in another order', 'PT5S1H'],
    ['a unit twice', 'P1D2D'],
    ['hours without their T', 'P5H'],
    ['days behind the T', 'PT1D'],
    ['small letters', 'p2d'],
    ['text before it', 'in P2D'],
    ['text behind it', 'P2D or so'],
    ['a space', ' P2D'],
    ['a line end', 'P2D\n'],
    ['more days than are meant', 'P10000D'],
    ['nothing', ''],
  ])('is not %s: %j', (_, text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => durationMs(text)).toThrow('is not an ISO 8601 duration');
  });
});

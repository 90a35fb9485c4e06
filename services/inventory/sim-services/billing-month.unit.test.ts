import { describe, expect, it } from 'vitest';
import { nextBillingMonth } from './billing-month.ts';

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'UTC',
];
const FIRST_YEAR = 2024;
const LAST_YEAR = 2036;

/** What a wall clock shows, by another road than the code takes: a text made for people. */
const onTheWall = (instant: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(instant);
const at = (instant: string, zone: string): string => nextBillingMonth(new Date(instant), zone).at.toISOString();

const monthsOf = (zone: string): { year: number; month: number; zone: string }[] =>
  Array.from({ length: (LAST_YEAR - FIRST_YEAR + 1) * 12 }, (_, count) => ({
    year: FIRST_YEAR + Math.floor(count / 12),
    month: (count % 12) + 1,
    zone,
  }));

const firstDay = (year: number, month: number): string =>
  new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);

describe('the next billing month', () => {
  it.each(ZONES)('begins at 00:05 of the first on the clock of %s, at every month end', (zone) => {
    for (const { year, month } of monthsOf(zone)) {
      const begin = nextBillingMonth(new Date(Date.UTC(year, month - 1, 15)), zone);
      const first = firstDay(year, month + 1);
      expect(begin.firstDay).toBe(first);
      expect(onTheWall(begin.at, zone)).toBe(`${first} 00:05:00`);
    }
  });

  it.each(ZONES)('of %s is the same until the last millisecond of the month, and then another', (zone) => {
    for (const { year, month } of monthsOf(zone)) {
      const begin = nextBillingMonth(new Date(Date.UTC(year, month - 1, 15)), zone);
      // Midnight itself: no zone among these changes its clock between midnight and five past on a first.
      const midnight = begin.at.getTime() - 5 * 60_000;
      expect(nextBillingMonth(new Date(midnight - 1), zone)).toEqual(begin);
      const next = nextBillingMonth(new Date(midnight), zone);
      expect(next.firstDay).toBe(firstDay(year, month + 2));
      expect(nextBillingMonth(begin.at, zone)).toEqual(next);
      expect(next.at.getTime()).toBeGreaterThan(begin.at.getTime());
    }
  });

  it('is that of the zone, not of UTC: half a day apart at the ends of the world', () => {
    expect(at('2026-01-31T09:59:59Z', 'Pacific/Kiritimati')).toBe('2026-01-31T10:05:00.000Z');
    expect(at('2026-01-31T10:00:00Z', 'Pacific/Kiritimati')).toBe('2026-02-28T10:05:00.000Z');
    expect(at('2026-02-01T04:59:59Z', 'America/New_York')).toBe('2026-02-01T05:05:00.000Z');
  });

  it('goes by the clock of that day, on both sides of a change of the clock', () => {
    expect(at('2026-03-15T12:00:00Z', 'Europe/Paris')).toBe('2026-03-31T22:05:00.000Z');
    expect(at('2026-10-15T12:00:00Z', 'Europe/Paris')).toBe('2026-10-31T23:05:00.000Z');
    expect(at('2026-10-15T12:00:00Z', 'America/New_York')).toBe('2026-11-01T04:05:00.000Z');
    expect(at('2026-11-15T12:00:00Z', 'America/New_York')).toBe('2026-12-01T05:05:00.000Z');
    expect(at('2026-09-15T12:00:00Z', 'Pacific/Auckland')).toBe('2026-09-30T11:05:00.000Z');
  });

  it('knows leap years and the turn of the year', () => {
    expect(at('2028-02-29T22:59:59Z', 'Europe/Paris')).toBe('2028-02-29T23:05:00.000Z');
    expect(nextBillingMonth(new Date('2027-12-31T22:59:59Z'), 'Europe/Paris').firstDay).toBe('2028-01-01');
    expect(at('2028-12-31T23:00:00Z', 'Europe/Paris')).toBe('2029-01-31T23:05:00.000Z');
  });

  it('is the first instant after where the zone skips midnight', () => {
    // Cairo: on 1 August 2014 one o'clock followed midnight.
    const skipped = { at: new Date('2014-07-31T22:00:00Z'), firstDay: '2014-08-01' };
    expect(nextBillingMonth(new Date('2014-07-15T12:00:00Z'), 'Africa/Cairo')).toEqual(skipped);
    expect(nextBillingMonth(new Date('2014-07-31T21:59:59.999Z'), 'Africa/Cairo')).toEqual(skipped);
    expect(nextBillingMonth(skipped.at, 'Africa/Cairo').firstDay).toBe('2014-09-01');
  });

  it('is the first of both where the clock shows the time twice', () => {
    // Havana: on 1 November 2026 the clock goes back from 01:00 to 00:00.
    expect(at('2026-10-20T12:00:00Z', 'America/Havana')).toBe('2026-11-01T04:05:00.000Z');
  });
});

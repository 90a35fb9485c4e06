/** When a provider's billing months begin (product.md §5). Pure: the calendar of a zone, as the platform knows it. */

export interface BillingMonth {
  /** Five past midnight on its first day: the month has begun by then, on every clock that is not badly wrong. */
  readonly at: Date;
  /** Its first day, as YYYY-MM-DD. */
  readonly firstDay: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AFTER_MIDNIGHT_MS = 5 * MINUTE_MS;
/** A time on a clock is within a day of the same time in UTC, and a zone changes its offset less often than that. */
const FARTHEST_MS = 36 * HOUR_MS;

/**
 * The next billing month after an instant: the month that follows the one which the calendar of the zone shows then.
 * Where a zone skips the time, it is the first instant after the gap; where a clock shows it twice, the first of both.
 *
 * @param zone IANA
 */
export const nextBillingMonth = (after: Date, zone: string): BillingMonth => {
  const clock = clockOf(zone);
  const shown = new Date(clock(after.getTime()));
  const first = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + 1, 1);
  const at = instantOf(first + AFTER_MIDNIGHT_MS, clock);
  return { at: new Date(at), firstDay: new Date(first).toISOString().slice(0, 'YYYY-MM-DD'.length) };
};

/** What the clock shows at an instant, as if it were UTC: both in milliseconds. */
type Clock = (instant: number) => number;

/** One for each zone that providers bill in: making a format takes far longer than using it. */
const clocks = new Map<string, Clock>();

const clockOf = (zone: string): Clock => {
  const known = clocks.get(zone) ?? newClock(zone);
  clocks.set(zone, known);
  return known;
};

const newClock = (zone: string): Clock => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const seconds = [part('hour'), part('minute'), part('second')] as const;
    return Date.UTC(part('year'), part('month') - 1, part('day'), ...seconds) + (instant % 1000);
  };
};

/** The first instant at which the clock shows this time; where it never does, the first at which it shows a later one. */
const instantOf = (shown: number, clock: Clock): number => {
  const offsets = [-FARTHEST_MS, FARTHEST_MS].map((ms) => clock(shown + ms) - (shown + ms));
  const candidates = offsets.map((offset) => shown - offset);
  const hits = candidates.filter((instant) => clock(instant) === shown);
  return hits.length > 0 ? Math.min(...hits) : endOfGap(shown, candidates, clock);
};

/** Before the gap the clock shows less than the time, after it more; in between there is one leap. */
const endOfGap = (shown: number, around: readonly number[], clock: Clock): number => {
  let before = Math.min(...around);
  let after = Math.max(...around);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (clock(middle) < shown) before = middle;
    else after = middle;
  }
  return after;
};

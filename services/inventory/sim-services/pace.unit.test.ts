import { describe, expect, it } from 'vitest';
import { paceAt, waitForPace } from './pace.ts';

const START = new Date('2026-12-01T00:05:00Z');
const after = (ms: number): Date => new Date(START.getTime() + ms);

/** Asks every `everyMs` for all there is, for so long; how many were granted by when. */
const drive = ({ perMinute, everyMs, forMs }: { perMinute: number; everyMs: number; forMs: number }) => {
  let busyUntil = 0;
  let granted = 0;
  for (let ms = 0; ms <= forMs; ms += everyMs) {
    const pace = paceAt({ busyUntil, perMinute, wanted: 1_000_000 }, after(ms));
    ({ busyUntil } = pace);
    granted += pace.granted;
  }
  return granted;
};

describe('the pace of a provider', () => {
  it.each([1, 7, 60, 600, 6_000, 60_000])('is never passed and is kept up: %i a minute', (perMinute) => {
    for (const everyMs of [10, 90, 1_000]) {
      const granted = drive({ perMinute, everyMs, forMs: 5 * 60_000 });
      const saved = Math.max(2, perMinute / 60);
      expect(granted).toBeLessThanOrEqual(perMinute * 5 + saved);
      expect(granted).toBeGreaterThanOrEqual(perMinute * 5 - saved);
    }
  });

  it('is shared: what one has taken, another does not get', () => {
    const first = paceAt({ busyUntil: 0, perMinute: 600, wanted: 6 }, START);
    const second = paceAt({ busyUntil: first.busyUntil, perMinute: 600, wanted: 100 }, START);
    expect([first.granted, second.granted]).toEqual([6, 4]);
  });

  it('gives no portion of an hour after an hour of rest', () => {
    const { busyUntil } = paceAt({ busyUntil: 0, perMinute: 600, wanted: 10 }, START);
    expect(paceAt({ busyUntil, perMinute: 600, wanted: 1_000 }, after(3_600_000)).granted).toBe(10);
  });

  it('says when there is more, also where it is one a minute', () => {
    const { busyUntil, nextAt } = paceAt({ busyUntil: 0, perMinute: 1, wanted: 5 }, START);
    expect(nextAt).toEqual(after(60_000));
    expect(paceAt({ busyUntil, perMinute: 1, wanted: 5 }, after(59_999)).granted).toBe(0);
    expect(paceAt({ busyUntil, perMinute: 1, wanted: 5 }, nextAt).granted).toBe(1);
  });

  it('is waited for once a portion, not once a SIM', () => {
    expect(waitForPace(after(20), START)).toBe(900);
    expect(waitForPace(after(5_000), START)).toBe(5_000);
  });
});

import { describe, expect, it } from 'vitest';
import { NO_SERVICES, type SimServices } from '../sim-services/sim-services.ts';
import { driftIn, driftingSince, driftLeft, isComparable, isDrift, isSameDrift, NO_DRIFT } from './drift.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const LATER = new Date('2026-11-23T10:00:00Z');
const SERVED = { iccid: '89', isInUse: true };
const OPTIONS = { data: 'off', sms: 'on' };
const PROFILE = { id: 'profile', version: 1, options: OPTIONS, plan: 'S' };

/** On the profile, all of it confirmed. */
const SETTLED: SimServices = {
  ...NO_SERVICES,
  profile: PROFILE,
  options: OPTIONS,
  plan: 'S',
  confirmed: { options: OPTIONS, plan: 'S' },
};
const DEVIATION = { kind: 'api_managed', reason: 'r', by: 'x', since: NOW, expiresAt: null } as const;
const FIRST = { before: NO_DRIFT, version: 1, now: NOW };
const seen = (options: Record<string, string>, plan: string | null = 'S', services = SETTLED) =>
  driftIn(services, { options, plan }, FIRST);

describe('a difference', () => {
  it('is what is confirmed and reported otherwise, of what the profile has', () => {
    expect(seen({ data: 'on', sms: 'on', video: 'on' }, 'L')).toEqual({
      options: { data: { ours: 'off', theirs: 'on', since: NOW, version: 1 } },
      plan: { ours: 'S', theirs: 'L', since: NOW, version: 1 },
    });
  });

  it('is not what the report leaves out, nor what every object inherits', () => {
    expect(isDrift(seen({}, null))).toBe(false);
    const odd = { ...SETTLED, profile: { ...PROFILE, options: { ...OPTIONS, constructor: 'on' } } };
    expect(isDrift(seen({}, 'S', odd))).toBe(false);
  });

  it('is not what was never confirmed, as an option that was refused from the beginning', () => {
    expect(isDrift(seen({ data: 'on' }, 'L', { ...SETTLED, confirmed: { options: {}, plan: null } }))).toBe(false);
  });

  it('keeps since when it is one, and the version that brought its values', () => {
    const before = seen({ data: 'on' });
    const again = driftIn(
      SETTLED,
      { options: { data: 'slow', sms: 'off' }, plan: 'S' },
      { before, version: 2, now: LATER },
    );
    expect(again.options).toEqual({
      data: { ours: 'off', theirs: 'slow', since: NOW, version: 2 },
      sms: { ours: 'on', theirs: 'off', since: LATER, version: 2 },
    });
    expect(driftingSince(again)).toEqual(NOW);
    const same = driftIn(SETTLED, { options: { data: 'on' }, plan: 'S' }, { before, version: 2, now: LATER });
    expect([isSameDrift(same, before), isSameDrift(again, before)]).toEqual([true, false]);
  });
});

describe('of a drift', () => {
  const drift = seen({ data: 'on', sms: 'off' }, 'L');

  it('all is left where nothing of it is confirmed otherwise', () => {
    expect(driftLeft(drift, { ...SETTLED, options: { data: 'slow', sms: 'on' }, plan: 'M' }, true)).toBe(drift);
  });

  it('what was confirmed since, and what the profile has no longer, is gone', () => {
    const confirmed = { options: { data: 'slow', sms: 'on' }, plan: 'S' };
    const left = driftLeft(drift, { ...SETTLED, confirmed }, true);
    expect([Object.keys(left.options), left.plan]).toEqual([['sms'], drift.plan]);
    const other = { ...PROFILE, options: { data: 'off' } };
    expect(Object.keys(driftLeft(drift, { ...SETTLED, profile: other }, true).options)).toEqual(['data']);
  });

  it('nothing is left of a SIM that has ended or that other means manage', () => {
    expect(isDrift(driftLeft(drift, SETTLED, false))).toBe(false);
    expect(isDrift(driftLeft(drift, { ...SETTLED, deviation: DEVIATION }, true))).toBe(false);
  });
});

it.each<[string, SimServices, typeof SERVED | { iccid: null; isInUse: true }, boolean]>([
  ['settled', SETTLED, SERVED, true],
  ['without a profile', NO_SERVICES, SERVED, false],
  ['without an ICCID', SETTLED, { iccid: null, isInUse: true }, false],
  ['ended', SETTLED, { iccid: '89', isInUse: false }, false],
  ['managed by other means', { ...SETTLED, deviation: DEVIATION }, SERVED, false],
  ['deviating otherwise', { ...SETTLED, deviation: { ...DEVIATION, kind: 'test' } }, SERVED, true],
  ['with something to be sent', { ...SETTLED, options: { ...OPTIONS, data: 'on' } }, SERVED, false],
  [
    'with an open call',
    { ...SETTLED, call: { id: 'call', kind: 'cancel_arranged', arrangedBy: 'x', openedAt: NOW } },
    SERVED,
    false,
  ],
])('a SIM %s is compared, or not', (_name, services, sim, expected) => {
  expect(isComparable(services, sim, NOW)).toBe(expected);
});

import { expect, it } from 'vitest';
import { reconciliationDueAt } from './reconciliation.ts';
import type { Reconciliation } from './reconciliation.repository.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const AN_HOUR_AGO = new Date('2026-11-22T09:00:00Z');
const OF_ACCOUNT: Reconciliation = {
  accountId: 'account',
  id: 'account',
  simId: null,
  askedAt: null,
  beganAt: null,
  endedAt: null,
  place: null,
  compared: 0,
  unread: 0,
};

it.each<[string, Partial<Reconciliation>, string | null]>([
  ['of an account that has just got services: tomorrow', {}, '2026-11-23T10:00:00.000Z'],
  ['that is asked for: now', { askedAt: AN_HOUR_AGO }, '2026-11-22T10:00:00.000Z'],
  [
    'that is asked for again after one has ended: now',
    { askedAt: NOW, beganAt: AN_HOUR_AGO, endedAt: AN_HOUR_AGO },
    '2026-11-22T10:00:00.000Z',
  ],
  [
    'that is under way: after the longest time that a provider may ask for',
    { askedAt: AN_HOUR_AGO, beganAt: AN_HOUR_AGO },
    '2026-11-22T11:10:00.000Z',
  ],
  ['that has ended: a day later', { beganAt: AN_HOUR_AGO, endedAt: AN_HOUR_AGO }, '2026-11-23T09:00:00.000Z'],
  ['of one SIM that has ended: never', { simId: 'sim', beganAt: AN_HOUR_AGO, endedAt: NOW }, null],
])('a reconciliation %s', (_name, changes, expected) => {
  expect(reconciliationDueAt({ ...OF_ACCOUNT, ...changes }, NOW)?.toISOString() ?? null).toBe(expected);
});

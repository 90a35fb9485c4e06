import { describe, expect, it } from 'vitest';
import { OVERDUE_AFTER_MS, type OwedOrder, owedTo, WAITING_CHECK_MS } from './owed.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const inMs = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);
const MINUTE_MS = 60_000;

const waiting: OwedOrder = {
  status: 'in_progress',
  expiresAt: null,
  submittedAt: inMs(-MINUTE_MS),
  managerToldAt: null,
  waitsUntil: null,
  requestQrCodeWhenProcessed: false,
  terms: null,
  todos: [],
};

describe('an order that waits', () => {
  it('is looked at daily where it has no deadline, or a later one', () => {
    for (const waitsUntil of [null, inMs(2 * WAITING_CHECK_MS)]) {
      expect(owedTo({ ...waiting, waitsUntil }, [], NOW)).toEqual({
        what: 'check_workflow',
        at: inMs(WAITING_CHECK_MS),
      });
    }
  });

  it('is looked at when its deadline has passed without anything having happened', () => {
    const soon = { ...waiting, waitsUntil: inMs(MINUTE_MS) };
    expect(owedTo(soon, [], NOW)).toEqual({ what: 'check_workflow', at: inMs(MINUTE_MS + OVERDUE_AFTER_MS) });
  });

  it('has its workflow woken from then on: it ought to have noticed the silence', () => {
    const overdue = (sinceMs: number) => owedTo({ ...waiting, waitsUntil: inMs(-OVERDUE_AFTER_MS - sinceMs) }, [], NOW);
    expect(overdue(0)).toEqual({ what: 'wake_workflow', at: NOW });
    expect(overdue(MINUTE_MS)).toEqual({ what: 'wake_workflow', at: inMs(-MINUTE_MS) });
    expect(overdue(-1)).toMatchObject({ what: 'check_workflow' });
  });
});

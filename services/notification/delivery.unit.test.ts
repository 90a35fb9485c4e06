import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginHandOver,
  type Delivery,
  endHandOver,
  type HandOverOutcome,
  newDelivery,
  nextStep,
  REPEAT_AFTER_MS,
} from './delivery.ts';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const accepted: HandOverOutcome = { outcome: 'accepted', providerMessageId: 'ses-1' };
const throttled: HandOverOutcome = { outcome: 'refused', code: 'Throttling', passing: true };
const rejected: HandOverOutcome = { outcome: 'refused', code: 'MessageRejected', passing: false };
const unknown: HandOverOutcome = { outcome: 'unknown', code: 'TimeoutError' };

describe('a delivery', () => {
  it('is handed over once and is then over', () => {
    const begun = beginHandOver(newDelivery(NOW), NOW);
    const sent = endHandOver(begun, accepted, NOW);
    expect(sent).toMatchObject({
      state: 'sent',
      handOvers: 1,
      sentAt: NOW,
      providerMessageId: 'ses-1',
      attemptAt: null,
    });
    expect(nextStep(sent, later(REPEAT_AFTER_MS * 100))).toBe('nothing');
  });

  it('says before the call what is true if nobody comes back', () => {
    const begun = beginHandOver(newDelivery(NOW), NOW);
    expect(begun).toMatchObject({ state: 'unknown', handOvers: 1, attemptAt: later(REPEAT_AFTER_MS) });
    expect(nextStep(begun, later(REPEAT_AFTER_MS - 1))).toBe('nothing');
    expect(nextStep(begun, later(REPEAT_AFTER_MS))).toBe('repeat');
  });

  it('is never handed over again after a second unknown outcome', () => {
    const first = endHandOver(beginHandOver(newDelivery(NOW), NOW), unknown, NOW);
    const second = beginHandOver(first, later(REPEAT_AFTER_MS));
    for (const end of [second, endHandOver(second, unknown, later(REPEAT_AFTER_MS))]) {
      expect(end).toMatchObject({ state: 'unknown', handOvers: 2, attemptAt: null });
      expect(nextStep(end, later(REPEAT_AFTER_MS * 1000))).toBe('nothing');
    }
  });

  it('stays queued when it was refused, and is tried again sooner for a fault of the moment', () => {
    const begun = beginHandOver(newDelivery(NOW), NOW);
    expect(endHandOver(begun, throttled, NOW)).toMatchObject({
      state: 'queued',
      handOvers: 0,
      refusals: 1,
      lastFault: 'Throttling',
      attemptAt: later(1_000),
    });
    expect(endHandOver(begun, rejected, NOW)).toMatchObject({ state: 'queued', attemptAt: later(60_000) });
    const often = { ...begun, refusals: 50 };
    expect(endHandOver(often, throttled, NOW).attemptAt).toEqual(later(30_000));
    expect(endHandOver(often, rejected, NOW).attemptAt).toEqual(later(3_600_000));
  });

  it('keeps its one repeat when the repeat was refused', () => {
    const second = beginHandOver(beginHandOver(newDelivery(NOW), NOW), NOW);
    const refused = endHandOver(second, throttled, NOW);
    expect(refused).toMatchObject({ state: 'unknown', handOvers: 1 });
    expect(nextStep(refused, later(1_000))).toBe('repeat');
  });

  it('is not set back by an outcome that comes late', () => {
    const sent = endHandOver(beginHandOver(newDelivery(NOW), NOW), accepted, NOW);
    const bounced: Delivery = { ...sent, state: 'bounced' };
    for (const outcome of [accepted, throttled, unknown]) {
      expect(endHandOver(sent, outcome, later(1))).toBe(sent);
      expect(endHandOver(bounced, outcome, later(1))).toBe(bounced);
    }
  });

  it('has at most two hand-overs that SES may have accepted, the second marked, whatever happens', () => {
    const outcome = fc.constantFrom(accepted, throttled, rejected, unknown, 'crash' as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.integer({ min: 0, max: 4_000_000 })), { maxLength: 30 }), (events) => {
        let delivery = newDelivery(NOW);
        let now = NOW;
        const perhapsAccepted: string[] = [];
        for (const [event, waitMs] of events) {
          const step = nextStep(delivery, now);
          if (step !== 'nothing') {
            delivery = beginHandOver(delivery, now);
            if (event === 'crash' || event.outcome !== 'refused') perhapsAccepted.push(step);
            if (event !== 'crash') delivery = endHandOver(delivery, event, now);
          }
          now = new Date(now.getTime() + waitMs);
        }
        expect(['', 'hand_over', 'hand_over,repeat']).toContain(perhapsAccepted.join());
        expect(delivery.handOvers).toBe(perhapsAccepted.length);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canarySize, estimatedEnd, nextMove, type RolloutCounts, waitForAnswers } from './rollout.ts';

const terms = { canary: 10, stopAtFailureShare: 0.1 };
const start = { moves: 0, answered: 0 };
const counts = (of: Partial<RolloutCounts>): RolloutCounts => ({
  waiting: 1_000,
  moves: 0,
  pending: 0,
  failed: 0,
  answered: 0,
  ...of,
});
const next = (of: Partial<RolloutCounts>, begunWith = start) => nextMove('running', counts(of), { terms, begunWith });

describe('a canary', () => {
  it('has the size that was asked for, ten otherwise, and never more SIMs than there are', () => {
    expect([canarySize(undefined, 100), canarySize(undefined, 4), canarySize(7, 5), canarySize(3, 50)]).toEqual([
      10, 4, 5, 3,
    ]);
  });

  it('goes first, and all of its answers are waited for', () => {
    expect(next({})).toEqual({ kind: 'move', most: 10 });
    expect(next({ moves: 6, pending: 6 })).toEqual({ kind: 'move', most: 4 });
    expect(next({ moves: 10, pending: 1, answered: 9 })).toEqual({ kind: 'wait' });
    expect(next({ moves: 10, answered: 10 })).toMatchObject({ kind: 'move' });
  });

  it('stops the rollout where more than the share has failed, and not at the share', () => {
    expect(next({ moves: 10, answered: 10, failed: 1 })).toMatchObject({ kind: 'move' });
    expect(next({ moves: 10, answered: 10, failed: 2 })).toMatchObject({ kind: 'stop', because: expect.any(String) });
  });

  it('goes first again after a retry, and is judged by its own answers', () => {
    const begunWith = { moves: 400, answered: 400 };
    expect(next({ moves: 400, answered: 400 }, begunWith)).toEqual({ kind: 'move', most: 10 });
    expect(next({ moves: 410, answered: 410, failed: 2 }, begunWith)).toMatchObject({ kind: 'stop' });
  });
});

describe('a rollout', () => {
  it('is judged by the share of failures from the canary on, whatever is still pending', () => {
    expect(next({ moves: 210, pending: 100, answered: 110, failed: 12 })).toMatchObject({ kind: 'stop' });
    expect(next({ moves: 210, pending: 100, answered: 110, failed: 11 })).toMatchObject({ kind: 'move' });
  });

  it('has no more than 500 SIMs pending at once', () => {
    expect(next({ moves: 500, pending: 480, answered: 20 })).toEqual({ kind: 'move', most: 20 });
    expect(next({ moves: 520, pending: 500, answered: 20 })).toEqual({ kind: 'wait' });
  });

  it('ends when nobody waits and nothing is pending', () => {
    expect(next({ waiting: 0, moves: 20, pending: 1, answered: 19 })).toEqual({ kind: 'wait' });
    expect(next({ waiting: 0, moves: 20, answered: 20 })).toEqual({ kind: 'end' });
    expect(next({ waiting: 0 })).toEqual({ kind: 'end' });
  });

  it('does nothing unless it runs', () => {
    for (const state of ['paused', 'stopped', 'cancelled', 'done'] as const) {
      expect(nextMove(state, counts({}), { terms, begunWith: start })).toEqual({ kind: 'none' });
    }
  });

  it('comes to an end, never has more pending than it may, and never ends with somebody waiting', () => {
    const rollout = fc.record({
      sims: fc.integer({ min: 1, max: 3_000 }),
      canary: fc.integer({ min: 1, max: 800 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(rollout, ({ sims, canary, share, fails }) => {
        const own = { canary: canarySize(canary, sims), stopAtFailureShare: share };
        let now: RolloutCounts = counts({ waiting: sims });
        let turn = 0;
        let move = nextMove('running', now, { terms: own, begunWith: start });
        for (; move.kind === 'move' || move.kind === 'wait'; turn += 1) {
          now = move.kind === 'move' ? moved(now, move.most) : answered(now, turn, fails);
          expect(now.pending).toBeLessThanOrEqual(500);
          expect(turn).toBeLessThan(2 * sims + 10);
          move = nextMove('running', now, { terms: own, begunWith: start });
        }
        if (move.kind === 'stop') expect(now.failed / now.answered).toBeGreaterThan(share);
        else expect([move.kind, now.waiting, now.pending]).toEqual(['end', 0, 0]);
      }),
    );
  });

  const moved = (now: RolloutCounts, sims: number): RolloutCounts => ({
    ...now,
    waiting: now.waiting - sims,
    moves: now.moves + sims,
    pending: now.pending + sims,
  });
  /** Some of those that are pending get their answers. */
  const answered = (now: RolloutCounts, turn: number, fails: readonly boolean[]): RolloutCounts => {
    const answers = Math.min(now.pending, 1 + (turn % 97));
    const failed = Array.from({ length: answers }, (_, index) => fails[(turn + index) % fails.length]).filter(Boolean);
    return {
      ...now,
      pending: now.pending - answers,
      answered: now.answered + answers,
      failed: now.failed + failed.length,
    };
  };
});

describe('a wait', () => {
  it('for answers grows with how long none has come, within bounds', () => {
    expect([0, 4_000, 60_000, 86_400_000].map(waitForAnswers)).toEqual([250, 1_000, 15_000, 300_000]);
  });
});

describe('the estimate of the end', () => {
  const now = new Date('2026-01-01T01:00:00Z');
  const startedAt = new Date('2026-01-01T00:00:00Z');
  it('goes by the pace, or by what was managed where that is slower', () => {
    const at = (moved: number) =>
      estimatedEnd({ sims: 1_200, waiting: 1_200 - moved, startedAt, perMinute: 20 }, now)?.toISOString();
    expect(at(1_200 - 100)).toBe('2026-01-01T01:05:27.273Z');
    expect(at(600)).toBe('2026-01-01T02:00:00.000Z');
  });

  it('is none before anything was moved', () => {
    expect(estimatedEnd({ sims: 10, waiting: 10, startedAt: null, perMinute: null }, now)).toBeNull();
  });
});

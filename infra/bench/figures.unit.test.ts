import { describe, expect, it } from 'vitest';
import { figureOfRuns, figureOfSamples, isReached, median, percentile } from './figures.ts';

describe('figures', () => {
  it('take the middle of an odd count and between the two middles of an even one', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('name a percentile that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_none, index) => index + 1);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('compare neighbours, not medians: a slow moment of the machine slows both', () => {
    const runs = [
      { ours: 8, bare: 10 },
      { ours: 4, bare: 5 },
      { ours: 9, bare: 10 },
    ];
    expect(figureOfRuns({ name: 'n', unit: 'u' }, runs)).toMatchObject({ ours: 8, bare: 10, ratio: 0.8 });
  });

  it('have no ratio where there is nothing to compare with', () => {
    expect(figureOfRuns({ name: 'n', unit: 'u' }, [{ ours: 3, bare: null }])).toMatchObject({
      bare: null,
      ratio: null,
    });
  });

  it('pool samples for a percentile and show each run beside it', () => {
    const runs = [
      { ours: [1, 2, 3], bare: [1, 1, 1] },
      { ours: [7, 8, 9], bare: [2, 2, 2] },
    ];
    const figure = figureOfSamples({ name: 'n', unit: 'ms' }, 0.5, runs);
    expect(figure).toMatchObject({ ours: 3, bare: 1, ratio: 3 });
    expect(figure.runs).toEqual([
      { ours: 2, bare: 1 },
      { ours: 8, bare: 2 },
    ]);
  });

  it('are reached at their bound, in the direction that the goal names', () => {
    expect(isReached({ goal: { of: 'ratio', atLeast: 0.6 }, ours: 0, ratio: 0.6 })).toBe(true);
    expect(isReached({ goal: { of: 'ratio', atMost: 2 }, ours: 0, ratio: 2.1 })).toBe(false);
    expect(isReached({ goal: { of: 'ours', atMost: 25 }, ours: 20, ratio: null })).toBe(true);
    expect(isReached({ goal: null, ours: 1, ratio: null })).toBe(null);
  });
});

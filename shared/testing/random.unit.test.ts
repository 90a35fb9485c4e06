import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const LIMIT = 1000;

it('draws the same again from the same seed, and something else from another', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.below(LIMIT));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

it('stays below the limit, and comes near to both ends', () => {
  const random = seededRandom(1);
  const drawn = Array.from({ length: 5000 }, () => random.below(LIMIT));
  expect(drawn.every((number) => Number.isInteger(number) && number >= 0 && number < LIMIT)).toBe(true);
  expect(Math.min(...drawn)).toBeLessThan(5);
  expect(Math.max(...drawn)).toBeGreaterThan(LIMIT - 5);
});

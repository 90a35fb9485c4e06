import { describe, expect, it } from 'vitest';
import { createKeptAnswers } from './kept-answers.ts';

const counting = () => {
  let asked = 0;
  return { ask: async () => ++asked, asked: () => asked };
};

describe('kept answers', () => {
  it('are given again until their time is over', async () => {
    let now = 0;
    const keep = createKeptAnswers<number>({ most: 10, keptMs: () => 1_000, now: () => now });
    const { ask } = counting();
    expect([await keep('a', ask), await keep('a', ask)]).toEqual([1, 1]);
    now = 1_000;
    expect(await keep('a', ask)).toBe(2);
  });

  it('are asked for once by those who ask at the same time', async () => {
    const keep = createKeptAnswers<number>({ most: 10, keptMs: () => 1_000 });
    const { ask, asked } = counting();
    await Promise.all(Array.from({ length: 20 }, () => keep('a', ask)));
    expect(asked()).toBe(1);
  });

  it('are never more than so many: the oldest goes', async () => {
    const keep = createKeptAnswers<number>({ most: 2, keptMs: () => 1_000 });
    const { ask } = counting();
    for (const key of ['a', 'b', 'c']) await keep(key, ask);
    expect(await keep('c', ask)).toBe(3);
    expect(await keep('a', ask)).toBe(4);
  });

  it('are not kept where the question failed', async () => {
    const keep = createKeptAnswers<number>({ most: 2, keptMs: () => 1_000 });
    await expect(keep('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await keep('a', async () => 7)).toBe(7);
  });
});

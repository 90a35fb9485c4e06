import { expect, inject, it } from 'vitest';
import { tellStories } from '../demo/demo.ts';

it('tells the seven stories of the demo, each step of which holds', async () => {
  const stories = await tellStories(inject('stack'), () => undefined);
  expect(stories).toHaveLength(7);
  const failed = stories.flatMap(({ name, steps }) =>
    steps.filter(({ ok }) => !ok).map((step) => ({ story: name, ...step })),
  );
  expect(failed).toEqual([]);
  expect(stories.every(({ steps }) => steps.length >= 3)).toBe(true);
});

import { expect, inject, it } from 'vitest';
import { tellStories } from '../demo/demo.ts';

it('tells the four stories of the demo, each step of which holds', async () => {
  const stories = await tellStories(inject('stack'), () => undefined);
  expect(stories).toHaveLength(4);
  const failed = stories.flatMap(({ name, steps }) =>
    steps.filter(({ ok }) => !ok).map((step) => ({ story: name, ...step })),
  );
  expect(failed).toEqual([]);
  expect(stories.every(({ steps }) => steps.length > 10)).toBe(true);
});

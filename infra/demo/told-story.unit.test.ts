import { expect, test } from 'vitest';
import { tellStory } from './told-story.ts';

const number = (name: string, wanted: number) => ({
  name,
  expected: String(wanted),
  holds: (value: number) => value === wanted,
  seen: String,
});

test('a step that is looked for is looked for again until it holds', async () => {
  let looks = 0;
  const report = await tellStory(
    'Counting',
    () => undefined,
    async (told) => {
      const value = await told.sees({ ...number('three', 3), look: async () => ++looks });
      await told.does({ ...number('once', 3), act: async () => value });
    },
  );
  expect(report.steps).toEqual([
    { name: 'three', ok: true, expected: '3', seen: '3' },
    { name: 'once', ok: true, expected: '3', seen: '3' },
  ]);
  expect(looks).toBe(3);
});

test('a step that does not hold ends the story and says what was expected and seen', async () => {
  const lines: string[] = [];
  const report = await tellStory(
    'Failing',
    (line) => lines.push(line),
    async (told) => {
      await told.sees({ ...number('two', 2), look: async () => 1 });
      await told.does({ ...number('never', 2), act: async () => 2 });
    },
    10,
  );
  expect(report.steps).toEqual([{ name: 'two', ok: false, expected: '2', seen: '1' }]);
  expect(lines.join('\n')).toContain('expected: 2');
});

test('an error is what was seen, and a surprise between steps is a step that does not hold', async () => {
  const failing = await tellStory(
    'Error',
    () => undefined,
    async (told) => {
      await told.does({ ...number('one', 1), act: () => Promise.reject(new Error('no answer')) });
    },
  );
  expect(failing.steps).toEqual([{ name: 'one', ok: false, expected: '1', seen: 'no answer' }]);
  const surprised = await tellStory(
    'Surprise',
    () => undefined,
    () => Promise.reject(new Error('a surprise')),
  );
  expect(surprised.steps).toMatchObject([{ ok: false, seen: 'Error: a surprise' }]);
});

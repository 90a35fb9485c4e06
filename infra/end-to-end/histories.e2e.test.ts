import { expect, inject, it } from 'vitest';
import { runHistories } from '../model/histories.ts';

const HISTORIES = 50;

it(`${HISTORIES} random histories of orders end as the model says`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { failures } = await runHistories({ stack: inject('stack'), count: HISTORIES, seed });
  expect(failures.join('\n\n')).toBe('');
});

import { seededRandom } from '@simlane/testing/random';
import { expect, it } from 'vitest';
import { drawCourse } from './order-courses.ts';

it('draws every course of an order sooner or later', () => {
  const random = seededRandom(1);
  const names = new Set(Array.from({ length: 200 }, () => drawCourse(random).name));
  expect(names.size).toBe(7);
});

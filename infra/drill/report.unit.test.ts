import { expect, it } from 'vitest';
import type { DrillResult } from './drill.ts';
import { markdown } from './report.ts';

const held: DrillResult = {
  name: 'one',
  title: '',
  failure: null,
  orders: 12,
  faults: 2,
  lost: 0,
  doubled: 0,
  stuck: 0,
  recoverySeconds: { median: 1.5, most: 3 },
  seconds: 20,
};

it('has a row for each drill, and below what failed', () => {
  const failed = {
    ...held,
    name: 'two',
    failure: 'order 1 is lost\norder 2 is stuck',
    lost: 1,
    stuck: 1,
    recoverySeconds: null,
  };
  const text = markdown([held, failed], { seed: 7, short: true });
  expect(text).toContain('Seed 7, short forms.');
  expect(text).toContain('| one | holds | 2 | 12 | 0 | 0 | 0 | 1.5 / 3 | 20 |');
  expect(text).toContain('| two | fails | 2 | 12 | 1 | 0 | 1 | — | 20 |');
  expect(text).toContain('    order 1 is lost\n    order 2 is stuck');
});

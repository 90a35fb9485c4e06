import { expect, it } from 'vitest';
import { todosOf } from './service-todos.ts';
import { NO_SERVICES } from './sim-services.ts';

const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const CONFIRMED = { options: {}, plan: 'S' };

it('nothing is left to do where nothing is refused and nothing differs', () => {
  expect(todosOf(NO_SERVICES, null)).toEqual([]);
});

it('what is left to do says since when, with the words of the provider, once for all options', () => {
  const failed = {
    options: {
      roaming: { value: 'on', reason: null, at: at(3) },
      data: { value: 'on', reason: 'Not with this contract', at: at(2) },
    },
    plan: { value: 'L', reason: 'Too late', at: at(4) },
  };
  const difference = { since: at(5), version: 1 };
  const drift = {
    options: { sms: { ...difference, ours: 'on', theirs: 'off' } },
    plan: { ...difference, ours: 'S', theirs: 'M' },
  };
  const todo = { responsible: 'manager' };
  expect(todosOf({ ...NO_SERVICES, confirmed: CONFIRMED, failed }, { drift, since: at(5) })).toEqual([
    {
      ...todo,
      code: 'rate_plan_refused',
      since: '2026-11-04T00:00:00.000Z',
      detail: 'The provider refuses the rate plan L (Too late); S stays in force',
    },
    {
      ...todo,
      code: 'option_refused',
      since: '2026-11-02T00:00:00.000Z',
      detail: 'The provider refuses data “on” (Not with this contract), roaming “on”',
    },
    {
      ...todo,
      code: 'drift_open',
      since: '2026-11-05T00:00:00.000Z',
      detail: 'The provider reports sms “off”, confirmed was “on”; the rate plan M, confirmed was S',
    },
  ]);
});

import { UnavailableError } from '@simlane/service-kit/problem';
import { expect, it } from 'vitest';
import { answeringServices } from './answering-services.fixture.ts';
import { createServiceRolloutActivities } from './service-rollout.activities.ts';

const rollout = { accountId: 'account', rolloutId: 'rollout' };
const PORTION = 'inventory PUT portion';

it('a portion is what inventory makes of it, and a fault of inventory is one of the step', async () => {
  const portion = { state: 'running', moved: 10, again: 250 };
  const { clientOf, names } = answeringServices({ [PORTION]: portion });
  const activities = createServiceRolloutActivities({ inventory: clientOf('inventory') });
  expect(await activities.moveRolloutPortion(rollout)).toEqual(portion);
  expect(names()).toEqual([PORTION]);
  const away = answeringServices({ [PORTION]: new UnavailableError('inventory', 'away') });
  const failing = createServiceRolloutActivities({ inventory: away.clientOf('inventory') });
  await expect(failing.moveRolloutPortion(rollout)).rejects.toThrow('inventory');
});

import { UnavailableError } from '@simlane/service-kit/problem';
import { expect, it } from 'vitest';
import { answeringServices } from './answering-services.fixture.ts';
import { createPortionActivities } from './portions.activities.ts';

const PORTION = 'inventory PUT portion';

const portions = (answer: unknown) => {
  const { clientOf, names } = answeringServices({ [PORTION]: answer });
  return { activities: createPortionActivities({ inventory: clientOf('inventory') }), names };
};
const rollout = { accountId: 'account', rolloutId: 'rollout' };
const plans = { accountId: 'account', providerId: 'provider' };

it('a portion is what inventory makes of it', async () => {
  const moved = { state: 'running', moved: 1, simIds: ['sim'], again: 250 };
  const ofRollout = portions(moved);
  expect(await ofRollout.activities.moveRolloutPortion(rollout)).toEqual(moved);
  expect(ofRollout.names()).toEqual([PORTION]);
  const taken = { simIds: ['sim'], again: null };
  const ofPlans = portions(taken);
  expect(await ofPlans.activities.turnScheduledPlans(plans)).toEqual(taken);
  expect(ofPlans.names()).toEqual([PORTION]);
});

it('a fault of inventory is one of the step', async () => {
  const { activities } = portions(new UnavailableError('inventory', 'away'));
  await expect(activities.moveRolloutPortion(rollout)).rejects.toThrow('inventory');
  await expect(activities.turnScheduledPlans(plans)).rejects.toThrow('inventory');
});

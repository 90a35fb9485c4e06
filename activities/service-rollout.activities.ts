/** The steps of a rollout. Inventory decides what is moved, moves it, and says when to come again. */
import type { ServiceRolloutActivities } from '@simlane/contracts/activities';
import { serviceRolloutInternalRoutes } from '@simlane/contracts/http/service-rollouts';
import type { ServiceClient } from '@simlane/service-kit/service-client';

export const createServiceRolloutActivities = ({
  inventory,
}: {
  readonly inventory: ServiceClient;
}): ServiceRolloutActivities => ({
  moveRolloutPortion: ({ accountId, rolloutId }) =>
    inventory.call(serviceRolloutInternalRoutes.movePortion, { accountId, params: { id: rolloutId } }),
});

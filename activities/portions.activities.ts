/**
 * The portions of what changes many SIMs. Inventory decides what is changed, changes it, and says when to come again, so a
 * repeat takes the next ones.
 */
import type { ScheduledPlansActivities, ServiceRolloutActivities } from '@simlane/contracts/activities';
import { serviceRolloutInternalRoutes } from '@simlane/contracts/http/service-rollouts';
import { simServicesInternalRoutes } from '@simlane/contracts/http/sim-services-internal';
import type { ServiceClient } from '@simlane/service-kit/service-client';

export const createPortionActivities = ({
  inventory,
}: {
  readonly inventory: ServiceClient;
}): ServiceRolloutActivities & ScheduledPlansActivities => ({
  moveRolloutPortion: ({ accountId, rolloutId }) =>
    inventory.call(serviceRolloutInternalRoutes.movePortion, { accountId, params: { id: rolloutId } }),

  turnScheduledPlans: ({ accountId, providerId }) =>
    inventory.call(simServicesInternalRoutes.turnScheduledPlans, { accountId, params: { providerId } }),
});

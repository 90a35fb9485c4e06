import { catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { serviceProfileChoiceRoutes } from '@simlane/contracts/http/service-profile-choices';
import { serviceProfileInternalRoutes } from '@simlane/contracts/http/service-profiles';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import type { ServiceCatalog } from './service-catalog.ts';

/** The service profiles of the catalog, over its internal routes. */
export const createHttpServiceCatalog = (client: ServiceClient): ServiceCatalog => ({
  profile: (accountId, id) =>
    client.call(serviceProfileInternalRoutes.getServiceProfile, { accountId, params: { id }, query: {} }),
  provider: (accountId, id) => client.call(catalogInternalRoutes.getProvider, { accountId, params: { id } }),
  profilesOf: (accountId, query) => client.call(serviceProfileChoiceRoutes.listServiceProfiles, { accountId, query }),
  draft: (accountId, id, newProfile) =>
    client.call(serviceProfileChoiceRoutes.draftServiceProfile, { accountId, params: { id }, body: { newProfile } }),
  makeVersion: async (accountId, params, { options, createdBy }) => {
    const body = { options: { ...options }, createdBy };
    await client.call(serviceProfileInternalRoutes.putServiceProfileVersion, { accountId, params, body });
  },
  make: async (accountId, id, body) => {
    await client.call(serviceProfileInternalRoutes.putServiceProfile, { accountId, params: { id }, body });
  },
});

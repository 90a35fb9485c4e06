import { catalogInternalRoutes as routes } from '@simlane/contracts/http/catalog';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import type { Catalog } from './catalog.ts';

/** The catalog over its internal HTTP API. */
export const createHttpCatalog = (client: ServiceClient): Catalog => ({
  account: (accountId) => client.call(routes.getAccount, { accountId }),
  esimArticles: async (accountId, providerId) => {
    const { items } = await client.call(routes.listEsimArticles, { accountId, query: { providerId } });
    return items;
  },
  provider: (accountId, providerId) => client.call(routes.getProvider, { accountId, params: { id: providerId } }),
});

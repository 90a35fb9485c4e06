/** Accounts that tests, drills and the bench put beside the example data. */
import { type CatalogSeed, catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { type InventorySeed, inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { providerConnections } from './provider-connections.ts';

/** A fleet is many rows in one transaction, on a machine that is busy. */
const ANSWER_WITHIN_MS = 60_000;
const SEED_CLIENT = 'simlane-seed';

/**
 * Puts catalog and fleet of an account into a running stack, with each of its providers played by the sandbox. A repeat
 * changes nothing that has changed since.
 */
export const putAccount = async (
  { services, openId, serviceClients, sandbox }: StackInfo,
  { catalog, fleet }: { readonly catalog: CatalogSeed; readonly fleet: InventorySeed },
): Promise<void> => {
  const { id: accountId, name } = catalog.account;
  const tokens = createServiceTokens({
    tokenUrl: openId.token,
    clientId: SEED_CLIENT,
    clientSecret: serviceClients[SEED_CLIENT] ?? '',
  });
  const clientOf = (service: 'catalog' | 'inventory' | 'order') =>
    createServiceClient({
      baseUrl: services[service].internalUrl,
      tokens,
      name: service,
      timeoutMs: ANSWER_WITHIN_MS,
    });
  const clients = { catalog: clientOf('catalog'), inventory: clientOf('inventory'), order: clientOf('order') };
  const control = createSandboxControl({ url: sandbox.url, token: sandbox.controlToken });
  const connections = providerConnections([{ id: accountId, name, catalog, fleet }], {
    sandboxUrl: sandbox.url,
    orderPublicUrl: services.order.url,
    sandboxControlToken: sandbox.controlToken,
  });
  try {
    // Catalog first: what inventory and order say of the account is about what stands there.
    await clients.catalog.call(catalogInternalRoutes.seed, { accountId, body: catalog });
    await clients.inventory.call(inventoryInternalRoutes.seed, { accountId, body: fleet });
    for (const { id, credential, signalUrl, signalSecret } of connections) {
      await control.putConnection(id, { accountId, credential, signalUrl, signalSecret });
    }
    const body = {
      providerConnections: connections.map(({ id, address, credential, signalSecret }) => ({
        providerId: id,
        address,
        credential,
        signalSecrets: [signalSecret],
      })),
    };
    await clients.order.call(orderInternalRoutes.seed, { accountId, body });
  } finally {
    for (const client of Object.values(clients)) client.close();
  }
};

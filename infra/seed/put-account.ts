/** Accounts are put into a running stack by its services' seed routes, with each provider played by the sandbox. */
import { type CatalogSeed, catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { type InventorySeed, inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { type ProviderConnection, providerConnections } from './provider-connections.ts';

/** A fleet is many rows in one transaction, on a machine that is busy, or is starting everything else. */
const ANSWER_WITHIN_MS = 60_000;
const SEED_CLIENT = 'simlane-seed';

type Seeded = 'catalog' | 'inventory' | 'order';

/** How whoever seeds reaches the parts of a stack. */
export interface SeedPlace {
  readonly internalUrls: Readonly<Record<Seeded, string>>;
  readonly orderPublicUrl: string;
  readonly tokens: { readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string };
  readonly sandbox: { readonly url: string; readonly controlToken: string };
}

export interface AccountSeed {
  readonly catalog: CatalogSeed;
  readonly fleet: InventorySeed;
}

/** Puts catalog and fleet of each account in place. A repeat changes nothing that has changed since. */
export const putAccounts = async (
  { internalUrls, orderPublicUrl, tokens: credentials, sandbox }: SeedPlace,
  accounts: readonly AccountSeed[],
  onPut: (account: AccountSeed, connections: readonly ProviderConnection[]) => void = () => undefined,
): Promise<void> => {
  const tokens = createServiceTokens(credentials);
  const clientOf = (name: Seeded) =>
    createServiceClient({ baseUrl: internalUrls[name], tokens, name, timeoutMs: ANSWER_WITHIN_MS });
  const clients = { catalog: clientOf('catalog'), inventory: clientOf('inventory'), order: clientOf('order') };
  const control = createSandboxControl({ url: sandbox.url, token: sandbox.controlToken });
  try {
    for (const account of accounts) {
      const { catalog, fleet } = account;
      const accountId = catalog.account.id;
      // Catalog first: what inventory and order say of the account is about what stands there.
      await clients.catalog.call(catalogInternalRoutes.seed, { accountId, body: catalog });
      await clients.inventory.call(inventoryInternalRoutes.seed, { accountId, body: fleet });
      const connections = providerConnections([account], {
        sandboxUrl: sandbox.url,
        orderPublicUrl,
        sandboxControlToken: sandbox.controlToken,
      });
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
      onPut(account, connections);
    }
  } finally {
    for (const client of Object.values(clients)) client.close();
  }
};

/** The same for one that a test, a drill or the bench has beside the example data. */
export const putAccount = (
  { services, openId, serviceClients, sandbox }: StackInfo,
  account: AccountSeed,
): Promise<void> => {
  const place: SeedPlace = {
    internalUrls: {
      catalog: services.catalog.internalUrl,
      inventory: services.inventory.internalUrl,
      order: services.order.internalUrl,
    },
    orderPublicUrl: services.order.url,
    tokens: { tokenUrl: openId.token, clientId: SEED_CLIENT, clientSecret: serviceClients[SEED_CLIENT] ?? '' },
    sandbox,
  };
  return putAccounts(place, [account]);
};

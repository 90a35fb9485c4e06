/** Puts the example data into a running stack, and again whenever it is run. The last line it says is JSON. */
import { readFileSync } from 'node:fs';
import { catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import { readConfig } from '@simlane/service-kit/config';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import { z } from 'zod';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { type ExampleAccount, exampleAccounts } from './example-data.ts';
import { providerConnections } from './provider-connections.ts';
import { findInstalledCutoverLines, findStories } from './stories.ts';

/** A fleet is many rows in one transaction, on a machine that is starting everything else. */
const ANSWER_WITHIN_MS = 30_000;

const httpUrl = z.url({ protocol: /^https?$/ });
const environment = z.object({
  CATALOG_INTERNAL_URL: httpUrl.describe('the internal API of catalog'),
  INVENTORY_INTERNAL_URL: httpUrl.describe('the internal API of inventory'),
  ORDER_INTERNAL_URL: httpUrl.describe('the internal API of order'),
  ORDER_PUBLIC_URL: httpUrl.describe('the public API of order, where signals go'),
  OIDC_TOKEN_URL: httpUrl.describe('where service tokens come from'),
  SERVICE_CLIENT_ID: z.string().describe('the client id of the seed at the issuer'),
  SERVICE_CLIENT_SECRET: z.string().describe('the client secret of the seed at the issuer'),
  SANDBOX_URL: httpUrl.describe('the provider sandbox'),
  SANDBOX_CONTROL_TOKEN: z.string().min(16).describe('the bearer token of its control side'),
});

const config = readConfig(environment, process.env);
const tokens = createServiceTokens({
  tokenUrl: config.OIDC_TOKEN_URL,
  clientId: config.SERVICE_CLIENT_ID,
  clientSecret: config.SERVICE_CLIENT_SECRET,
});
const clientOf = (name: string, baseUrl: string) =>
  createServiceClient({ baseUrl, tokens, name, timeoutMs: ANSWER_WITHIN_MS });
const catalog = clientOf('catalog', config.CATALOG_INTERNAL_URL);
const inventory = clientOf('inventory', config.INVENTORY_INTERNAL_URL);
const order = clientOf('order', config.ORDER_INTERNAL_URL);
const sandbox = createSandboxControl({ url: config.SANDBOX_URL, token: config.SANDBOX_CONTROL_TOKEN });

const accounts = exampleAccounts();
const connections = providerConnections(accounts, {
  sandboxUrl: config.SANDBOX_URL,
  orderPublicUrl: config.ORDER_PUBLIC_URL,
  sandboxControlToken: config.SANDBOX_CONTROL_TOKEN,
});

try {
  for (const account of accounts) await putInPlace(account);
} finally {
  for (const client of [catalog, inventory, order]) client.close();
}
process.stdout.write(`${JSON.stringify(whatThereIs())}\n`);

async function putInPlace({ id: accountId, name, catalog: reference, fleet }: ExampleAccount): Promise<void> {
  // Catalog first: what inventory and order say of the account is about what stands there.
  await catalog.call(catalogInternalRoutes.seed, { accountId, body: reference });
  await inventory.call(inventoryInternalRoutes.seed, { accountId, body: fleet });
  const own = connections.filter((connection) => connection.accountId === accountId);
  for (const { id, credential, signalUrl, signalSecret } of own) {
    await sandbox.putConnection(id, { accountId, credential, signalUrl, signalSecret });
  }
  const body = {
    providerConnections: own.map(({ id, address, credential, signalSecret }) => ({
      providerId: id,
      address,
      credential,
      signalSecrets: [signalSecret],
    })),
  };
  await order.call(orderInternalRoutes.seed, { accountId, body });
  const counts = `${fleet.devices.length} devices, ${fleet.lines.length} lines, ${own.length} providers`;
  process.stdout.write(`${name}: ${counts}\n`);
}

function whatThereIs() {
  return {
    accounts: accounts.map(({ id, name }) => ({ id, name })),
    users: JSON.parse(readFileSync(new URL('./demo-users.json', import.meta.url), 'utf8')) as unknown,
    providers: connections.map(({ address: _address, credential: _credential, ...shown }) => shown),
    webhookSecret: connections[0]?.signalSecret,
    stories: findStories(accounts[0]),
    installedCutoverLines: accounts.flatMap(findInstalledCutoverLines),
  };
}

/** Puts the example data into a running stack, and again whenever it is run. The last line it says is JSON. */
import { readFileSync } from 'node:fs';
import { readConfig } from '@simlane/service-kit/config';
import { z } from 'zod';
import { exampleAccounts } from './example-data.ts';
import type { ProviderConnection } from './provider-connections.ts';
import { putAccounts, type SeedPlace } from './put-account.ts';
import { findInstalledCutoverLines, findStories } from './stories.ts';

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
const accounts = exampleAccounts();
const place: SeedPlace = {
  internalUrls: {
    catalog: config.CATALOG_INTERNAL_URL,
    inventory: config.INVENTORY_INTERNAL_URL,
    order: config.ORDER_INTERNAL_URL,
  },
  orderPublicUrl: config.ORDER_PUBLIC_URL,
  tokens: {
    tokenUrl: config.OIDC_TOKEN_URL,
    clientId: config.SERVICE_CLIENT_ID,
    clientSecret: config.SERVICE_CLIENT_SECRET,
  },
  sandbox: { url: config.SANDBOX_URL, controlToken: config.SANDBOX_CONTROL_TOKEN },
};
const connections: ProviderConnection[] = [];

await putAccounts(place, accounts, ({ catalog, fleet }, own) => {
  connections.push(...own);
  const counts = `${fleet.devices.length} devices, ${fleet.lines.length} lines, ${own.length} providers`;
  process.stdout.write(`${catalog.account.name}: ${counts}\n`);
});
process.stdout.write(`${JSON.stringify(whatThereIs())}\n`);

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

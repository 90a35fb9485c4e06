/**
 * The OpenID provider of the local stack, in a container. It signs in whoever asks: for local use only.
 * Its keys are random and made at its first start.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@simlane/service-kit/config';
import { z } from 'zod';
import type { OpenIdProcessConfiguration } from '../local/open-id-provider/main.ts';
import { readOrMakeSecrets } from '../local/secrets.ts';

const HIGHEST_PORT = 65_535;

const clientSecret = (name: string) => z.string().min(1).describe(`the client secret of ${name}`);
const environment = z.object({
  OIDC_ISSUER: z.url().describe('the issuer, as browsers reach it'),
  HOST: z.string().describe('the address to listen on'),
  PORT: z.coerce.number().int().min(0).max(HIGHEST_PORT).describe('the port to listen on'),
  OIDC_STATE_FOLDER: z.string().describe('where the keys are kept'),
  CATALOG_CLIENT_SECRET: clientSecret('catalog'),
  INVENTORY_CLIENT_SECRET: clientSecret('inventory'),
  ORDER_CLIENT_SECRET: clientSecret('order'),
  NOTIFICATION_CLIENT_SECRET: clientSecret('notification'),
  WORKER_CLIENT_SECRET: clientSecret('the worker'),
  SEED_CLIENT_SECRET: clientSecret('the seed'),
});

const config = readConfig(environment, process.env);
const { cookieKey, signingKey } = readOrMakeSecrets(config.OIDC_STATE_FOLDER).openId;
const configuration: OpenIdProcessConfiguration = {
  issuer: config.OIDC_ISSUER,
  host: config.HOST,
  port: config.PORT,
  usersFile: fileURLToPath(new URL('../seed/demo-users.json', import.meta.url)),
  serviceClients: {
    'simlane-catalog': config.CATALOG_CLIENT_SECRET,
    'simlane-inventory': config.INVENTORY_CLIENT_SECRET,
    'simlane-order': config.ORDER_CLIENT_SECRET,
    'simlane-notification': config.NOTIFICATION_CLIENT_SECRET,
    'simlane-worker': config.WORKER_CLIENT_SECRET,
    'simlane-seed': config.SEED_CLIENT_SECRET,
  },
  signingKey,
  cookieKey,
};

const file = path.join(tmpdir(), 'open-id.json');
writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
process.argv[2] = file;
await import('../local/open-id-provider/main.ts');

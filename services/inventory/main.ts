import { createLogger } from '@simlane/service-kit/logger';
import { migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { createHttpCatalog } from './actions/http-catalog.ts';
import { buildApp } from './app.ts';
import { readInventoryConfig } from './config.ts';
import { APP_ROLE, type Schema } from './database.ts';
import { migrations } from './migrations/index.ts';

/** Lists wait for the catalog, and do without it when it is slow: their conditions are unknown then. */
const CATALOG_TIMEOUT_MS = 2_000;

await runService({
  name: 'inventory',
  start: async (onClose) => {
    const config = readInventoryConfig(process.env);
    const logger = createLogger({ name: 'inventory', level: config.LOG_LEVEL });
    if (!config.READ_ONLY) await migrate({ url: config.MIGRATION_DATABASE_URL, appRole: APP_ROLE, migrations, logger });
    const db = createDatabase<Schema>(createPool({ url: config.DATABASE_URL, name: 'inventory', logger }));
    onClose(() => db.destroy());
    const ownTokens = createServiceTokens({
      tokenUrl: config.OIDC_TOKEN_URL,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
    });
    const client = createServiceClient({
      baseUrl: config.CATALOG_INTERNAL_URL,
      tokens: ownTokens,
      name: 'catalog',
      timeoutMs: CATALOG_TIMEOUT_MS,
    });
    onClose(async () => client.close());
    const tokens = createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL });
    const app = await buildApp({
      db,
      logger,
      tokens,
      catalog: createHttpCatalog({ client, logger }),
      seeding: config.SEEDING,
      readOnly: config.READ_ONLY,
    });
    await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
  },
});

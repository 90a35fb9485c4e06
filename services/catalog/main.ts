import { createLogger } from '@simlane/service-kit/logger';
import { migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { buildApp } from './app.ts';
import { readCatalogConfig } from './config.ts';
import { APP_ROLE, type CatalogDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';

await runService({
  name: 'catalog',
  start: async (onClose) => {
    const config = readCatalogConfig(process.env);
    const logger = createLogger({ name: 'catalog', level: config.LOG_LEVEL });
    if (!config.READ_ONLY) await migrate({ url: config.MIGRATION_DATABASE_URL, appRole: APP_ROLE, migrations, logger });
    const db = createDatabase<CatalogDatabase>(createPool({ url: config.DATABASE_URL, name: 'catalog', logger }));
    onClose(() => db.destroy());
    const tokens = createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL });
    const app = await buildApp({ db, logger, tokens, seeding: config.SEEDING, readOnly: config.READ_ONLY });
    const internalUrl = await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    const publicUrl = await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
    logger.info({ publicUrl, internalUrl }, 'listening');
  },
});

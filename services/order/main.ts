import { createDueLoop, type DueLoop } from '@simlane/service-kit/due-loop';
import { createLogger } from '@simlane/service-kit/logger';
import { migrate } from '@simlane/service-kit/migration';
import { checkPool, createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { createSealer } from '@simlane/service-kit/sealing';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { buildApp } from './app.ts';
import { readOrderConfig } from './config.ts';
import { APP_ROLE, type OrderDatabase } from './database.ts';
import { createHttpCatalog } from './http-catalog.ts';
import { createHttpInventory } from './http-inventory.ts';
import { migrations } from './migrations/index.ts';
import { createOrderDueHandler } from './processing/order-due-handler.ts';
import { ORDER_DUE } from './processing/owed.ts';
import { createTemporalReplacementWorkflow } from './processing/temporal-replacement-workflow.ts';
import { createHttpProviderClient } from './provider/http-provider-client.ts';
import { createHttpProviderServices } from './sim-services/http-provider-services.ts';
import { createServiceCallDueHandler, SERVICE_CALL_DUE } from './sim-services/service-call-due.ts';
import { createTemporalSimServicesWorkflow } from './sim-services/temporal-sim-services-workflow.ts';

await runService({
  name: 'order',
  start: async (onClose) => {
    const config = readOrderConfig(process.env);
    const logger = createLogger({ name: 'order', level: config.LOG_LEVEL });
    if (!config.READ_ONLY) await migrate({ url: config.MIGRATION_DATABASE_URL, appRole: APP_ROLE, migrations, logger });
    const db = createDatabase<OrderDatabase>(createPool({ url: config.DATABASE_URL, name: 'order', logger }));
    onClose(() => db.destroy());
    const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
    onClose(() => temporal.close());

    const serviceTokens = createServiceTokens({
      tokenUrl: config.OIDC_TOKEN_URL,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
    });
    const inventoryClient = createServiceClient({
      baseUrl: config.INVENTORY_INTERNAL_URL,
      tokens: serviceTokens,
      name: 'inventory',
    });
    const catalogClient = createServiceClient({
      baseUrl: config.CATALOG_INTERNAL_URL,
      tokens: serviceTokens,
      name: 'catalog',
    });
    onClose(async () => {
      inventoryClient.close();
      catalogClient.close();
    });
    const inventory = createHttpInventory(inventoryClient);
    const sealer = createSealer(config.SEALING_KEYS);

    const loop: DueLoop = createDueLoop({
      db,
      logger,
      handlers: {
        [ORDER_DUE]: createOrderDueHandler({
          db,
          inventory,
          sealer,
          workflow: createTemporalReplacementWorkflow({ temporal, taskQueue: config.TEMPORAL_TASK_QUEUE }),
          kick: () => loop.kick(),
        }),
        [SERVICE_CALL_DUE]: createServiceCallDueHandler({
          db,
          workflow: createTemporalSimServicesWorkflow({ temporal, taskQueue: config.TEMPORAL_TASK_QUEUE }),
        }),
      },
    });
    onClose(() => loop.stop());

    const app = await buildApp({
      db,
      logger,
      loop,
      inventory,
      catalog: createHttpCatalog(catalogClient),
      provider: createHttpProviderClient({ allowLoopback: config.ALLOW_LOOPBACK_PROVIDERS }),
      services: createHttpProviderServices({ allowLoopback: config.ALLOW_LOOPBACK_PROVIDERS }),
      tokens: createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL }),
      sealer,
      ready: { postgres: checkPool(db.pool) },
      publicUrl: config.PUBLIC_URL,
      seeding: config.SEEDING,
      readOnly: config.READ_ONLY,
    });
    await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
    if (!config.READ_ONLY) loop.start();
  },
});

import { createSettableClock, machineClock } from '@simlane/service-kit/clock';
import { createDueLoop, type DueLoop } from '@simlane/service-kit/due-loop';
import { createLogger } from '@simlane/service-kit/logger';
import { createMailedLinks } from '@simlane/service-kit/mailed-link';
import { migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { createSealer } from '@simlane/service-kit/sealing';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { createHttpCatalog } from './actions/http-catalog.ts';
import { buildApp } from './app.ts';
import { readInventoryConfig } from './config.ts';
import { APP_ROLE, type Schema } from './database.ts';
import { createChildProcessDecoder } from './decoding/child-process-decoder.ts';
import { createReconciliationDueHandler } from './drift/reconciliation-due-handler.ts';
import { createTemporalReconciliationWorkflow } from './drift/temporal-reconciliation-workflow.ts';
import { migrations } from './migrations/index.ts';
import { createQrCodeDueHandlers } from './qr-code/qr-code-due-handlers.ts';
import { createS3OriginalStore } from './qr-code/s3-original-store.ts';
import { createRolloutDueHandler } from './service-rollout/rollout-due-handler.ts';
import { createTemporalRolloutWorkflow } from './service-rollout/temporal-rollout-workflow.ts';
import { goBy } from './sim-services/clock.ts';
import { createHttpServiceCatalog } from './sim-services/http-service-catalog.ts';
import { createScheduledPlansDueHandler } from './sim-services/scheduled-plans.service.ts';
import { createServicesDueHandlers } from './sim-services/services-due-handler.ts';
import type { SimRef } from './sim-services/sim-services.repository.ts';
import { createTemporalScheduledPlansWorkflow } from './sim-services/temporal-scheduled-plans-workflow.ts';
import { createTemporalServicesWorkflow } from './sim-services/temporal-services-workflow.ts';
import { createUnkeptFileHandler, UNKEPT_FILE } from './qr-code/stored-file.service.ts';
import { createTemporalQrCodeWorkflows } from './qr-code/temporal-request-workflow.ts';

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
    const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
    onClose(() => temporal.close());
    const onTemporal = { temporal, taskQueue: config.TEMPORAL_TASK_QUEUE };
    const originals = createS3OriginalStore({
      endpoint: config.S3_ENDPOINT,
      region: config.S3_REGION,
      bucket: config.S3_BUCKET,
      accessKeyId: config.S3_ACCESS_KEY_ID,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    });
    onClose(async () => originals.close());
    const decoder = createChildProcessDecoder({ logger });
    onClose(() => decoder.close());
    const sealer = createSealer(config.SEALING_KEYS);

    const serviceCatalog = createHttpServiceCatalog(client);
    const loop: DueLoop = createDueLoop({
      db,
      logger,
      handlers: {
        ...createQrCodeDueHandlers({
          db,
          workflows: createTemporalQrCodeWorkflows(onTemporal),
        }),
        [UNKEPT_FILE]: createUnkeptFileHandler({ db, originals, sealer }),
      },
    });
    onClose(() => loop.stop());

    // A loop of its own: what goes by the calendar is due by a clock that demos and tests can move on.
    const clock = config.DUE_CLOCK_FILE === undefined ? machineClock : createSettableClock(config.DUE_CLOCK_FILE);
    goBy(clock);
    const servicesWorkflow = createTemporalServicesWorkflow(onTemporal);
    const servicesLoop: DueLoop = createDueLoop({
      db,
      logger,
      clock,
      handlers: {
        ...createServicesDueHandlers({ db, serviceCatalog, workflow: servicesWorkflow }),
        ...createScheduledPlansDueHandler({
          db,
          workflow: createTemporalScheduledPlansWorkflow(onTemporal),
        }),
        ...createRolloutDueHandler({
          db,
          workflow: createTemporalRolloutWorkflow(onTemporal),
        }),
        ...createReconciliationDueHandler({
          db,
          workflow: createTemporalReconciliationWorkflow(onTemporal),
        }),
      },
    });
    onClose(() => servicesLoop.stop());
    const onServicesWanted = (sim: SimRef): void => {
      servicesWorkflow.wake(sim, { again: false, givesWay: false }).catch((err: unknown) => {
        logger.info({ err, simId: sim.simId }, 'not woken at once; it is due');
        servicesLoop.kick();
      });
    };

    const tokens = createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL });
    const app = await buildApp({
      db,
      logger,
      tokens,
      catalog: createHttpCatalog({ client, logger }),
      serviceCatalog,
      decoder,
      originals,
      sealer,
      links: createMailedLinks(config.LINK_KEYS),
      onDue: () => {
        loop.kick();
        servicesLoop.kick();
      },
      onServicesWanted,
      seeding: config.SEEDING,
      readOnly: config.READ_ONLY,
    });
    await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
    if (config.READ_ONLY) return;
    loop.start();
    servicesLoop.start();
  },
});

import { createLogger } from '@simlane/service-kit/logger';
import { runService } from '@simlane/service-kit/process';
import { createServiceClient } from '@simlane/service-kit/service-client';
import { createServiceTokens } from '@simlane/service-kit/service-tokens';
import { readWorkerConfig } from './config.ts';
import { serveHealth } from './health.ts';
import { createPortionActivities } from './portions.activities.ts';
import { createQrCodeActivities } from './qr-code.activities.ts';
import { createServiceCallsActivities } from './service-calls.activities.ts';
import { createServiceReconciliationActivities } from './service-reconciliation.activities.ts';
import { createSimReplacementActivities } from './sim-replacement.activities.ts';
import { createSimServicesActivities } from './sim-services.activities.ts';
import { createWorker, IDLE_WORKER } from './worker.ts';

/** A step may ask the provider twice, which takes up to 15 s each, and order answers only when it has the answers. */
const CALL_TIMEOUT_MS = 40_000;

await runService({
  name: 'worker',
  start: async (onClose) => {
    const config = readWorkerConfig(process.env);
    const logger = createLogger({ name: 'worker', level: config.LOG_LEVEL });
    const tokens = createServiceTokens({
      tokenUrl: config.OIDC_TOKEN_URL,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
    });
    const clientOf = (name: string, baseUrl: string) => {
      const client = createServiceClient({ name, baseUrl, tokens, timeoutMs: CALL_TIMEOUT_MS });
      onClose(async () => client.close());
      return client;
    };
    const inventory = clientOf('inventory', config.INVENTORY_INTERNAL_URL);
    const order = clientOf('order', config.ORDER_INTERNAL_URL);
    const notification = clientOf('notification', config.NOTIFICATION_INTERNAL_URL);
    const activities = {
      ...createSimReplacementActivities({ inventory, order, notification }),
      ...createQrCodeActivities({ inventory, notification }),
      ...createSimServicesActivities({ inventory, order }),
      ...createServiceCallsActivities({ inventory, order }),
      ...createPortionActivities({ inventory }),
      ...createServiceReconciliationActivities({ inventory, order }),
    };
    const worker = config.READ_ONLY ? IDLE_WORKER : await createWorker({ config, logger, activities });
    onClose(() => worker.stop());
    await serveHealth({
      logger,
      host: config.HOST,
      port: config.PORT,
      isRunning: worker.isRunning,
      reachTemporal: worker.reachTemporal,
      onClose,
    });
    worker.run();
  },
});

import { createDueLoop } from '@simlane/service-kit/due-loop';
import { createLogger } from '@simlane/service-kit/logger';
import { createMailedLinks } from '@simlane/service-kit/mailed-link';
import { migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { buildApp } from './app.ts';
import { readNotificationConfig } from './config.ts';
import { APP_ROLE, type NotificationDatabase } from './database.ts';
import { createDeliveryHandler } from './delivery.service.ts';
import { DELIVERY } from './delivery.ts';
import { createMailMaker } from './mail-maker.ts';
import { migrations } from './migrations/index.ts';
import { createSesEmailSender } from './ses-email-sender.ts';
import { createHttpSigningCertificates } from './ses-events/http-signing-certificates.ts';
import { createReturnedMailHandler, RETURNED_MAIL } from './ses-events/returned-mail.service.ts';
import { createTemporalQrRequestWorkflow } from './ses-events/temporal-qr-request-workflow.ts';

await runService({
  name: 'notification',
  start: async (onClose) => {
    const config = readNotificationConfig(process.env);
    const logger = createLogger({ name: 'notification', level: config.LOG_LEVEL });
    if (!config.READ_ONLY) await migrate({ url: config.MIGRATION_DATABASE_URL, appRole: APP_ROLE, migrations, logger });
    const db = createDatabase<NotificationDatabase>(
      createPool({ url: config.DATABASE_URL, name: 'notification', logger }),
    );
    onClose(() => db.destroy());
    const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE });
    onClose(() => temporal.close());
    const sender = createSesEmailSender({
      region: config.AWS_REGION,
      endpoint: config.SES_ENDPOINT,
      accessKeyId: config.AWS_ACCESS_KEY_ID,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
    });
    onClose(async () => sender.close());
    const mails = createMailMaker({
      from: config.MAIL_FROM,
      links: createMailedLinks(config.LINK_KEYS),
      inventoryUrl: config.INVENTORY_PUBLIC_URL,
    });
    const workflow = createTemporalQrRequestWorkflow({ temporal, taskQueue: config.TEMPORAL_TASK_QUEUE });
    const loop = createDueLoop({
      db,
      logger,
      handlers: {
        [DELIVERY]: createDeliveryHandler({ db, logger, sender, mails }),
        [RETURNED_MAIL]: createReturnedMailHandler({ db, workflow }),
      },
    });
    onClose(() => loop.stop());
    const app = await buildApp({
      db,
      logger,
      tokens: createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL }),
      mails,
      topicArn: config.SES_EVENTS_TOPIC_ARN,
      certificates: createHttpSigningCertificates(),
      onDue: () => loop.kick(),
      readOnly: config.READ_ONLY,
    });
    const internalUrl = await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    const publicUrl = await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
    if (!config.READ_ONLY) loop.start();
    logger.info({ publicUrl, internalUrl }, 'listening');
  },
});

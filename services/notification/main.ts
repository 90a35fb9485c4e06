import { createDueLoop } from '@simlane/service-kit/due-loop';
import { createLogger } from '@simlane/service-kit/logger';
import { migrate } from '@simlane/service-kit/migration';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { listen, runService } from '@simlane/service-kit/process';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { buildApp } from './app.ts';
import { readNotificationConfig } from './config.ts';
import { APP_ROLE, type NotificationDatabase } from './database.ts';
import { createDeliveryHandler } from './delivery.service.ts';
import { DELIVERY } from './delivery.ts';
import { migrations } from './migrations/index.ts';
import { createSesEmailSender } from './ses-email-sender.ts';

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
    const sender = createSesEmailSender({
      region: config.AWS_REGION,
      endpoint: config.SES_ENDPOINT,
      accessKeyId: config.AWS_ACCESS_KEY_ID,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
    });
    onClose(async () => sender.close());
    const mailFrom = config.MAIL_FROM;
    const deliver = createDeliveryHandler({ db, logger, sender, mailFrom });
    const loop = createDueLoop({ db, logger, handlers: { [DELIVERY]: deliver } });
    onClose(() => loop.stop());
    const tokens = createTokenVerifier({ issuer: config.OIDC_ISSUER, jwksUrl: config.OIDC_JWKS_URL });
    const app = await buildApp({ db, logger, tokens, mailFrom, onDue: () => loop.kick(), readOnly: config.READ_ONLY });
    const internalUrl = await listen(app.internal, { host: config.HOST, port: config.INTERNAL_PORT }, onClose);
    const publicUrl = await listen(app.public, { host: config.HOST, port: config.PORT }, onClose);
    if (!config.READ_ONLY) loop.start();
    logger.info({ publicUrl, internalUrl }, 'listening');
  },
});

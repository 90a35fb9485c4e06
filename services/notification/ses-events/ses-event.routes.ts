import { notificationInternalRoutes } from '@simlane/contracts/http/notification';
import { serveRaw } from '@simlane/service-kit/raw-routes';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { listReturns, recordReturnsTold } from './returned-mail.service.ts';
import { type SesEventDependencies, takeInSnsMessage } from './ses-event.service.ts';

/** The largest message of SNS. */
const LARGEST_SNS_MESSAGE_BYTES = 256 * 1024;

export const addSesEventRoutes = (
  app: { public: FastifyInstance; internal: FastifyInstance },
  dependencies: SesEventDependencies,
): void => {
  const { db } = dependencies;
  serveRaw(
    app.public,
    {
      method: 'POST',
      path: '/notifications/v1/ses-events',
      summary: 'What became of mails, as SES tells it through a topic of Amazon SNS (signed)',
      tag: 'SES events',
      bodyLimitBytes: LARGEST_SNS_MESSAGE_BYTES,
    },
    async ({ rawBody }) => {
      await takeInSnsMessage(dependencies, rawBody);
      return {};
    },
  );
  serveInternal(app.internal, notificationInternalRoutes.listReturns, async ({ caller, params }) => {
    const returns = await listReturns(db, caller.accountId, params.requestId);
    return {
      returns: returns.map(({ messageId, email, as, at }) => ({ messageId, email, as, at: at.toISOString() })),
    };
  });
  serveInternal(app.internal, notificationInternalRoutes.recordReturnsTold, ({ caller, params, body }) =>
    recordReturnsTold(db, caller.accountId, params.requestId, body.returns),
  );
};

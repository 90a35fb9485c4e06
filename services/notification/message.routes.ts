import { notificationInternalRoutes, notificationRoutes } from '@simlane/contracts/http/notification';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from './database.ts';
import type { MailMaker } from './mail-maker.ts';
import { getMessage, pageOfMessages, putMessage } from './message.service.ts';

export const addMessageRoutes = (
  app: { public: FastifyInstance; internal: FastifyInstance },
  dependencies: { db: Db; mails: MailMaker; onDue: () => void },
): void => {
  const { db, onDue } = dependencies;
  servePublic(app.public, notificationRoutes.listMessages, ({ caller, query }) =>
    pageOfMessages(db, caller.accountId, query),
  );
  servePublic(app.public, notificationRoutes.getMessage, ({ caller, params }) =>
    getMessage(db, caller.accountId, params.id),
  );
  serveInternal(app.internal, notificationInternalRoutes.putMessage, async ({ caller, params, body }) => {
    await putMessage(dependencies, caller.accountId, { id: params.messageId, body });
    onDue();
    return { messageId: params.messageId };
  });
};

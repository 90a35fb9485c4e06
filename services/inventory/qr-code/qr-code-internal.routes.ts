import { qrCodeInternalRoutes } from '@simlane/contracts/http/qr-code-internal';
import { invalidRequest } from '@simlane/service-kit/problem';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { QrCodes } from './import.service.ts';
import { importOrderedCode, requestForOrder, requestOutlook } from './ordered-code.service.ts';
import {
  claimRequest,
  mailsOfNotification,
  recordNotificationSent,
  recordReturns,
  recordStep,
  stepMails,
} from './request-steps.service.ts';

/** What the workflows of requests and notifications, and order, ask for. */
export const addQrCodeInternalRoutes = (app: FastifyInstance, qrCodes: QrCodes): void => {
  const { db, catalog } = qrCodes;
  serveInternal(app, qrCodeInternalRoutes.claimRequest, ({ params, caller: { accountId } }) =>
    claimRequest(db, { accountId, ...params }),
  );
  serveInternal(app, qrCodeInternalRoutes.getStepMails, async ({ params, caller: { accountId } }) => ({
    messages: await stepMails(db, { accountId, requestId: params.requestId }, params.step),
  }));
  serveInternal(app, qrCodeInternalRoutes.recordStep, ({ params, body, caller: { accountId } }) =>
    recordStep(db, { accountId, requestId: params.requestId }, { step: params.step, messageIds: body.messageIds }),
  );
  serveInternal(app, qrCodeInternalRoutes.recordReturns, ({ params, body, caller: { accountId } }) =>
    recordReturns(db, { accountId, ...params }, body.returns),
  );
  serveInternal(app, qrCodeInternalRoutes.getNotificationMail, async ({ params, caller: { accountId } }) => ({
    messages: await mailsOfNotification(db, accountId, params.notificationId),
  }));
  serveInternal(app, qrCodeInternalRoutes.recordNotificationSent, ({ params, body, caller: { accountId } }) =>
    recordNotificationSent(db, { accountId, id: params.notificationId }, body.messageIds),
  );
  serveInternal(app, qrCodeInternalRoutes.getRequestOutlook, async ({ params, query, caller }) => {
    const { accountId, actor } = caller;
    if (actor === undefined) {
      throw invalidRequest([{ pointer: '', detail: 'The header Simlane-Actor must name the person who acts' }]);
    }
    return { conditions: await requestOutlook({ db, catalog }, { accountId, actor }, { ...params, ...query }) };
  });
  serveInternal(app, qrCodeInternalRoutes.importOrderedCode, ({ params, body, caller: { accountId } }) => {
    const { factId, occurredAt, activationCode, orderedBy } = body;
    return importOrderedCode(
      qrCodes,
      { accountId, orderId: params.orderId, factId, orderedBy },
      { activationCode, occurredAt },
    );
  });
  serveInternal(app, qrCodeInternalRoutes.requestForOrder, ({ params, body, caller: { accountId } }) =>
    requestForOrder(qrCodes, { accountId, orderId: params.orderId, ...body }),
  );
};

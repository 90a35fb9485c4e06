/**
 * The steps of a request for a QR code, and of a notification that belongs to none, over the services' HTTP APIs.
 * Inventory says which mails are to be sent and under which ids, notification sends each once, inventory records it.
 * All calls are idempotent, so a step can be repeated from its beginning at any point.
 */
import type { QrCodeActivities, QrRequestRef } from '@simlane/contracts/activities';
import { notificationInternalRoutes } from '@simlane/contracts/http/notification';
import { type MessageToSend, qrCodeInternalRoutes } from '@simlane/contracts/http/qr-code-internal';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import { ignoreIfToldBefore } from './told-before.ts';

export const createQrCodeActivities = ({
  inventory,
  notification,
}: {
  readonly inventory: ServiceClient;
  readonly notification: ServiceClient;
}): QrCodeActivities => {
  /** Each once, however often this is tried; links in them are made when they are sent. */
  const send = async (accountId: string, messages: readonly MessageToSend[]): Promise<string[]> => {
    for (const { messageId, content, recipients } of messages) {
      await notification
        .call(notificationInternalRoutes.putMessage, {
          accountId,
          params: { messageId },
          body: { content, recipients },
        })
        .catch(ignoreIfToldBefore);
    }
    return messages.map(({ messageId }) => messageId);
  };

  /** What came back goes to inventory first: what it does not have, notification goes on telling. */
  const passOnReturns = async ({ accountId, requestId }: QrRequestRef): Promise<void> => {
    const params = { requestId };
    const { returns } = await notification.call(notificationInternalRoutes.listReturns, { accountId, params });
    if (returns.length === 0) return;
    await inventory.call(qrCodeInternalRoutes.recordReturns, { accountId, params, body: { returns } });
    const told = returns.map(({ messageId, email }) => ({ messageId, email }));
    await notification.call(notificationInternalRoutes.recordReturnsTold, {
      accountId,
      params,
      body: { returns: told },
    });
  };

  return {
    claimQrRequest: async (request) => {
      await passOnReturns(request);
      const { accountId, requestId } = request;
      return inventory.call(qrCodeInternalRoutes.claimRequest, { accountId, params: { requestId } });
    },

    carryOutQrRequestStep: async ({ accountId, requestId, step }) => {
      const params = { requestId, step };
      const { messages } = await inventory.call(qrCodeInternalRoutes.getStepMails, { accountId, params });
      const messageIds = await send(accountId, messages);
      return inventory.call(qrCodeInternalRoutes.recordStep, { accountId, params, body: { messageIds } });
    },

    sendQrCodeNotification: async ({ accountId, notificationId }) => {
      const params = { notificationId };
      const { messages } = await inventory.call(qrCodeInternalRoutes.getNotificationMail, { accountId, params });
      // Also where there is no mail any more, because the code was replaced or the link revoked: then nothing is owed.
      const messageIds = await send(accountId, messages);
      await inventory.call(qrCodeInternalRoutes.recordNotificationSent, { accountId, params, body: { messageIds } });
    },
  };
};

import {
  QR_CODE_NOTIFICATION_WORKFLOW,
  QR_CODE_REQUEST_WORKFLOW,
  QR_REQUEST_CHANGED_SIGNAL,
  type QrCodeNotificationInput,
  type QrCodeRequestInput,
  qrCodeNotificationWorkflowId,
  qrCodeRequestWorkflowId,
} from '@simlane/contracts/qr-code-request';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { QrCodeWorkflows } from './request-workflow.ts';

/** The workflows over Temporal. */
export const createTemporalQrCodeWorkflows = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): QrCodeWorkflows => {
  const requests = createDurableWorkflow<QrCodeRequestInput>({
    ...options,
    type: QR_CODE_REQUEST_WORKFLOW,
    signal: QR_REQUEST_CHANGED_SIGNAL,
  });
  const notifications = createDurableWorkflow<QrCodeNotificationInput>({
    ...options,
    type: QR_CODE_NOTIFICATION_WORKFLOW,
  });
  return {
    wakeRequest: ({ accountId, id, simId, state }, { again }) =>
      requests.wake(
        {
          workflowId: qrCodeRequestWorkflowId(id),
          input: { accountId, requestId: id },
          summary: 'eSIM QR code',
          details: `Request ${id} for SIM ${simId}. Decisions about it are made through the inventory API.`,
          searchAttributes: { AccountId: accountId, Phase: state },
        },
        { signals: [[]], again },
      ),
    wakeNotification: ({ accountId, id }, { again }) =>
      notifications.wake(
        {
          workflowId: qrCodeNotificationWorkflowId(id),
          input: { accountId, notificationId: id },
          summary: 'eSIM QR code: notification',
          details: `Notification ${id} of a QR code that nobody has requested.`,
          searchAttributes: { AccountId: accountId },
        },
        { signals: [], again },
      ),
  };
};

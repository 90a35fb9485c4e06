/** Tells somebody of a QR code that nobody has requested: one mail, and the end. */
import type { QrCodeActivities } from '@simlane/contracts/activities';
import type { QrCodeNotificationInput } from '@simlane/contracts/qr-code-request';
import { proxyActivities } from '@temporalio/workflow';
import { STEP } from './activity-options.ts';

const { sendQrCodeNotification } = proxyActivities<QrCodeActivities>({ ...STEP, summary: 'Mail the notification' });

export async function qrCodeNotification(notification: QrCodeNotificationInput): Promise<void> {
  await sendQrCodeNotification(notification);
}

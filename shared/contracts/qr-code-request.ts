/** The messages of the workflow that carries one request for an eSIM QR code: asked, chased, imported, notified. Ids and states only. */
import type { QrRequestEnd } from './qr-code.ts';

export const QR_CODE_REQUEST_WORKFLOW = 'qrCodeRequest';
/** The request has changed, or a mail of it came back: the run is to look again. Says nothing; what is so is read. */
export const QR_REQUEST_CHANGED_SIGNAL = 'qrRequestChanged';
export const QR_REQUEST_PROGRESS_QUERY = 'progress';

export const qrCodeRequestWorkflowId = (requestId: string): `qr-code-request/${string}` =>
  `qr-code-request/${requestId}`;

export interface QrCodeRequestInput {
  readonly accountId: string;
  readonly requestId: string;
}

/** What the request is owed next; one of these is one activity. */
export const QR_REQUEST_STEPS = [
  /** The mails of the newest sending, to contacts and CC. */
  'mail_request',
  'mail_reminder',
  /** 30 days have passed. */
  'expire',
  /** A contact is told why what he sent was refused. */
  'mail_refusal',
  /** The manager is told that a mail to a contact came back. */
  'mail_bounce',
  /** The notification of the code, by hand or because 15 minutes have passed. */
  'mail_notification',
] as const;
export type QrRequestStep = (typeof QR_REQUEST_STEPS)[number];

/** Where the request stands. */
export interface QrRequestClaim {
  readonly state: 'open' | 'ended';
  readonly endReason: QrRequestEnd | null;
  /** Null: nothing is to be done now. */
  readonly owed: QrRequestStep | null;
  /** When something is owed next, RFC 3339; null: nothing ever is, unless somebody acts. */
  readonly owedAt: string | null;
}

/** What the run ends with: why the request did. */
export type QrCodeRequestResult = QrRequestEnd;

export interface QrCodeRequestProgress {
  readonly state: 'open' | 'ended';
  readonly owed: QrRequestStep | null;
  readonly owedAt: string | null;
}

/** A notification of a code that nobody has requested: sent by a user who imported it, or because it came with a signal. */
export const QR_CODE_NOTIFICATION_WORKFLOW = 'qrCodeNotification';

export const qrCodeNotificationWorkflowId = (notificationId: string): `qr-code-notification/${string}` =>
  `qr-code-notification/${notificationId}`;

export interface QrCodeNotificationInput {
  readonly accountId: string;
  readonly notificationId: string;
}

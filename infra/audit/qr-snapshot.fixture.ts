/** QR codes in which nothing is wrong: a request that was answered and told of, and one that is open. */
import type { InventorySnapshot, TimelineRow } from './snapshot.ts';

export const soundQrCodes = ({
  accountId,
  earlier,
  later,
}: {
  readonly accountId: string;
  readonly earlier: Date;
  readonly later: Date;
}): Pick<
  InventorySnapshot,
  'files' | 'qrCodes' | 'qrRequests' | 'qrContacts' | 'qrLinks' | 'qrNotifications' | 'due'
> => {
  const request = {
    accountId,
    orderId: null,
    sendings: 1,
    mailedSending: 1,
    sentAt: earlier,
    reminders: 0,
    createdAt: earlier,
    expiresAt: later,
  };
  return {
    files: [{ accountId, id: 'file', objectKey: 'object-of-file', state: 'stored', objectSha256: 'hash-of-file' }],
    qrCodes: [
      {
        accountId,
        id: 'code',
        simId: 'new-of-done',
        state: 'current',
        fileId: 'file',
        requestId: 'answered-request',
        waited: false,
        becameAt: earlier,
        decidedAt: null,
        endedAt: null,
        refusalMailed: false,
      },
    ],
    qrRequests: [
      {
        ...request,
        id: 'answered-request',
        simId: 'new-of-done',
        state: 'ended',
        endReason: 'code_imported',
        endedAt: earlier,
      },
      { ...request, id: 'open-request', simId: 'new-of-going', state: 'open', endReason: null, endedAt: null },
    ],
    qrContacts: [{ accountId, requestId: 'open-request', returnedAt: null, returnTold: false }],
    qrLinks: [
      { accountId, id: 'upload-link', requestId: 'open-request', qrCodeId: null },
      { accountId, id: 'download-link', requestId: null, qrCodeId: 'code' },
    ],
    qrNotifications: [
      {
        accountId,
        id: 'notification',
        qrCodeId: 'code',
        requestId: 'answered-request',
        linkId: 'download-link',
        createdAt: earlier,
        sentAt: earlier,
      },
    ],
    due: [
      {
        accountId,
        id: 'open-request',
        service: 'inventory',
        kind: 'qr_request',
        dueAt: later,
        tries: 0,
        lastError: null,
      },
    ],
  };
};

type Entry = readonly [type: 'sim' | 'qr_request', subjectId: string, event: string, about: string | null];

const ENTRIES: readonly Entry[] = [
  ['qr_request', 'answered-request', 'qr_requested', null],
  ['sim', 'new-of-done', 'qr_requested', 'answered-request'],
  ['qr_request', 'answered-request', 'qr_request_ended', 'code'],
  ['sim', 'new-of-done', 'qr_request_ended', 'answered-request'],
  ['sim', 'new-of-done', 'qr_code_imported', 'code'],
  ['sim', 'new-of-done', 'qr_notification_requested', 'notification'],
  ['sim', 'new-of-done', 'qr_notification_sent', 'notification'],
  ['qr_request', 'open-request', 'qr_requested', null],
  ['sim', 'new-of-going', 'qr_requested', 'open-request'],
];

export const soundQrTimeline = (accountId: string): TimelineRow[] =>
  ENTRIES.map(([subjectType, subjectId, event, about]) => ({
    accountId,
    id: `entry-${event}-${subjectId}`,
    subjectType,
    subjectId,
    orderId: null,
    event,
    about,
  }));

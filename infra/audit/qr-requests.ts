/**
 * What requests for QR codes and notifications are owed, once more and on purpose not imported from where inventory
 * has it: an auditor that asked the audited would agree with every mistake.
 */
import { qrCodeNotificationWorkflowId, qrCodeRequestWorkflowId } from '@simlane/contracts/qr-code-request';
import { broken, type Finding, settling } from './finding.ts';
import type { InventorySnapshot, QrCodeRow, QrNotificationRow, QrRequestRow, Snapshot } from './snapshot.ts';

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** After a sending: the first and the second reminder. */
const REMINDED_AFTER_MS = [2 * DAY_MS, 5 * DAY_MS] as const;
/** Whoever asked is told by then, if nobody has told anybody. */
const TOLD_AFTER_MS = 15 * MINUTE_MS;
/** A workflow that runs is not enough: what is owed is to be done within a minute. */
const DONE_WITHIN_MS = MINUTE_MS;

/** Since when, or from when on, the request is owed something; null where it never is unless somebody acts. */
const owedFrom = (request: QrRequestRow, inventory: InventorySnapshot): Date | null => {
  const times = [...owedTimes(request, inventory)];
  return times.length === 0 ? null : new Date(Math.min(...times));
};

/** Since when the request is owed something; null where it is owed nothing by then. */
export const owedSince = (request: QrRequestRow, inventory: InventorySnapshot, now: Date): Date | null => {
  const from = owedFrom(request, inventory);
  return from !== null && from <= now ? from : null;
};

function* owedTimes(request: QrRequestRow, { qrCodes, qrContacts, qrNotifications }: InventorySnapshot) {
  const own = qrCodes.filter(({ requestId }) => requestId === request.id);
  for (const code of own) {
    if (code.state === 'refused' && !code.refusalMailed) yield timeOf(code.endedAt);
  }
  for (const { requestId, returnedAt, returnTold } of qrContacts) {
    if (requestId === request.id && returnedAt !== null && !returnTold) yield returnedAt.getTime();
  }
  if (request.state === 'open') {
    // Of a repeated sending the time is not on the row; that it is owed is.
    if (request.mailedSending < request.sendings) yield timeOf(request.sentAt ?? request.createdAt);
    const remindAfter = REMINDED_AFTER_MS[request.reminders];
    if (request.sentAt !== null && remindAfter !== undefined) yield request.sentAt.getTime() + remindAfter;
    yield request.expiresAt.getTime();
    return;
  }
  const code = endingCode(request, qrCodes);
  if (request.endReason !== 'code_imported' || code === undefined) return;
  const notifications = qrNotifications.filter(({ qrCodeId }) => qrCodeId === code.id);
  for (const { requestId, sentAt, createdAt } of notifications) {
    if (requestId === request.id && sentAt === null) yield createdAt.getTime();
  }
  if (notifications.length === 0) yield code.becameAt.getTime() + TOLD_AFTER_MS;
}

const timeOf = (time: Date | null): number => time?.getTime() ?? 0;

/** The code that ended the request, if it is still the SIM's. */
const endingCode = (request: QrRequestRow, codes: readonly QrCodeRow[]): QrCodeRow | undefined =>
  codes.find(
    ({ simId, state, becameAt }) =>
      simId === request.simId && state === 'current' && becameAt.getTime() <= timeOf(request.endedAt),
  );

/** A notification that no request carries and that has not been sent. */
export const isOwnWork = ({ requestId, sentAt }: QrNotificationRow): boolean => requestId === null && sentAt === null;

/** Invariant 9 for QR codes: what is open or owed has a due row, and what is owed a workflow that runs and gets on. */
export const checkQrWork = ({ readAt, inventory, running }: Snapshot): Finding[] => {
  const due = new Set(inventory.due.map(({ kind, id }) => `${kind} ${id}`));
  const late = (what: string, since: Date, row: { accountId: string }): Finding[] =>
    readAt.getTime() - since.getTime() > DONE_WITHIN_MS
      ? [settling(9, row, `${what} is owed something for more than a minute`)]
      : [];
  return [
    ...inventory.qrRequests.flatMap((request): Finding[] => {
      const what = `QR request ${request.id}`;
      const since = owedSince(request, inventory, readAt);
      const isDue = due.has(`qr_request ${request.id}`);
      return [
        ...(isDue || owedFrom(request, inventory) === null
          ? []
          : [broken(9, request, `${what} is ${request.state} and nothing is due for it`)]),
        ...(since === null || running.has(qrCodeRequestWorkflowId(request.id))
          ? []
          : [settling(9, request, `${what} is owed something, and its workflow does not run`)]),
        ...(since === null ? [] : late(what, since, request)),
      ];
    }),
    ...inventory.qrNotifications.filter(isOwnWork).flatMap((notification): Finding[] => {
      const what = `QR notification ${notification.id}`;
      return [
        ...(due.has(`qr_notification ${notification.id}`)
          ? []
          : [broken(9, notification, `${what} is not sent and nothing is due for it`)]),
        ...(running.has(qrCodeNotificationWorkflowId(notification.id))
          ? []
          : [settling(9, notification, `${what} is not sent, and its workflow does not run`)]),
        ...late(what, notification.createdAt, notification),
      ];
    }),
    ...inventory.files
      .filter(({ id, state }) => state === 'writing' && !due.has(`unkept_file ${id}`))
      .map((file) => broken(9, file, `file ${file.id} is not kept and nothing is due for it`)),
  ];
};

/** Invariant 8 for QR codes: each change of state has its one entry on each timeline it belongs to, each mail its message. */
export const checkQrHistory = ({ inventory, notification }: Snapshot): Finding[] => {
  const entries = Map.groupBy(inventory.timeline, ({ subjectId }) => subjectId);
  const told = new Set(notification.messages.map(({ objectId }) => objectId));
  const expect = (row: { accountId: string }, subject: string, expected: readonly Expected[]): Finding[] =>
    expected.flatMap(([event, times, of]) => {
      const found = (entries.get(subject) ?? []).filter(
        (entry) => entry.event === event && (of === null || entry.about === of),
      );
      if (found.length === times) return [];
      return [
        broken(
          8,
          row,
          `${found.length} entries ${event}${of === null ? '' : ` of ${of}`} on the timeline of ${subject}, not ${times}`,
        ),
      ];
    });
  return [
    ...inventory.qrRequests.flatMap((request): Finding[] => {
      const { id, simId, state, sendings, mailedSending } = request;
      const isEnded = state === 'ended' ? 1 : 0;
      return [
        ...expect(request, id, [
          ['qr_requested', 1, null],
          ['qr_request_sent_again', sendings - 1, null],
          ['qr_request_ended', isEnded, null],
        ]),
        ...expect(request, simId, [
          ['qr_requested', 1, id],
          ['qr_request_ended', isEnded, id],
        ]),
        ...(mailedSending === 0 || told.has(id)
          ? []
          : [broken(8, request, `QR request ${id} is sent, and there is no message`)]),
      ];
    }),
    ...inventory.qrCodes.flatMap((code) =>
      expect(code, code.simId, [
        ['qr_code_imported', code.waited ? 0 : 1, code.id],
        ['qr_code_waiting', code.waited ? 1 : 0, code.id],
        ['qr_code_accepted', code.waited && code.decidedAt !== null && code.state !== 'refused' ? 1 : 0, code.id],
        ['qr_code_refused', code.state === 'refused' ? 1 : 0, code.id],
        ['qr_code_ended', code.state === 'history' ? 1 : 0, code.id],
      ]),
    ),
    ...inventory.qrNotifications.flatMap((one) => {
      const simId = inventory.qrCodes.find(({ id }) => id === one.qrCodeId)?.simId;
      if (simId === undefined) return [];
      return expect(one, simId, [
        ['qr_notification_requested', 1, one.id],
        ['qr_notification_sent', one.sentAt === null ? 0 : 1, one.id],
      ]);
    }),
  ];
};

/** The event, how often it is told, and what it is about where a timeline has several of them. */
type Expected = readonly [event: string, times: number, about: string | null];

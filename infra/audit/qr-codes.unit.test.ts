import { describe, expect, it } from 'vitest';
import { findingsIn } from './audit.ts';
import type { Snapshot } from './snapshot.ts';
import { MAILBOX_SINCE, OTHER_ACCOUNT, READ_AT, soundSnapshot } from './snapshot.fixture.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- rows are changed in place to what no type would let be written
type Row = any;
type Loose = { [K in Exclude<keyof Snapshot, 'running'>]: Row } & { running: ReadonlySet<string> };

const found = (plant: (snapshot: Loose) => void): string[] => {
  const snapshot = soundSnapshot();
  plant(snapshot);
  return findingsIn(snapshot, MAILBOX_SINCE).map(({ invariant, state, what }) => `${invariant} ${state}: ${what}`);
};

const row = (rows: readonly Row[], id: string): Row => rows.find((one) => one.id === id);
const ago = (minutes: number): Date => new Date(READ_AT.getTime() - minutes * 60_000);
const DAY_MINUTES = 24 * 60;

describe('the auditor sees', () => {
  it.each<[string, (snapshot: Loose) => void, string[]]>([
    ['a file whose object is gone', (snapshot) => (snapshot.objects = []), ['5 broken: file file has no object']],
    [
      'a file whose object was changed',
      ({ objects }) => (objects[0].sha256 = 'other'),
      ['5 broken: the object of file file is not what was written'],
    ],
    [
      'an object that is older than an hour and has no row',
      ({ objects }) => objects.push({ key: 'lost', sha256: '', writtenAt: ago(61) }),
      ['5 settling: object lost has no row'],
    ],
    [
      'a QR code whose file is not kept, and which nobody will remove',
      ({ inventory }) => (inventory.files[0].state = 'writing'),
      [
        '5 broken: QR code code came as file file, which is not kept',
        '9 broken: file file is not kept and nothing is due for it',
      ],
    ],
    [
      'a second mail to a contact after one hand-over',
      ({ mails }) => mails.push({ ...mails[1], id: 'ses-again' }),
      ['4 broken: 2 mails to recipient asked after 1 hand-overs'],
    ],
    [
      'a due row of inventory that nobody has looked at',
      ({ inventory }) => (inventory.due[0].dueAt = ago(2)),
      ["6 settling: inventory's due row qr_request open-request is overdue for 120 s"],
    ],
    [
      "a request for another account's SIM, and a code of it",
      ({ inventory }) => {
        row(inventory.qrRequests, 'open-request').accountId = OTHER_ACCOUNT;
      },
      [
        "7 broken: inventory's due row qr_request open-request points to qr_request open-request of account account-2",
        '7 broken: timeline entry entry-qr_requested-open-request points to qr_request open-request of account account-2',
        '7 broken: QR request open-request points to sim new-of-going of account account-1',
        '7 broken: a contact points to qr_request open-request of account account-2',
        '7 broken: link upload-link points to qr_request open-request of account account-2',
        '7 broken: message asking points to qr_request open-request of account account-2',
      ],
    ],
    [
      'a request whose end is not told',
      ({ inventory }) =>
        (inventory.timeline = inventory.timeline.filter(({ event }: Row) => event !== 'qr_request_ended')),
      [
        '8 broken: 0 entries qr_request_ended on the timeline of answered-request, not 1',
        '8 broken: 0 entries qr_request_ended of answered-request on the timeline of new-of-done, not 1',
      ],
    ],
    [
      'a code that is told to be imported twice, and a notification that was never asked for',
      ({ inventory }) => {
        inventory.timeline.push(row(inventory.timeline, 'entry-qr_code_imported-new-of-done'));
        row(inventory.timeline, 'entry-qr_notification_requested-new-of-done').about = 'another';
      },
      [
        '8 broken: 2 entries qr_code_imported of code on the timeline of new-of-done, not 1',
        '8 broken: 0 entries qr_notification_requested of notification on the timeline of new-of-done, not 1',
      ],
    ],
    [
      'a request that is sent without a message',
      ({ notification }) => notification.messages.splice(2, 1),
      ['8 broken: QR request answered-request is sent, and there is no message'],
    ],
    [
      'an open request that nobody will look at',
      ({ inventory }) => void inventory.due.shift(),
      ['9 broken: QR request open-request is open and nothing is due for it'],
    ],
    [
      'a request whose reminder is owed, without a workflow that runs',
      ({ inventory }) => (row(inventory.qrRequests, 'open-request').sentAt = ago(3 * DAY_MINUTES)),
      [
        '9 settling: QR request open-request is owed something, and its workflow does not run',
        '9 settling: QR request open-request is owed something for more than a minute',
      ],
    ],
    [
      'a workflow that runs, and does not tell whoever asked',
      (snapshot) => {
        snapshot.inventory.qrNotifications = [];
        snapshot.inventory.due.push({ ...snapshot.inventory.due[0], id: 'answered-request' });
        snapshot.running = new Set([...snapshot.running, 'qr-code-request/answered-request']);
      },
      ['9 settling: QR request answered-request is owed something for more than a minute'],
    ],
    [
      'a notification of no request that nobody sends',
      ({ inventory }) => {
        Object.assign(inventory.qrNotifications[0], { requestId: null, sentAt: null, createdAt: READ_AT });
        inventory.timeline = inventory.timeline.filter(({ event }: Row) => event !== 'qr_notification_sent');
      },
      [
        '9 broken: QR notification notification is not sent and nothing is due for it',
        '9 settling: QR notification notification is not sent, and its workflow does not run',
      ],
    ],
  ])('%s', (_name, plant, expected) => {
    expect(found(plant)).toEqual(expected);
  });
});

describe('no finding is', () => {
  it.each<[string, (snapshot: Loose) => void]>([
    [
      'an object without a row that was just written',
      ({ objects }) => objects.push({ key: 'new', writtenAt: ago(59) }),
    ],
    [
      'a code that came a moment ago and that nobody was told of',
      ({ inventory }) => {
        inventory.qrNotifications = [];
        Object.assign(row(inventory.qrCodes, 'code'), { becameAt: ago(1) });
        row(inventory.qrRequests, 'answered-request').endedAt = ago(1);
        inventory.due.push({ ...inventory.due[0], id: 'answered-request' });
      },
    ],
    [
      'a request that was cancelled',
      ({ inventory }) => {
        row(inventory.qrRequests, 'answered-request').endReason = 'cancelled';
      },
    ],
  ])('%s', (_name, plant) => {
    expect(found(plant)).toEqual([]);
  });
});

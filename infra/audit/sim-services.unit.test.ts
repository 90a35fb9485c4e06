import { describe, expect, it } from 'vitest';
import { findingsIn } from './audit.ts';
import type { Snapshot } from './snapshot.ts';
import { ACCOUNT, MAILBOX_SINCE, OTHER_ACCOUNT, READ_AT, soundSnapshot } from './snapshot.fixture.ts';

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
const forget = ({ inventory }: Loose, kind: string, id: string): void => {
  inventory.due = inventory.due.filter((due: Row) => due.kind !== kind || due.id !== id);
};

describe('the auditor sees', () => {
  it.each<[string, (snapshot: Loose) => void, string[]]>([
    [
      'a service change that the provider has taken twice, under a key that is not its own',
      ({ provider }) => Object.assign(provider.serviceChanges[0], { accepted: 2, key: 'other' }),
      [
        '1 broken: the provider has taken service change taken-change 2 times',
        '1 broken: service change taken-change was sent under the key other',
      ],
    ],
    [
      'a difference for which nothing is due',
      (snapshot) => {
        row(snapshot.inventory.services, 'old-of-going').call = null;
        forget(snapshot, 'sim_services', 'old-of-going');
      },
      ['9 broken: something of what SIM old-of-going may do is owed, and nothing is due for it'],
    ],
    [
      'an open call for which nothing is due',
      (snapshot) => {
        row(snapshot.inventory.services, 'old-of-going').differs = false;
        forget(snapshot, 'sim_services', 'old-of-going');
      },
      ['9 broken: something of what SIM old-of-going may do is owed, and nothing is due for it'],
    ],
    [
      'a deviation that nobody will end',
      (snapshot) => forget(snapshot, 'sim_services', 'new-of-done'),
      ['9 broken: something of what SIM new-of-done may do is owed, and nothing is due for it'],
    ],
    [
      'plans that nobody will turn, and services that nobody will compare',
      (snapshot) => {
        forget(snapshot, 'scheduled_plans', ACCOUNT);
        forget(snapshot, 'service_reconciliation', ACCOUNT);
      },
      [
        '9 broken: plans are scheduled, and nothing is due for them',
        '9 broken: SIMs have services, and nothing is due to compare them',
        '9 broken: reconciliation account-1 is asked for, and nothing is due for it',
      ],
    ],
    [
      'a plan and a deviation that are long past',
      ({ inventory }) => {
        const services = row(inventory.services, 'new-of-done');
        services.scheduledAt = ago(DAY_MINUTES + 1);
        services.deviationEndsAt = ago(61);
      },
      [
        '9 settling: the plan of SIM new-of-done was due at 2026-11-20T11:59:00.000Z and is not wanted yet',
        '9 settling: the deviation of SIM new-of-done was to end at 2026-11-21T10:59:00.000Z',
      ],
    ],
    [
      'a call that was never sent',
      ({ order }) => void order.serviceCalls.pop(),
      ['9 settling: SIM old-of-going waits for service call open-change, which was never sent'],
    ],
    [
      'a SIM that waits for a call which is answered and taken',
      ({ order }) => Object.assign(row(order.serviceCalls, 'answered-call'), { isSettled: true, untaken: false }),
      ['10 broken: SIM old-of-going waits for service call open-change, which is answered'],
    ],
    [
      'a SIM that is to do something else than its profile and does not deviate',
      ({ inventory }) => (row(inventory.services, 'new-of-done').deviates = false),
      ['10 broken: SIM new-of-done is to do something else than its profile, and does not deviate'],
    ],
    [
      'changes that wait for nothing',
      ({ inventory }) => {
        Object.assign(row(inventory.services, 'old-of-going'), { differs: false, call: null });
        row(inventory.services, 'new-of-done').scheduledAt = null;
      },
      [
        '10 broken: service change pending-change is pending, and nothing of SIM old-of-going is',
        '10 broken: service change scheduled-change is scheduled, and nothing of SIM new-of-done is',
      ],
    ],
    [
      'a drift proposal about what is not confirmed',
      ({ inventory }) => (row(inventory.driftProposals, 'open-drift').isOfConfirmed = false),
      ['10 broken: drift proposal open-drift names as ours what is not confirmed'],
    ],
    [
      'an open drift proposal of a SIM that has ended',
      ({ inventory }) => (row(inventory.services, 'new-of-done').isInUse = false),
      [
        '10 broken: service change scheduled-change is scheduled, and nothing of SIM new-of-done is',
        '10 broken: drift proposal open-drift is open of a SIM that has ended',
      ],
    ],
    [
      'a decision that is not told, and one that was not made',
      ({ inventory }) => {
        row(inventory.timeline, 'entry-services_drift_taken-taken-drift').event = 'services_drift_pushed';
      },
      [
        '8 broken: SIM new-of-done has 0 entries services_drift_taken of drift proposal taken-drift, not 1',
        '8 broken: SIM new-of-done has 1 entries services_drift_pushed of drift proposal taken-drift, not 0',
      ],
    ],
    [
      'a proposal about a SIM of another account',
      ({ inventory }) => (row(inventory.driftProposals, 'open-drift').accountId = OTHER_ACCOUNT),
      ['7 broken: drift proposal open-drift points to sim new-of-done of account account-1'],
    ],
  ])('%s', (_name, plant, expected) => {
    expect(found(plant)).toEqual(expected);
  });
});

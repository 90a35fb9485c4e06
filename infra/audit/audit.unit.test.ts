import { describe, expect, it } from 'vitest';
import { findingsIn } from './audit.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';
import { MAILBOX_SINCE, OTHER_ACCOUNT, READ_AT, soundSnapshot } from './snapshot.fixture.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- rows are changed in place to what no type would let be written
type Row = any;
type Loose = { [K in Exclude<keyof Snapshot, 'running'>]: Row } & { running: ReadonlySet<string> };

const withPlanted = (plant: (snapshot: Loose) => void): Finding[] => {
  const snapshot = soundSnapshot();
  plant(snapshot);
  return findingsIn(snapshot, MAILBOX_SINCE);
};

const shown = (findings: readonly Finding[]): string[] =>
  findings.map(({ invariant, state, what }) => `${invariant} ${state}: ${what}`);

const row = (rows: readonly Row[], id: string): Row => rows.find((one) => one.id === id || one.orderId === id);
const remove = (rows: Row[], id: string): void => void rows.splice(rows.indexOf(row(rows, id)), 1);
const fact = (id: string, changes: object): Row => ({
  accountId: 'account-1',
  id,
  orderId: 'done',
  number: 10,
  causeId: null,
  disposition: 'recorded',
  fillsIn: false,
  carriedOutAt: null,
  identifies: false,
  ...changes,
});

it('finds nothing where nothing is wrong', () => {
  expect(withPlanted(() => undefined)).toEqual([]);
});

describe('the auditor sees', () => {
  it.each<[string, (snapshot: Loose) => void, string[]]>([
    [
      'an order that its provider has accepted twice',
      ({ provider }) => (row(provider.orders, 'done').accepted = 2),
      ['1 broken: the provider has accepted it 2 times'],
    ],
    [
      'a submission under a key that is not the order’s',
      ({ provider }) => (row(provider.orders, 'done').key = 'other'),
      ['1 broken: submitted under the key other'],
    ],
    [
      'a submission that the provider does not have',
      ({ provider }) => remove(provider.orders, 'going'),
      ['1 broken: said to be submitted, and the provider does not have it'],
    ],
    [
      'an accepted order that does not exist',
      ({ provider }) => provider.orders.push({ ...provider.orders[0], orderId: 'ghost', key: 'ghost' }),
      ['1 broken: provider provider has accepted an order that does not exist'],
    ],
    [
      'an answered signal that is not stored',
      ({ order }) => (row(order.signals, 'signal-1').bodyHash = 'other'),
      ['2 broken: signal message-of-signal-1 was answered 2xx, stored 0 times'],
    ],
    [
      'an accepted signal without its fact',
      ({ order }) => (row(order.signals, 'signal-1').factId = 'none'),
      ['2 broken: signal signal-1 is accepted and has 1 facts where one is to be its own'],
    ],
    [
      'a word that was judged otherwise than the table says',
      ({ order }) => order.facts.push(fact('late', { kind: 'cancelled', disposition: 'stale' })),
      ['2 broken: fact 10 (cancelled after processed) is stale, the table says conflict'],
    ],
    [
      'an effect that was carried out twice',
      ({ order }) => order.facts.push(fact('again', { kind: 'sim_replaced', causeId: 'done-7' })),
      [
        '2 broken: fact 7 (processed) has 2 effects sim_replaced, not 1',
        '3 broken: its story goes from sim_replaced to sim_replaced',
        '8 broken: it has 2 facts sim_replaced, not 1',
      ],
    ],
    [
      'a status that the facts do not lead to',
      ({ order }) => (row(order.orders, 'going').status = 'confirmed'),
      ['3 broken: it is confirmed, by its facts in_progress', '3 settling: it is confirmed, in inventory started'],
    ],
    [
      'a line that lost its SIM',
      ({ inventory }) => (row(inventory.lines, 'line-of-going').simId = null),
      ['3 broken: line line-of-going had a SIM and has none'],
    ],
    [
      'a line that points to a SIM that does not serve',
      ({ inventory }) => (row(inventory.sims, 'old-of-going').state = 'in_stock'),
      ['3 broken: line line-of-going points to SIM old-of-going, which is in_stock'],
    ],
    [
      'an old SIM that serves on',
      ({ inventory }) => (row(inventory.sims, 'old-of-done').state = 'active'),
      ['3 broken: replaced SIM old-of-done is active'],
    ],
    [
      'a discarded SIM in a group and with an employee',
      ({ inventory }) => Object.assign(row(inventory.sims, 'old-of-done'), { groups: 2, employeeId: 'employee' }),
      [
        '3 broken: discarded SIM old-of-done is in 2 groups',
        '3 broken: discarded SIM old-of-done is with employee employee',
      ],
    ],
    [
      'a temporary eSIM of no change in flight',
      ({ inventory }) => (row(inventory.sims, 'new-of-done').state = 'temporary'),
      [
        '3 broken: line line-of-done points to SIM new-of-done, which is temporary',
        '3 broken: temporary eSIM new-of-done belongs to no change in flight',
      ],
    ],
    [
      'a second mail after one hand-over',
      ({ mails }) => mails.push({ ...mails[0], id: 'ses-2' }),
      ['4 broken: 2 mails to recipient recipient after 1 hand-overs'],
    ],
    [
      'a message said to be sent that is in no mailbox',
      ({ mails }) => remove(mails, 'ses-1'),
      ['4 broken: recipient recipient is sent, and the mail is not in the mailbox'],
    ],
    [
      'a due row that nobody has looked at',
      ({ order }) => (row(order.due, 'going').dueAt = new Date(READ_AT.getTime() - 90_000)),
      ["6 settling: order's due row order going is overdue for 90 s"],
    ],
    [
      'a due row that was tried in vain, which is for a person',
      ({ order }) => (row(order.due, 'going').tries = 20),
      ["6 stuck: order's due row order going was tried 20 times"],
    ],
    [
      'a row that points into another account',
      ({ notification }) => (notification.messages[0].accountId = OTHER_ACCOUNT),
      ['7 broken: message message points to order done of account account-1'],
    ],
    [
      'a request to the provider that is said to be carried out and has no answer',
      ({ order }) =>
        order.facts.push({
          ...row(order.facts, 'done-9'),
          id: 'done-10',
          number: 10,
          kind: 'cancellation_requested',
          disposition: 'applied',
          carriedOutAt: READ_AT,
          causeId: null,
        }),
      [
        '2 broken: fact 10 (cancellation_requested) has 0 effects cancellation_passed_on or cancellation_refused or request_overtaken, not 1',
      ],
    ],
    [
      'a change of state without its timeline entry',
      ({ inventory }) => remove(inventory.timeline, 'entry-6'),
      ['8 broken: 0 entries put_on_line on the timeline of new-of-done, not 1'],
    ],
    [
      'a manager who is told and has no message',
      ({ notification }) => remove(notification.messages, 'message'),
      ['8 broken: the manager is told, and there is no message'],
    ],
    [
      'an unfinished order that nobody will look at',
      ({ order }) => remove(order.due, 'going'),
      ['9 broken: it is in_progress and nothing is due for it'],
    ],
    [
      'an answer to a service call that no workflow will hear of',
      ({ order }) => remove(order.due, 'answered-call'),
      ['9 broken: service call answered-call has an answer that was not taken, and nothing is due for it'],
    ],
    [
      'a due row of a service call of another account',
      ({ order }) => (row(order.due, 'answered-call').accountId = OTHER_ACCOUNT),
      [
        `7 broken: order's due row service_call answered-call points to service_call answered-call of account account-1`,
      ],
    ],
    [
      'a signal about a change that has a fact',
      ({ order }) => order.facts.push(fact('odd', { kind: 'acknowledged', disposition: 'stale', causeId: 'signal-4' })),
      ['2 broken: signal signal-4 answers a change and has a fact'],
    ],
    [
      'a reservation of an order that has ended',
      ({ inventory }) => (row(inventory.replacements, 'done').state = 'reserved'),
      [
        '3 broken: it is processed, in inventory reserved',
        '8 broken: 1 entries sim_replaced on the timeline of line-of-done, not 0',
        '8 broken: 1 entries put_on_line on the timeline of new-of-done, not 0',
        '8 broken: 1 entries discarded on the timeline of old-of-done, not 0',
        '9 broken: inventory holds line line-of-done for it, and it is processed',
      ],
    ],
    [
      'work to carry out without a workflow that runs',
      (snapshot) => {
        row(snapshot.order.facts, 'going-5').carriedOutAt = null;
        remove(snapshot.order.facts, 'going-6');
        row(snapshot.order.orders, 'going').status = 'confirmed';
        snapshot.running = new Set();
      },
      [
        '3 settling: it is confirmed, in inventory started',
        '9 settling: there is something to carry out, and its workflow does not run',
        '9 settling: fact 5 (acknowledged) waits to be carried out for more than a minute',
      ],
    ],
  ])('%s', (_name, plant, expected) => {
    expect(shown(withPlanted(plant))).toEqual(expected);
  });
});

describe('work in flight is no finding, or one that may pass by itself:', () => {
  it('an order that was placed after the orders were read', () => {
    const late = new Date(READ_AT.getTime() + 1).toISOString();
    const plant = ({ provider }: Loose) =>
      provider.orders.push({ ...provider.orders[0], orderId: 'new', acceptedAt: late });
    expect(withPlanted(plant)).toEqual([]);
  });

  it('a rejected submission, which the provider does not have', () => {
    const found = withPlanted(({ order, provider }) => {
      remove(provider.orders, 'going');
      Object.assign(row(order.facts, 'going-5'), { kind: 'rejected', causeId: 'sim-replacement/going:submit' });
    });
    expect(found.filter(({ invariant }) => invariant === 1)).toEqual([]);
  });

  it('a reservation of an order that is being confirmed', () => {
    const found = withPlanted(({ order }) => (row(order.orders, 'going').status = 'confirming'));
    expect(found.filter(({ invariant }) => invariant === 9).map(({ state }) => state)).toEqual(['settling']);
  });
});

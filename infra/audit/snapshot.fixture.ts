/** A snapshot in which nothing is wrong, to plant violations in: one order processed, one in progress. */
import { createHash } from 'node:crypto';
import { soundQrCodes, soundQrTimeline } from './qr-snapshot.fixture.ts';
import {
  soundServiceCalls,
  soundServiceChanges,
  soundServices,
  soundServicesTimeline,
} from './services-snapshot.fixture.ts';
import type { FactRow, LineRow, OrderRow, ReplacementRow, SimRow, Snapshot, TimelineRow } from './snapshot.ts';

export const ACCOUNT = 'account-1';
export const OTHER_ACCOUNT = 'account-2';
export const READ_AT = new Date('2026-11-21T12:00:00Z');
export const MAILBOX_SINCE = new Date('2026-11-21T08:00:00Z');
const EARLIER = new Date('2026-11-21T10:00:00Z');
const LATER = new Date('2026-11-22T12:00:00Z');
const OF_ACCOUNT = { accountId: ACCOUNT, earlier: EARLIER, later: LATER };
const SIGNAL_BODY = '{}';

export const soundSnapshot = (): Snapshot => ({
  readAt: READ_AT,
  order: {
    orders: [order('done', { status: 'processed', managerToldAt: EARLIER }), order('going', { status: 'in_progress' })],
    facts: [
      ...facts('done', [
        ['draft_created'],
        ['confirmation_requested'],
        ['confirmed', 'applied'],
        ['submitted', 'recorded', 'done-3'],
        ['acknowledged', 'applied', 'signal-1'],
        ['temporary_esim_created', 'recorded', 'done-5'],
        ['processed', 'applied', 'signal-2'],
        ['sim_replaced', 'recorded', 'done-7'],
        ['manager_told', 'recorded', 'done'],
      ]),
      ...facts('going', [
        ['draft_created'],
        ['confirmation_requested'],
        ['confirmed', 'applied'],
        ['submitted', 'recorded', 'going-3'],
        ['acknowledged', 'applied', 'signal-3'],
        ['temporary_esim_created', 'recorded', 'going-5'],
      ]),
    ],
    signals: [
      signal('signal-1', 'done', 'done-5'),
      signal('signal-2', 'done', 'done-7'),
      signal('signal-3', 'going', 'going-5'),
      { ...signal('signal-4', null, null), changeId: 'change' },
    ],
    serviceCalls: soundServiceCalls(ACCOUNT),
    connections: [{ accountId: ACCOUNT, providerId: 'provider' }],
    due: [due('order', 'order', 'going', LATER), due('order', 'service_call', 'answered-call', LATER)],
  },
  inventory: {
    lines: [line('line-of-done', 'new-of-done'), line('line-of-going', 'old-of-going', 'going')],
    sims: [
      sim('old-of-done', 'discarded'),
      sim('new-of-done', 'active'),
      sim('old-of-going', 'active', 'going'),
      sim('new-of-going', 'temporary', 'going'),
    ],
    replacements: [replacement('done', 'committed'), replacement('going', 'started')],
    ...soundQrCodes(OF_ACCOUNT),
    ...soundServices(OF_ACCOUNT),
    serviceRollouts: [],
    due: [...soundQrCodes(OF_ACCOUNT).due, ...soundServices(OF_ACCOUNT).due],
    timeline: [
      ...soundQrTimeline(ACCOUNT),
      ...soundServicesTimeline(ACCOUNT),
      ...timeline([
        ['done', 'line', 'line-of-done', 'replacement_reserved'],
        ['done', 'sim', 'old-of-done', 'replacement_reserved'],
        ['done', 'line', 'line-of-done', 'temporary_esim_created'],
        ['done', 'sim', 'new-of-done', 'temporary_esim_created'],
        ['done', 'line', 'line-of-done', 'sim_replaced'],
        ['done', 'sim', 'new-of-done', 'put_on_line'],
        ['done', 'sim', 'old-of-done', 'discarded'],
        ['going', 'line', 'line-of-going', 'replacement_reserved'],
        ['going', 'sim', 'old-of-going', 'replacement_reserved'],
        ['going', 'line', 'line-of-going', 'temporary_esim_created'],
        ['going', 'sim', 'new-of-going', 'temporary_esim_created'],
      ]),
    ],
  },
  notification: {
    readAt: READ_AT,
    messages: [
      { accountId: ACCOUNT, id: 'message', objectType: 'order', objectId: 'done' },
      { accountId: ACCOUNT, id: 'asking', objectType: 'qr_request', objectId: 'open-request' },
      { accountId: ACCOUNT, id: 'asking-before', objectType: 'qr_request', objectId: 'answered-request' },
    ],
    recipients: [
      {
        accountId: ACCOUNT,
        id: 'recipient',
        messageId: 'message',
        email: 'mary@example.com',
        state: 'sent',
        handOvers: 1,
        sentAt: EARLIER,
        providerMessageId: 'ses-1',
        orderId: 'done',
        orderNumber: 'ORD-done',
      },
      {
        accountId: ACCOUNT,
        id: 'asked',
        messageId: 'asking',
        email: 'anna@example.com',
        state: 'sent',
        handOvers: 1,
        sentAt: EARLIER,
        providerMessageId: 'ses-of-asked',
        orderId: null,
        orderNumber: null,
      },
    ],
    due: [],
  },
  catalog: { providers: [{ accountId: ACCOUNT, id: 'provider' }], articles: [{ accountId: ACCOUNT, id: 'article' }] },
  provider: {
    deliveries: ['signal-1', 'signal-2', 'signal-3'].map((id) => ({
      messageId: `message-of-${id}`,
      providerId: 'provider',
      orderId: id === 'signal-3' ? 'going' : 'done',
      type: '',
      body: SIGNAL_BODY,
      mode: 'until_delivered',
      state: 'delivered',
      attempts: [{ at: EARLIER.toISOString(), status: 202, answer: '' }],
    })),
    orders: ['done', 'going'].map((orderId) => ({
      orderId,
      providerId: 'provider',
      key: `sim-replacement/${orderId}:submit`,
      accepted: 1,
      submissions: 1,
      cancellations: 0,
      reminders: 0,
      providerReference: '',
      status: 'acknowledged',
      iccid: null,
      acceptedAt: EARLIER.toISOString(),
      order: {},
    })),
    serviceChanges: soundServiceChanges(),
  },
  objects: [{ key: 'object-of-file', sha256: 'hash-of-file', writtenAt: EARLIER }],
  mails: [
    mail('ses-1', 'Mary <mary@example.com>', 'ORD-done is done'),
    mail('ses-of-asked', 'Anna <anna@example.com>', 'eSIM QR code for +44 7700 900123'),
  ],
  running: new Set(['sim-replacement/going']),
});

const mail = (id: string, to: string, subject: string) => ({
  id,
  to: [to],
  subject,
  body: { text: '', html: '' },
  at: EARLIER,
});

const order = (id: string, changes: Partial<OrderRow>): OrderRow => ({
  accountId: ACCOUNT,
  id,
  orderNumber: `ORD-${id}`,
  status: 'draft',
  attempt: 1,
  lineId: `line-of-${id}`,
  oldSimId: `old-of-${id}`,
  newSimId: `new-of-${id}`,
  providerId: 'provider',
  articleId: 'article',
  submittedAt: EARLIER,
  managerToldAt: null,
  adoptedFrom: null,
  ...changes,
});

type Told = readonly [kind: FactRow['kind'], disposition?: FactRow['disposition'], causeId?: string];

const facts = (orderId: string, told: readonly Told[]): FactRow[] =>
  told.map(([kind, disposition = 'recorded', causeId = null], index) => ({
    accountId: ACCOUNT,
    id: `${orderId}-${index + 1}`,
    orderId,
    number: index + 1,
    kind,
    source: causeId?.startsWith('signal') === true ? 'provider' : 'workflow',
    causeId,
    disposition,
    fillsIn: false,
    recordedAt: EARLIER,
    carriedOutAt: disposition === 'applied' ? EARLIER : null,
    identifies: false,
  }));

const signal = (id: string, orderId: string | null, factId: string | null) => ({
  accountId: ACCOUNT,
  id,
  providerId: 'provider',
  messageId: `message-of-${id}`,
  bodyHash: createHash('sha256').update(SIGNAL_BODY).digest('hex'),
  intake: 'accepted' as const,
  orderId,
  factId,
  changeId: null,
  replayOf: null,
});

const due = (service: string, kind: string, id: string, dueAt: Date) => ({
  accountId: ACCOUNT,
  id,
  service,
  kind,
  dueAt,
  tries: 0,
  lastError: null,
});

const line = (id: string, simId: string, changeOrderId: string | null = null): LineRow => ({
  accountId: ACCOUNT,
  id,
  simId,
  providerId: 'provider',
  changeOrderId,
});

const sim = (id: string, state: SimRow['state'], changeOrderId: string | null = null): SimRow => ({
  accountId: ACCOUNT,
  id,
  state,
  providerId: 'provider',
  employeeId: null,
  groups: 0,
  changeOrderId,
});

const replacement = (orderId: string, state: ReplacementRow['state']): ReplacementRow => ({
  accountId: ACCOUNT,
  orderId,
  state,
  lineId: `line-of-${orderId}`,
  oldSimId: `old-of-${orderId}`,
  newSimId: `new-of-${orderId}`,
  startedAt: EARLIER,
});

type Entry = readonly [orderId: string, type: 'line' | 'sim', subjectId: string, event: string];

const timeline = (entries: readonly Entry[]): TimelineRow[] =>
  entries.map(([orderId, subjectType, subjectId, event], index) => ({
    accountId: ACCOUNT,
    id: `entry-${index + 1}`,
    subjectType,
    subjectId,
    orderId,
    event,
    about: null,
  }));

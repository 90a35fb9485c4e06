/** Somebody who can reach Temporal and knows all about requests, but cannot reach our services or databases. */
import {
  QR_CODE_NOTIFICATION_WORKFLOW,
  QR_CODE_REQUEST_WORKFLOW,
  QR_REQUEST_CHANGED_SIGNAL,
  QR_REQUEST_PROGRESS_QUERY,
  qrCodeNotificationWorkflowId,
  qrCodeRequestWorkflowId,
} from '@simlane/contracts/qr-code-request';
import { connectTemporal } from '@simlane/service-kit/temporal';
import type { WorkflowStartOptions } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { exampleAccounts } from '../seed/example-data.ts';
import { dueAgain } from './due-again.fixture.ts';
import { startManager } from './fleet-manager.fixture.ts';
import {
  CONTACTS,
  type Esims,
  freshCode,
  type QrCodesOfManager,
  sendThrough,
  startEsims,
  startQrCodes,
  UNDERSTOOD,
} from './qr-code.fixture.ts';

const [{ id: accountId }, { id: otherAccountId }] = exampleAccounts();
const YEAR = '365 days';

const { address, namespace, taskQueue } = inject('stack').temporal;
const { client, close } = connectTemporal({ address, namespace });
afterAll(close);
const runOf = (id: string) => client.workflow.getHandle(qrCodeRequestWorkflowId(id));

let qrCodes: QrCodesOfManager;
let esims: Esims;
beforeAll(async () => {
  const manager = await startManager();
  qrCodes = startQrCodes(manager);
  esims = await startEsims(manager, 10);
});

const everythingAbout = async ({ id, sim }: Awaited<ReturnType<QrCodesOfManager['asked']>>) => ({
  request: await qrCodes.getRequest(id),
  timeline: await qrCodes.timeline(id),
  section: (await qrCodes.section(sim.id)).current,
  mails: await Promise.all(
    [CONTACTS.anna.email, CONTACTS.luc.email, qrCodes.me].map((email) => qrCodes.mailsTo(email, sim)),
  ),
});

/** The request comes to its end all the same, and everybody hears of it once. */
const RIGHT_END = { sent: UNDERSTOOD, endReason: 'code_imported', mails: [1, 1] };

/** A code is sent, and whoever asked is told. */
const endOf = async ({ id, sim, link }: Awaited<ReturnType<QrCodesOfManager['asked']>>) => {
  const sent = await sendThrough(link, freshCode());
  await fetch(`${link}/notification`, { method: 'POST' });
  await qrCodes.until(
    async () => {
      await dueAgain(id, 'qrRequest');
      return qrCodes.mailsTo(qrCodes.me, sim);
    },
    (mails) => mails > 0,
  );
  const { endReason } = await qrCodes.getRequest(id);
  return {
    sent,
    endReason,
    mails: [await qrCodes.mailsTo(CONTACTS.anna.email, sim), await qrCodes.mailsTo(qrCodes.me, sim)],
  };
};

const GARBAGE: readonly unknown[] = [
  undefined,
  null,
  0,
  'expire',
  [],
  {},
  { step: 'expire' },
  { owed: 'mail_request' },
  'x'.repeat(100_000),
];
const NAMES = [QR_REQUEST_CHANGED_SIGNAL, 'expire', 'constructor', '__proto__'] as const;

describe('signals about an open request, sent straight to Temporal', () => {
  it('two hundred of every form and name make it look again, and change nothing', async () => {
    const made = await qrCodes.asked(esims);
    const before = await everythingAbout(made);
    for (let count = 0; count < 200; count += 1) {
      await runOf(made.id).signal(NAMES[count % NAMES.length] ?? '', GARBAGE[count % GARBAGE.length]);
    }
    await qrCodes.until(
      async () => (await runOf(made.id).describe()).raw.pendingActivities ?? [],
      (pending) => pending.length === 0,
    );
    expect(await runOf(made.id).query(QR_REQUEST_PROGRESS_QUERY, ...GARBAGE)).toMatchObject({
      state: 'open',
      owed: null,
    });
    expect(await everythingAbout(made)).toEqual(before);
    expect(await endOf(made)).toEqual(RIGHT_END);
  });
});

describe("a run that somebody else has started under a request's workflow id", () => {
  type Forged = Partial<WorkflowStartOptions> & { readonly type?: string };
  const FORGED: readonly (readonly [name: string, start: (requestId: string) => Forged])[] = [
    ["with another account's id", (requestId) => ({ args: [{ accountId: otherAccountId, requestId }] })],
    ['with a request that there is not', () => ({ args: [{ accountId, requestId: randomUUID() }] })],
    ['with nothing', () => ({ args: [] })],
    ['of another type', (requestId) => ({ args: [{ accountId, requestId }], type: 'mine' })],
    ['on another task queue', (requestId) => ({ args: [{ accountId, requestId }], taskQueue: 'mine' })],
    ['to begin in a year', (requestId) => ({ args: [{ accountId, requestId }], startDelay: YEAR })],
  ];

  it.concurrent.each(FORGED)('%s, holds it up for no longer than a delivery', async (_how, start) => {
    const made = await qrCodes.asked(esims);
    await runOf(made.id).terminate();
    const { type = QR_CODE_REQUEST_WORKFLOW, ...options } = start(made.id);
    await client.workflow.start(type, {
      taskQueue,
      workflowId: qrCodeRequestWorkflowId(made.id),
      args: [],
      ...options,
    });
    expect(await endOf(made)).toEqual(RIGHT_END);
  });
});

it('a notification that nobody has asked for is sent by no run of its workflow', async () => {
  const workflowId = qrCodeNotificationWorkflowId(randomUUID());
  const notificationId = workflowId.slice('qr-code-notification/'.length);
  const run = await client.workflow.start(QR_CODE_NOTIFICATION_WORKFLOW, {
    taskQueue,
    workflowId,
    args: [{ accountId, notificationId }],
  });
  const failure = await qrCodes.until(
    async () => (await run.describe()).raw.pendingActivities?.[0]?.lastFailure?.message ?? '',
    (message) => message !== '',
  );
  await run.terminate();
  expect(failure).toContain('not_found');
});

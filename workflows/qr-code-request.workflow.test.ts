import type { QrCodeActivities, QrRequestRef } from '@simlane/contracts/activities';
import type { QrRequestEnd } from '@simlane/contracts/qr-code';
import {
  QR_CODE_NOTIFICATION_WORKFLOW,
  QR_CODE_REQUEST_WORKFLOW,
  QR_REQUEST_CHANGED_SIGNAL,
  QR_REQUEST_PROGRESS_QUERY,
  type QrCodeRequestProgress,
  qrCodeNotificationWorkflowId,
  qrCodeRequestWorkflowId,
  type QrRequestClaim,
  type QrRequestStep,
} from '@simlane/contracts/qr-code-request';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

const requests = new Map<string, TestRequest>();
const notified: string[] = [];

/** A request as the activities of the test find it: what it is owed, one after the other, and then it waits or has ended. */
interface TestRequest {
  owed: QrRequestStep[];
  endReason: QrRequestEnd | null;
  owedAt: string | null;
  /** What happens once while the step is under way. */
  meanwhile: () => Promise<unknown>;
  failures: number;
  readonly calls: string[];
}

const called = ({ requestId }: QrRequestRef, name: string): TestRequest => {
  const request = requests.get(requestId);
  if (request === undefined) throw new Error(`no request ${requestId}`);
  request.calls.push(name);
  return request;
};

const claimOf = ({ owed, endReason, owedAt }: TestRequest): QrRequestClaim => ({
  state: endReason === null ? 'open' : 'ended',
  endReason,
  owed: owed[0] ?? null,
  owedAt,
});

const activities: QrCodeActivities = {
  claimQrRequest: async (ref) => claimOf(called(ref, 'claim')),
  carryOutQrRequestStep: async ({ step, ...ref }) => {
    const request = called(ref, step);
    if (request.failures > 0) {
      request.failures -= 1;
      throw new Error('inventory does not answer');
    }
    if (request.owed[0] === step) request.owed.shift();
    if (step === 'expire') request.endReason = 'expired';
    const claim = claimOf(request);
    await request.meanwhile();
    return claim;
  },
  sendQrCodeNotification: async ({ notificationId }) => void notified.push(notificationId),
};

const temporal = runWorkflows(activities);

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

const newRequest = (changes: Partial<TestRequest> = {}): { requestId: string; request: TestRequest } => {
  const requestId = randomUUID();
  const request: TestRequest = {
    owed: ['mail_request'],
    endReason: null,
    owedAt: inSeconds(3600),
    meanwhile: async () => undefined,
    failures: 0,
    calls: [],
    ...changes,
  };
  requests.set(requestId, request);
  return { requestId, request };
};

const start = (requestId: string): Promise<WorkflowHandle> =>
  temporal.client.workflow.start(QR_CODE_REQUEST_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: qrCodeRequestWorkflowId(requestId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [{ accountId: randomUUID(), requestId }],
    typedSearchAttributes: [{ key: defineSearchAttributeKey('Phase', 'KEYWORD'), value: 'open' }],
  });

const changed = (handle: WorkflowHandle, ...args: unknown[]) => handle.signal(QR_REQUEST_CHANGED_SIGNAL, ...args);
const waitsAfter = (request: TestRequest, calls: readonly string[]) =>
  expect.poll(() => request.calls, { timeout: 10_000 }).toEqual(calls);
const end = (request: TestRequest, endReason: QrRequestEnd, owed: QrRequestStep[] = []): void => {
  Object.assign(request, { endReason, owed, owedAt: null });
};

describe('a request for a QR code', () => {
  it('is mailed, and ends when the code is imported, the notification sent', async () => {
    const { requestId, request } = newRequest();
    const handle = await start(requestId);
    await waitsAfter(request, ['claim', 'mail_request']);
    end(request, 'code_imported', ['mail_notification']);
    await changed(handle);
    expect(await handle.result()).toBe('code_imported');
    expect(request.calls).toEqual(['claim', 'mail_request', 'claim', 'mail_notification']);
    await recordHistory(handle, 'qr-code-imported');
  });

  it('is chased when its time has come, and expires', async () => {
    const { requestId, request } = newRequest({ owed: [], owedAt: inSeconds(1) });
    const handle = await start(requestId);
    await waitsAfter(request, ['claim']);
    Object.assign(request, { owed: ['mail_reminder', 'expire'], owedAt: null });
    expect(await handle.result()).toBe('expired');
    expect(request.calls).toEqual(['claim', 'claim', 'mail_reminder', 'expire']);
    await recordHistory(handle, 'qr-request-expired');
  });

  it.each(['cancelled', 'sim_ended'] as const)('that is %s ends where it waits', async (reason) => {
    const { requestId, request } = newRequest({ owed: [] });
    const handle = await start(requestId);
    await waitsAfter(request, ['claim']);
    end(request, reason);
    await changed(handle);
    expect(await handle.result()).toBe(reason);
    await recordHistory(handle, `qr-request-${reason.replace('_', '-')}`);
  });

  it('that has ended goes on until the notification is due, which somebody may send before', async () => {
    const { requestId, request } = newRequest({ owed: [], endReason: 'code_imported', owedAt: inSeconds(900) });
    const handle = await start(requestId);
    await waitsAfter(request, ['claim']);
    end(request, 'code_imported', ['mail_notification']);
    await changed(handle);
    expect(await handle.result()).toBe('code_imported');
    expect(request.calls).toEqual(['claim', 'claim', 'mail_notification']);
  });

  it('tells its contact of a refusal and its asker of a bounce', async () => {
    const { requestId, request } = newRequest();
    const handle = await start(requestId);
    await waitsAfter(request, ['claim', 'mail_request']);
    request.owed.push('mail_bounce');
    await changed(handle);
    await waitsAfter(request, ['claim', 'mail_request', 'claim', 'mail_bounce']);
    request.owed.push('mail_refusal');
    await changed(handle);
    await waitsAfter(request, ['claim', 'mail_request', 'claim', 'mail_bounce', 'claim', 'mail_refusal']);
    end(request, 'cancelled');
    await changed(handle);
    expect(await handle.result()).toBe('cancelled');
    await recordHistory(handle, 'qr-request-bounced-and-refused');
  });

  it('forgets no change that comes while a step is under way', async () => {
    const { requestId, request } = newRequest();
    request.meanwhile = async () => {
      request.meanwhile = async () => undefined;
      end(request, 'cancelled');
      await changed(temporal.client.workflow.getHandle(qrCodeRequestWorkflowId(requestId)));
    };
    const handle = await start(requestId);
    expect(await handle.result()).toBe('cancelled');
    expect(request.calls).toEqual(['claim', 'mail_request', 'claim']);
    await recordHistory(handle, 'qr-request-changed-meanwhile');
  });

  it('tries a step until it is done: a failure is no decision', async () => {
    const { requestId, request } = newRequest({ failures: 2, endReason: 'code_imported', owedAt: null });
    request.owed = ['mail_notification'];
    const handle = await start(requestId);
    expect(await handle.result()).toBe('code_imported');
    expect(request.calls).toEqual(['claim', 'mail_notification', 'mail_notification', 'mail_notification']);
    await recordHistory(handle, 'qr-notification-at-the-third-try');
  });

  it('asks again a second later at the earliest what lies behind it already: clocks differ', async () => {
    const { requestId, request } = newRequest({ owed: [], owedAt: inSeconds(-60) });
    const began = Date.now();
    const handle = await start(requestId);
    await waitsAfter(request, ['claim', 'claim']);
    expect(Date.now() - began).toBeGreaterThan(900);
    end(request, 'cancelled');
    expect(await handle.result()).toBe('cancelled');
  });
});

describe('a signal that nobody of ours sent', () => {
  it('with anything in it changes nothing: what is owed is read again, and that is all', async () => {
    const { requestId, request } = newRequest();
    const handle = await start(requestId);
    await waitsAfter(request, ['claim', 'mail_request']);
    await changed(handle, { owed: 'mail_notification', endReason: 'cancelled' }, 'and more');
    await waitsAfter(request, ['claim', 'mail_request', 'claim']);
    await handle.signal('somethingElse', { any: 'thing' });
    expect(await handle.query<QrCodeRequestProgress>(QR_REQUEST_PROGRESS_QUERY)).toEqual({
      state: 'open',
      owed: null,
      owedAt: request.owedAt,
    });
    end(request, 'cancelled');
    await changed(handle);
    expect(await handle.result()).toBe('cancelled');
  });

  it('keeps no step from being done, however many come', async () => {
    const { requestId, request } = newRequest({ owed: ['mail_request', 'mail_reminder'] });
    let left = 3;
    request.meanwhile = async () => {
      left -= 1;
      if (left > 0) await changed(temporal.client.workflow.getHandle(qrCodeRequestWorkflowId(requestId)));
      if (left === 1) end(request, 'cancelled');
    };
    const handle = await start(requestId);
    await changed(handle);
    expect(await handle.result()).toBe('cancelled');
    expect(request.calls.filter((call) => call !== 'claim')).toEqual(['mail_request', 'mail_reminder']);
  });
});

describe('a run that is started again from nothing', () => {
  it('goes on where the request stands', async () => {
    const { requestId, request } = newRequest({ owed: ['mail_reminder'] });
    const handle = await start(requestId);
    await waitsAfter(request, ['claim', 'mail_reminder']);
    await handle.terminate('somebody has ended it');
    const again = await start(requestId);
    end(request, 'expired');
    await changed(again);
    expect(await again.result()).toBe('expired');
    expect(request.calls.filter((call) => call !== 'claim')).toEqual(['mail_reminder']);
  });

  it('returns where nothing is to be done', async () => {
    const { requestId, request } = newRequest({ owed: [], endReason: 'sim_ended', owedAt: null });
    expect(await (await start(requestId)).result()).toBe('sim_ended');
    expect(request.calls).toEqual(['claim']);
  });
});

it('is found by why it ended', async () => {
  const { requestId } = newRequest({ owed: ['expire'], owedAt: null });
  const handle = await start(requestId);
  await handle.result();
  const { typedSearchAttributes } = await handle.describe();
  expect(typedSearchAttributes.get(defineSearchAttributeKey('Phase', 'KEYWORD'))).toBe('expired');
});

it('a notification of a code that nobody has requested is one mail and the end', async () => {
  const notificationId = randomUUID();
  const handle = await temporal.client.workflow.start(QR_CODE_NOTIFICATION_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: qrCodeNotificationWorkflowId(notificationId),
    args: [{ accountId: randomUUID(), notificationId }],
  });
  await handle.result();
  expect(notified.filter((id) => id === notificationId)).toHaveLength(1);
  await recordHistory(handle, 'qr-code-notification');
});

it('costs at most 45 events from the first mail to the notification', async () => {
  const { requestId, request } = newRequest();
  const handle = await start(requestId);
  await waitsAfter(request, ['claim', 'mail_request']);
  end(request, 'code_imported', ['mail_notification']);
  await changed(handle);
  await handle.result();
  expect((await handle.fetchHistory()).events?.length).toBeLessThanOrEqual(45);
});

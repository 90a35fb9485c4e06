import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import { describe, expect, it } from 'vitest';
import { answeringServices } from './answering-services.fixture.ts';
import { createQrCodeActivities } from './qr-code.activities.ts';

const request = { accountId: 'account', requestId: 'request' };
const waiting = { state: 'open', endReason: null, owed: null, owedAt: '2026-11-24T10:00:00Z' };
const mail = (messageId: string) => ({
  messageId,
  content: { kind: 'qr_code_requested', requestId: 'request', reminder: 0, messages: {}, expiresAt: 'then' },
  recipients: [{ name: 'Sandra', email: 'sandra@example.com', language: 'en', linkId: 'link' }],
});
const returned = { messageId: 'message-1', email: 'sandra@example.com', as: 'bounced', at: '2026-11-22T10:00:00Z' };
const reused = new RemoteProblem('notification', {
  type: 'urn:simlane:problem:idempotency_key_reused',
  title: '',
  status: 422,
  code: 'idempotency_key_reused',
  detail: '',
  instance: 'request',
});

const services = (answers: Record<string, unknown>) => {
  const { calls, clientOf, names } = answeringServices(answers);
  const activities = createQrCodeActivities({
    inventory: clientOf('inventory'),
    notification: clientOf('notification'),
  });
  return { calls, activities, names };
};

const LIST_RETURNS = 'notification GET returned-mails';
const RECORD_RETURNS = 'inventory PUT returned-mails';
const RETURNS_TOLD = 'notification PUT told';
const CLAIM = 'inventory GET claim';
const STEP_MAILS = 'inventory GET mails';
const RECORD_STEP = 'inventory PUT :step';
const PUT_MESSAGE = 'notification PUT :messageId';

describe('a claim', () => {
  it('tells inventory of mails that came back, then notification that it knows, then reads what is owed', async () => {
    const { activities, calls, names } = services({
      [LIST_RETURNS]: { returns: [returned] },
      [RECORD_RETURNS]: waiting,
      [CLAIM]: waiting,
    });
    expect(await activities.claimQrRequest(request)).toEqual(waiting);
    expect(names()).toEqual([LIST_RETURNS, RECORD_RETURNS, RETURNS_TOLD, CLAIM]);
    expect(calls[1]?.body).toEqual({ returns: [returned] });
    expect(calls[2]?.body).toEqual({ returns: [{ messageId: 'message-1', email: 'sandra@example.com' }] });
  });

  it('of a request whose mails have all arrived only reads', async () => {
    const { activities, names } = services({ [LIST_RETURNS]: { returns: [] }, [CLAIM]: waiting });
    expect(await activities.claimQrRequest(request)).toEqual(waiting);
    expect(names()).toEqual([LIST_RETURNS, CLAIM]);
  });

  it('leaves with notification what inventory could not be told, and fails, to be tried again', async () => {
    const { activities, names } = services({
      [LIST_RETURNS]: { returns: [returned] },
      [RECORD_RETURNS]: new UnavailableError('inventory', 'away'),
    });
    await expect(activities.claimQrRequest(request)).rejects.toThrow('dependency_unavailable');
    expect(names()).toEqual([LIST_RETURNS, RECORD_RETURNS]);
  });
});

describe('a step', () => {
  const step = { ...request, step: 'mail_request' } as const;

  it('puts each mail to notification under the id that inventory gave it, then records them', async () => {
    const { activities, calls, names } = services({
      [STEP_MAILS]: { messages: [mail('one'), mail('two')] },
      [RECORD_STEP]: waiting,
    });
    expect(await activities.carryOutQrRequestStep(step)).toEqual(waiting);
    expect(names()).toEqual([STEP_MAILS, PUT_MESSAGE, PUT_MESSAGE, RECORD_STEP]);
    expect(calls[1]?.body).toEqual({ content: mail('one').content, recipients: mail('one').recipients });
    expect(calls[3]?.body).toEqual({ messageIds: ['one', 'two'] });
  });

  it('whose mail was put there before in other words goes on: the first one stands', async () => {
    const { activities, names } = services({
      [STEP_MAILS]: { messages: [mail('one')] },
      [PUT_MESSAGE]: reused,
      [RECORD_STEP]: waiting,
    });
    await activities.carryOutQrRequestStep(step);
    expect(names()).toEqual([STEP_MAILS, PUT_MESSAGE, RECORD_STEP]);
  });

  it('records nothing while notification does not answer, and fails, to be tried again', async () => {
    const { activities, names } = services({
      [STEP_MAILS]: { messages: [mail('one')] },
      [PUT_MESSAGE]: new UnavailableError('notification', 'away'),
    });
    await expect(activities.carryOutQrRequestStep(step)).rejects.toThrow('dependency_unavailable');
    expect(names()).toEqual([STEP_MAILS, PUT_MESSAGE]);
  });

  it('without mails is recorded: a request expires in silence', async () => {
    const ended = { state: 'ended', endReason: 'expired', owed: null, owedAt: null };
    const { activities, calls } = services({ [STEP_MAILS]: { messages: [] }, [RECORD_STEP]: ended });
    expect(await activities.carryOutQrRequestStep({ ...request, step: 'expire' })).toEqual(ended);
    expect(calls.at(-1)).toEqual({ name: RECORD_STEP, body: { messageIds: [] } });
  });
});

describe('a notification', () => {
  const notification = { accountId: 'account', notificationId: 'notification' };
  const MAIL = 'inventory GET mail';
  const SENT = 'inventory PUT sent';

  it('is one mail, recorded when notification has it', async () => {
    const { activities, calls, names } = services({ [MAIL]: { messages: [mail('one')] } });
    await activities.sendQrCodeNotification(notification);
    expect(names()).toEqual([MAIL, PUT_MESSAGE, SENT]);
    expect(calls.at(-1)?.body).toEqual({ messageIds: ['one'] });
  });

  it('that is sent, or no longer to be, is recorded without a mail: nothing is owed any more', async () => {
    const { activities, calls, names } = services({ [MAIL]: { messages: [] } });
    await activities.sendQrCodeNotification(notification);
    expect(names()).toEqual([MAIL, SENT]);
    expect(calls.at(-1)?.body).toEqual({ messageIds: [] });
  });
});

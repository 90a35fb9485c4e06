import { randomUUID } from 'node:crypto';
import { createLogger } from '@simlane/service-kit/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALICE,
  aBody,
  type GivenRecipient,
  links,
  scriptedSender,
  startTestNotification,
  type TestNotification,
  TOPIC_ARN,
} from '../notification.fixture.ts';
import type { OutgoingMail } from '../email-sender.ts';
import { createReturnedMailHandler, RETURNED_MAIL } from './returned-mail.service.ts';
import {
  aNotification,
  CERTIFICATE_URL,
  certificateOf,
  certificatesAt,
  makeKeys,
  type SnsFields,
  signedBy,
} from './sns.fixture.ts';

const keys = makeKeys();
const { certificates, asked } = certificatesAt({ [CERTIFICATE_URL]: certificateOf(keys) });
const lines: string[] = [];
const logger = createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
let kicks = 0;
let notification: TestNotification;
beforeAll(async () => {
  notification = await startTestNotification(() => kicks++, { certificates, logger });
});
afterAll(() => notification?.stop());

const CARLA = { name: 'Carla Rossi', email: 'carla@distributor.example', language: 'en' } as const;
const words = { en: { subject: 'QR code wanted', text: 'Please send it.' } };
const HOUR_MS = 3_600_000;
let sentMails = 0;

const post = async (body: SnsFields | string) => {
  const answer = await notification.app.public.inject({
    method: 'POST',
    url: '/notifications/v1/ses-events',
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
};

/** A message to one recipient, handed over as the outcome says, and what SES would say of it. */
const aMail = async (
  content: object,
  { recipient = CARLA, heard = true }: { recipient?: GivenRecipient; heard?: boolean } = {},
) => {
  const [accountId, messageId] = [randomUUID(), randomUUID()];
  const put = await notification.put(accountId, messageId, { content, recipients: [recipient] });
  expect(put.status).toBe(202);
  const providerMessageId = `ses-${++sentMails}`;
  const { sender, handedOver } = scriptedSender(
    heard ? { outcome: 'accepted', providerMessageId } : { outcome: 'unknown', code: 'AbortError' },
  );
  await notification.deliverDue(sender, new Date());
  const mail = handedOver[0] as OutgoingMail;
  const tags = { 'account-id': [accountId], 'message-id': [messageId], 'recipient-id': [mail.tags.recipientId] };
  const about = { messageId: providerMessageId, timestamp: new Date().toISOString(), tags };
  const timestamp = '2026-03-01T10:00:00.000Z';
  return {
    accountId,
    messageId,
    recipientId: mail.tags.recipientId,
    raw: mail.raw.toString(),
    bounce: (bounceType: string, changes: object = {}) => ({
      eventType: 'Bounce',
      mail: { ...about, ...changes },
      bounce: { bounceType, bounceSubType: 'General', timestamp, bouncedRecipients: [{ diagnosticCode: 'smtp; 550' }] },
    }),
    complaint: { eventType: 'Complaint', mail: about, complaint: { timestamp } },
    delivery: { eventType: 'Delivery', mail: about, delivery: { timestamp } },
    recipient: async () =>
      (await notification.get(accountId, `/notifications/v1/messages/${messageId}`)).body.recipients[0],
  };
};
const aRequest = (requestId: string, reminder = 0) => ({
  kind: 'qr_code_requested',
  requestId,
  reminder,
  messages: words,
  expiresAt: '2026-03-31T10:00:00.000Z',
});

const says = (event: unknown, fields: SnsFields = {}) => post(signedBy(keys, aNotification(TOPIC_ARN, event, fields)));

describe('what SES says of a mail', () => {
  it('is shown on its recipient: delivered, and then that it came back after all', async () => {
    const { delivery, bounce, complaint, recipient } = await aMail(aBody().content);
    expect(await says(delivery)).toEqual({ status: 200, body: {} });
    expect(await recipient()).toMatchObject({ state: 'delivered', returned: null });
    expect((await says(bounce('Permanent'))).status).toBe(200);
    const bounced = {
      state: 'bounced',
      returned: { at: '2026-03-01T10:00:00.000Z', detail: 'Permanent, General, smtp; 550' },
    };
    expect(await recipient()).toMatchObject(bounced);
    for (const late of [delivery, complaint, bounce('Transient')]) expect((await says(late)).status).toBe(200);
    expect(await recipient()).toMatchObject(bounced);
  });

  it('in either version of signature counts', async () => {
    const { complaint, recipient } = await aMail(aBody().content);
    expect((await post(signedBy(keys, aNotification(TOPIC_ARN, complaint), '1'))).status).toBe(200);
    expect(await recipient()).toMatchObject({ state: 'complained', returned: { detail: null } });
  });

  it('leaves a mail sent that may yet arrive, and tells why it did not', async () => {
    const { bounce, recipient } = await aMail(aBody().content);
    await says(bounce('Transient'));
    expect(await recipient()).toMatchObject({ state: 'sent', returned: { detail: 'Transient, General, smtp; 550' } });
  });

  it('answers for a hand-over of which nothing was heard: the mail is not sent again', async () => {
    const { delivery, recipient, recipientId } = await aMail(aBody().content, { heard: false });
    expect(await recipient()).toMatchObject({ state: 'unknown' });
    await says(delivery);
    expect(await recipient()).toMatchObject({ state: 'delivered', providerMessageId: delivery.mail.messageId });
    const due = await notification.database.db.selectFrom('due').select('id').where('id', '=', recipientId).execute();
    expect(due).toEqual([]);
  });

  it('counts once, however often and at the same time it comes', async () => {
    const { accountId, bounce, recipient } = await aMail(aBody().content);
    const body = signedBy(keys, aNotification(TOPIC_ARN, bounce('Permanent')));
    const before = kicks;
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(kicks).toBe(before + 1);
    expect(await recipient()).toMatchObject({ state: 'bounced' });
    const events = await notification.database.adminDb
      .selectFrom('ses_event')
      .select(['kind', 'sns_message_id'])
      .where('account_id', '=', accountId)
      .execute();
    expect(events).toEqual([{ kind: 'bounced', sns_message_id: body.MessageId }]);
  });

  it('about no mail of ours is put up with and changes nothing', async () => {
    const { accountId, bounce, recipient } = await aMail(aBody().content);
    const other = await aMail(aBody().content);
    const { tags } = bounce('Permanent').mail;
    const events = [
      bounce('Permanent', { messageId: 'another mail' }),
      bounce('Permanent', { tags: { ...tags, 'message-id': [randomUUID()] } }),
      bounce('Permanent', { tags: { ...tags, 'recipient-id': [other.recipientId] } }),
      bounce('Permanent', { tags: { ...tags, 'account-id': [other.accountId] } }),
      bounce('Permanent', { tags: {} }),
      { ...bounce('Permanent'), eventType: 'Send' },
      'Successfully validated SNS topic for Amazon SES event publishing.',
    ];
    for (const event of events) expect(await says(event)).toEqual({ status: 200, body: {} });
    expect(await recipient()).toMatchObject({ state: 'sent', returned: null });
    expect(await other.recipient()).toMatchObject({ state: 'sent', returned: null });
    const counted = notification.database.adminDb.selectFrom('ses_event').where('account_id', '=', accountId);
    expect(await counted.select('kind').execute()).toEqual([]);
  });
});

describe('whatever the topic has not signed', () => {
  it.each<[string, (event: unknown) => SnsFields | string]>([
    ['by another key', (event) => signedBy(makeKeys(), aNotification(TOPIC_ARN, event))],
    ['for another topic', (event) => signedBy(keys, aNotification(`${TOPIC_ARN}2`, event))],
    [
      'an hour ago',
      (event) =>
        signedBy(
          keys,
          aNotification(TOPIC_ARN, event, { Timestamp: new Date(Date.now() - HOUR_MS - 60_000).toISOString() }),
        ),
    ],
    [
      'in an hour',
      (event) =>
        signedBy(keys, aNotification(TOPIC_ARN, event, { Timestamp: new Date(Date.now() + HOUR_MS).toISOString() })),
    ],
    [
      'with a certificate from elsewhere',
      (event) =>
        signedBy(
          keys,
          aNotification(TOPIC_ARN, event, { SigningCertURL: 'https://evil.example/SimpleNotificationService-0a.pem' }),
        ),
    ],
    ['and was changed', (event) => ({ ...signedBy(keys, aNotification(TOPIC_ARN, event)), MessageId: randomUUID() })],
    ['at all', (event) => aNotification(TOPIC_ARN, event)],
    ['as JSON', () => 'no JSON'],
    ['with a body', () => ''],
  ])('%s is refused, and nothing is said of why', async (_what, forge) => {
    const { bounce, recipient } = await aMail(aBody().content);
    const answer = await post(forge(bounce('Permanent')));
    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated', detail: 'The message is not one of the topic' },
    });
    expect(await recipient()).toMatchObject({ state: 'sent', returned: null });
  });

  it('has no certificate fetched for it, unless it could be the topic’s', async () => {
    const before = asked.length;
    const url = 'https://evil.example/SimpleNotificationService-0a.pem';
    await post(signedBy(keys, aNotification(TOPIC_ARN, 'x', { SigningCertURL: url })));
    await post(signedBy(keys, aNotification('arn:aws:sns:eu-west-1:123456789012:other', 'x')));
    await post(signedBy(keys, aNotification(TOPIC_ARN, 'x', { Timestamp: '2026-01-01T00:00:00Z' })));
    expect(asked.length).toBe(before);
  });

  it('or is larger than SNS has it, is not read', async () => {
    expect((await post('x'.repeat(256 * 1024 + 1))).status).toBe(413);
  });
});

it('a subscription is left to operations: nothing is fetched, and the log has what they confirm it by', async () => {
  const fields = {
    ...aNotification(TOPIC_ARN, 'You have chosen to subscribe'),
    Type: 'SubscriptionConfirmation',
    Token: '2336412f37fb687f5d51e6e2425f',
    SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37fb687f5d51e6e2425f',
  };
  lines.length = 0;
  expect(await post(signedBy(keys, fields))).toEqual({ status: 200, body: {} });
  const warning = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 40);
  expect(warning).toMatchObject({ topicArn: TOPIC_ARN, confirmBy: fields.Token });
});

describe('a mail of a QR code request that came back', () => {
  const returnsUrl = (requestId: string) => `/internal/qr-requests/${requestId}/returned-mails`;
  const dueReturns = async () =>
    notification.database.db.selectFrom('due').select(['id', 'account_id']).where('kind', '=', RETURNED_MAIL).execute();
  const handle = async (tries = 0) => {
    const woken: object[] = [];
    const handler = createReturnedMailHandler({
      db: notification.database.db,
      workflow: { wake: async (request, { again }) => void woken.push({ ...request, again }) },
    });
    for (const { id, account_id: accountId } of await dueReturns()) await handler({ id, accountId, tries });
    return woken;
  };

  it('is owed to the workflow of the request until inventory has recorded it', async () => {
    const requestId = randomUUID();
    const { accountId, messageId, bounce } = await aMail(aRequest(requestId));
    await says(bounce('Permanent'));
    expect(await handle()).toEqual([{ accountId, requestId, again: false }]);
    expect(await handle(1)).toEqual([{ accountId, requestId, again: true }]);

    const one = { messageId, email: CARLA.email, as: 'bounced', at: '2026-03-01T10:00:00.000Z' };
    const list = () => notification.call(accountId, 'GET', returnsUrl(requestId));
    expect(await list()).toEqual({ status: 200, body: { returns: [one] } });
    const told = (returns: object[]) =>
      notification.call(accountId, 'PUT', `${returnsUrl(requestId)}/told`, { returns });
    // Of another message: nothing has been recorded yet.
    expect((await told([{ messageId: randomUUID(), email: CARLA.email }])).status).toBe(204);
    expect((await list()).body.returns).toHaveLength(1);
    for (let repeat = 0; repeat < 2; repeat++) {
      expect((await told([{ messageId, email: CARLA.email.toUpperCase() }])).status).toBe(204);
    }
    expect((await list()).body).toEqual({ returns: [] });
    expect(await dueReturns()).toEqual([]);
    // A repeat of the event does not bring it back.
    await says(bounce('Permanent'));
    expect(await handle()).toEqual([]);
  });

  it('is owed while Temporal is away', async () => {
    const { accountId, bounce, recipientId } = await aMail(aRequest(randomUUID()));
    await says(bounce('Permanent'));
    const handler = createReturnedMailHandler({
      db: notification.database.db,
      workflow: { wake: () => Promise.reject(new Error('not there')) },
    });
    await expect(handler({ id: recipientId, accountId, tries: 0 })).rejects.toThrow('not there');
    expect(await dueReturns()).toContainEqual({ id: recipientId, account_id: accountId });
    await notification.database.db.deleteFrom('due').execute();
  });

  it('is no matter of requests where it is about an order, or only seemed to', async () => {
    const ofOrder = await aMail(aBody().content);
    await says(ofOrder.bounce('Permanent'));
    const soft = await aMail(aRequest(randomUUID()));
    await says(soft.bounce('Transient'));
    await says(soft.delivery);
    expect(await dueReturns()).toEqual([]);
  });

  it('is asked for by the worker alone, account by account', async () => {
    const requestId = randomUUID();
    const { bounce } = await aMail(aRequest(requestId));
    await says(bounce('Permanent'));
    expect((await notification.call(randomUUID(), 'GET', returnsUrl(requestId))).body).toEqual({ returns: [] });
    for (const service of ['order', 'inventory', 'catalog', 'seed'] as const) {
      const answer = await notification.call(randomUUID(), 'GET', returnsUrl(requestId), undefined, service);
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });
});

it('a link is in the mail that must carry it, and in no database and no log', async () => {
  const linkId = randomUUID();
  const { accountId, raw, bounce } = await aMail(aRequest(randomUUID()), { recipient: { ...ALICE, linkId } });
  const token = links.tokenOf('qr_upload', { accountId, linkId });
  const text = raw.replaceAll('=\r\n', '');
  expect(text).toContain(`https://fleet.simlane.example/inventory/v1/qr-uploads/${token}`);
  await says(bounce('Permanent'));
  for (const table of ['message', 'message_recipient', 'ses_event', 'due'] as const) {
    const rows = await notification.database.adminDb.selectFrom(table).selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
  }
  expect(lines.join('')).not.toContain(token);
});

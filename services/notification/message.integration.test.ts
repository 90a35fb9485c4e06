import { randomUUID } from 'node:crypto';
import { WAITING_REASONS } from '@simlane/contracts/http/notification';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { checkSchema } from '@simlane/testing/schema-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_ROLE } from './database.ts';
import { ALICE, aBody, BENOIT, startTestNotification, type TestNotification } from './notification.fixture.ts';

let notification: TestNotification;
let kicks = 0;
beforeAll(async () => {
  notification = await startTestNotification(() => kicks++);
});
afterAll(() => notification?.stop());

const dueOf = (accountId: string) =>
  notification.database.db.selectFrom('due').selectAll().where('account_id', '=', accountId).execute();

it('has a schema in which no account meets another, and messages that cannot be changed', async () => {
  const violations = await checkSchema(notification.database.adminDb, {
    appRole: APP_ROLE,
    withoutAccount: ['due'],
    appendOnly: {
      message: [],
      ses_event: [],
      message_recipient: [
        'state',
        'hand_overs',
        'refusals',
        'last_fault',
        'attempt_at',
        'sent_at',
        'provider_message_id',
        'returned_at',
        'returned_detail',
        'return_told_at',
      ],
    },
  });
  expect(violations).toEqual([]);
});

describe('putting a message', () => {
  it('queues it to each recipient and makes each of them due', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const body = aBody({}, [ALICE, BENOIT]);
    const before = kicks;
    expect(await notification.put(accountId, messageId, body)).toEqual({ status: 202, body: { messageId } });
    expect(kicks).toBe(before + 1);
    expect(await dueOf(accountId)).toHaveLength(2);
    const queued = { state: 'queued', sentAt: null, providerMessageId: null, returned: null };
    expect((await notification.get(accountId, `/notifications/v1/messages/${messageId}`)).body).toEqual({
      id: messageId,
      kind: 'order_finished',
      object: { type: 'order', id: body.content.orderId },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      recipients: [
        { ...ALICE, ...queued },
        { ...BENOIT, ...queued },
      ],
    });
  });

  it('again with the same content changes nothing, also when it happens at the same time', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const body = aBody();
    const answers = await Promise.all(Array.from({ length: 8 }, () => notification.put(accountId, messageId, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    const reordered = {
      recipients: body.recipients,
      content: Object.fromEntries(Object.entries(body.content).toReversed()),
    };
    expect((await notification.put(accountId, messageId, reordered)).status).toBe(202);
    expect(await dueOf(accountId)).toHaveLength(1);
  });

  it('with another content under the same id is refused, and the first stands', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const body = aBody();
    await notification.put(accountId, messageId, body);
    for (const other of [aBody({ ...body.content, needsAttention: true }), { ...body, recipients: [BENOIT] }]) {
      expect(await notification.put(accountId, messageId, other)).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      });
    }
    const { body: message } = await notification.get(accountId, `/notifications/v1/messages/${messageId}`);
    expect(message.recipients).toHaveLength(1);
    expect(message.recipients[0].email).toBe(ALICE.email);
  });

  it('with an id that another account uses is another message', async () => {
    const [one, another, messageId] = [randomUUID(), randomUUID(), randomUUID()];
    await notification.put(one, messageId, aBody());
    expect((await notification.put(another, messageId, aBody({}, [BENOIT]))).status).toBe(202);
    const { body } = await notification.get(another, `/notifications/v1/messages/${messageId}`);
    expect(body.recipients[0].email).toBe(BENOIT.email);
  });

  it('is one mail to an address that is named twice', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    await notification.put(accountId, messageId, aBody({}, [ALICE, { ...ALICE, email: 'ALICE@example.com' }]));
    expect(await dueOf(accountId)).toHaveLength(1);
  });

  it('refuses what would break out of a header field, and stores nothing', async () => {
    const accountId = randomUUID();
    const bad = [
      aBody({ orderNumber: 'ORD-1\r\nBcc: thief@evil.example' }),
      aBody({ orderNumber: 'ORD-1\u{202e}' }),
      aBody({}, [{ ...ALICE, name: 'Alice\r\nBcc: thief@evil.example' }]),
      aBody({}, [{ ...ALICE, name: 'Alice\u{2066}' }]),
      aBody({}, [{ ...ALICE, name: 'Alice\u{61c}' }]),
      aBody({}, [{ ...ALICE, email: 'alice@example.com\r\nBcc: thief@evil.example' }]),
      aBody({}, [{ ...ALICE, email: 'a@example.com, b@evil.example' }]),
      aBody({}, [{ ...ALICE, email: 'Alice <alice@example.com>' }]),
    ];
    for (const body of bad) {
      const answer = await notification.put(accountId, randomUUID(), body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(JSON.stringify(answer.body)).not.toContain('thief');
    }
    expect(await dueOf(accountId)).toEqual([]);
    expect((await notification.get(accountId, '/notifications/v1/messages')).body.items).toEqual([]);
  });

  it('is for the worker only', async () => {
    for (const service of ['order', 'inventory', 'catalog', 'seed'] as const) {
      const answer = await notification.put(randomUUID(), randomUUID(), aBody(), service);
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });
});

it('keeps a message about an order that waits, with the order it is about', async () => {
  const [accountId, messageId, orderId] = [randomUUID(), randomUUID(), randomUUID()];
  const order = { orderId, orderNumber: 'ORD-2026-000042', action: 'switch_to_esim', msisdn: '+33612345678' };
  for (const [index, why] of WAITING_REASONS.entries()) {
    const content = { kind: 'order_waiting', ...order, why, detail: index === 0 ? null : 'Trop tard.' };
    const id = index === 0 ? messageId : randomUUID();
    expect((await notification.put(accountId, id, { content, recipients: [ALICE, BENOIT] })).status).toBe(202);
  }
  expect((await notification.get(accountId, `/notifications/v1/messages/${messageId}`)).body).toMatchObject({
    kind: 'order_waiting',
    object: { type: 'order', id: orderId },
  });
  const list = await notification.get(accountId, `/notifications/v1/messages?objectId=${orderId}`);
  expect(list.body.items).toHaveLength(WAITING_REASONS.length);
});

describe('a message about a QR code', () => {
  const sim = { id: randomUUID(), msisdn: '+33612345678', iccid: null, temporaryReference: null };
  const expiresAt = '2026-03-31T10:00:00.000Z';
  const messages = { en: { subject: 'QR code wanted', text: 'Please send it.' } };
  const asked = { ...ALICE, linkId: randomUUID() };

  it('is kept under the request, or under the SIM where nobody had asked', async () => {
    const [accountId, requestId] = [randomUUID(), randomUUID()];
    const contents = [
      { kind: 'qr_code_requested', requestId, reminder: 0, messages, expiresAt },
      { kind: 'qr_code_available', requestId, sim, confirmationCodeRequired: true, expiresAt },
      { kind: 'qr_code_available', requestId: null, sim, confirmationCodeRequired: false, expiresAt },
      { kind: 'qr_file_refused', requestId, sim, reason: 'Another operator’s.' },
      { kind: 'qr_request_returned', requestId, sim, returns: [{ name: 'C', email: 'c@x.example', as: 'bounced' }] },
    ];
    for (const content of contents) {
      const answer = await notification.put(accountId, randomUUID(), { content, recipients: [asked] });
      expect(answer.status).toBe(202);
    }
    const kindsOf = async (objectId: string) => {
      const { body } = await notification.get(accountId, `/notifications/v1/messages?objectId=${objectId}`);
      return body.items.map(({ kind, object }: { kind: string; object: object }) => ({ kind, object }));
    };
    const object = { type: 'qr_request', id: requestId };
    expect(await kindsOf(requestId)).toEqual([
      { kind: 'qr_request_returned', object },
      { kind: 'qr_file_refused', object },
      { kind: 'qr_code_available', object },
      { kind: 'qr_code_requested', object },
    ]);
    expect(await kindsOf(sim.id)).toEqual([{ kind: 'qr_code_available', object: { type: 'sim', id: sim.id } }]);
  });

  it('of which no mail can be made is refused, and nothing is stored', async () => {
    const accountId = randomUUID();
    const requested = { kind: 'qr_code_requested', requestId: randomUUID(), reminder: 0, expiresAt };
    const available = { kind: 'qr_code_available', requestId: null, sim, confirmationCodeRequired: false, expiresAt };
    const subject = 'QR code\r\nBcc: thief@evil.example';
    const bad = [
      { content: { ...requested, messages: {} }, recipients: [asked] },
      { content: { ...requested, messages: { en: { ...messages.en, subject } } }, recipients: [asked] },
      { content: { ...requested, messages: { en: { ...messages.en, text: 'a\u{0}b' } } }, recipients: [asked] },
      { content: available, recipients: [asked, BENOIT] },
      {
        content: { ...available, sim: { ...sim, msisdn: null, iccid: '89\nBcc: thief@evil.example' } },
        recipients: [asked],
      },
      { content: { ...requested, messages }, recipients: [{ ...asked, linkId: 'https://evil.example' }] },
    ];
    for (const body of bad) {
      const answer = await notification.put(accountId, randomUUID(), body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(JSON.stringify(answer.body)).not.toMatch(/thief|evil/);
    }
    expect(await dueOf(accountId)).toEqual([]);
  });

  it('with another link under the same id is another message', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const content = { kind: 'qr_code_requested', requestId: randomUUID(), reminder: 0, messages, expiresAt };
    await notification.put(accountId, messageId, { content, recipients: [asked] });
    const other = { content, recipients: [{ ...asked, linkId: randomUUID() }] };
    expect(await notification.put(accountId, messageId, other)).toMatchObject({ status: 422 });
    expect((await notification.put(accountId, messageId, { content, recipients: [asked] })).status).toBe(202);
  });
});

it('a message that was put before there were links is known again', async () => {
  const [accountId, messageId] = [randomUUID(), randomUUID()];
  const body = aBody();
  await notification.put(accountId, messageId, body);
  const { body_hash: hash } = await notification.database.adminDb
    .selectFrom('message')
    .select('body_hash')
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  expect(hash).toBe(bodyHash(body));
});

describe('reading messages', () => {
  const url = '/notifications/v1/messages';

  it('is for managers, administrators and operations, and not for viewers', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    await notification.put(accountId, messageId, aBody());
    for (const path of [url, `${url}/${messageId}`]) {
      expect((await notification.get(accountId, path, ['manager'])).status).toBe(200);
      expect((await notification.get(accountId, path, ['administrator'])).status).toBe(200);
      expect(await notification.get(accountId, path, ['viewer'])).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
      const token = await notification.issuer.userToken({ roles: ['operations'] });
      const headers = { authorization: `Bearer ${token}`, 'simlane-account': accountId };
      expect((await notification.app.public.inject({ url: path, headers })).statusCode).toBe(200);
      expect((await notification.app.public.inject({ url: path })).statusCode).toBe(401);
    }
  });

  it('shows the newest first, page by page, each once', async () => {
    const accountId = randomUUID();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) await notification.put(accountId, id, aBody());
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 5 && cursor !== 'end'; page++) {
      const { body } = await notification.get(accountId, `${url}?limit=2${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor === null ? 'end' : `&cursor=${body.nextCursor}`;
      if (page === 0) await notification.put(accountId, randomUUID(), aBody());
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const newestFirst = await notification.database.adminDb
      .selectFrom('message')
      .select('id')
      .where('account_id', '=', accountId)
      .where('id', 'in', ids)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    expect(seen).toEqual(newestFirst.map(({ id }) => id));
  });

  it('shows those about one order', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const body = aBody();
    await notification.put(accountId, messageId, body);
    await notification.put(accountId, randomUUID(), aBody());
    const answer = await notification.get(accountId, `${url}?objectId=${body.content.orderId}`);
    expect(answer.body.items.map(({ id }: { id: string }) => id)).toEqual([messageId]);
  });

  it('knows nothing of another account’s', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const body = aBody();
    await notification.put(accountId, messageId, body);
    const stranger = randomUUID();
    expect(await notification.get(stranger, `${url}/${messageId}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect((await notification.get(stranger, `${url}?objectId=${body.content.orderId}`)).body.items).toEqual([]);
    expect(await notification.get(accountId, `${url}/${randomUUID()}`)).toMatchObject({ status: 404 });
  });

  it('refuses a bad cursor and names a parameter it does not know', async () => {
    const accountId = randomUUID();
    expect(await notification.get(accountId, `${url}?cursor=abc`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    });
    expect(await notification.get(accountId, `${url}?object=x`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '?object', detail: 'Unknown field' }] },
    });
    expect(await notification.get(accountId, `${url}/no-id`)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: ':id' }] },
    });
  });
});

it('the reference page describes every public route and no internal one', async () => {
  const { paths } = (await notification.app.public.inject({ url: '/openapi.json' })).json();
  expect(Object.keys(paths).toSorted()).toEqual([
    '/notifications/v1/messages',
    '/notifications/v1/messages/{id}',
    '/notifications/v1/ses-events',
  ]);
});

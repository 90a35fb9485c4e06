import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDeliveryHandler } from './delivery.service.ts';
import { type HandOverOutcome, REPEAT_AFTER_MS } from './delivery.ts';
import {
  ALICE,
  aBody,
  BENOIT,
  type GivenRecipient,
  MAIL_FROM,
  mails,
  scriptedSender,
  silent,
  startTestNotification,
  type TestNotification,
} from './notification.fixture.ts';

const ACCEPTED: HandOverOutcome = { outcome: 'accepted', providerMessageId: 'ses-1' };
const THROTTLED: HandOverOutcome = { outcome: 'refused', code: 'Throttling', passing: true };
const REJECTED: HandOverOutcome = { outcome: 'refused', code: 'MessageRejected', passing: false };
const TIMED_OUT: HandOverOutcome = { outcome: 'unknown', code: 'AbortError' };
const DAY_MS = 86_400_000;

let notification: TestNotification;
/** When the message was put, and the clock of the test from there on. */
let start: number;
const at = (ms: number): Date => new Date(start + ms);

beforeAll(async () => {
  notification = await startTestNotification();
});
afterEach(() => notification.database.db.deleteFrom('due').execute());
afterAll(() => notification?.stop());

const put = async (recipients: readonly GivenRecipient[] = [ALICE]) => {
  const [accountId, messageId] = [randomUUID(), randomUUID()];
  const body = aBody({}, recipients);
  expect((await notification.put(accountId, messageId, body)).status).toBe(202);
  start = Date.now();
  const message = async () => (await notification.get(accountId, `/notifications/v1/messages/${messageId}`)).body;
  const states = async () => (await message()).recipients.map(({ state }: { state: string }) => state);
  return { accountId, messageId, body, message, states };
};

const dueCount = async (): Promise<number> =>
  (await notification.database.db.selectFrom('due').select('id').execute()).length;

describe('a mail', () => {
  it('is handed over once to each recipient, in the recipient’s language, and is then owed no more', async () => {
    const { messageId, message } = await put([ALICE, BENOIT]);
    const { sender, handedOver, marks } = scriptedSender(ACCEPTED);
    await notification.deliverDue(sender, at(0));
    await notification.deliverDue(sender, at(DAY_MS));
    expect(handedOver.map(({ to }) => to).toSorted()).toEqual([ALICE.email, BENOIT.email]);
    expect(marks()).toEqual([false, false]);
    for (const { from, tags } of handedOver) expect([from, tags.messageId]).toEqual([MAIL_FROM, messageId]);
    const toBenoit = handedOver.find(({ to }) => to === BENOIT.email)?.raw.toString() ?? '';
    expect(toBenoit).toContain('Content-Language: fr');
    expect((await message()).recipients).toEqual([
      { ...ALICE, state: 'sent', sentAt: at(0).toISOString(), providerMessageId: 'ses-1', returned: null },
      { ...BENOIT, state: 'sent', sentAt: at(0).toISOString(), providerMessageId: 'ses-1', returned: null },
    ]);
    expect(await dueCount()).toBe(0);
  });

  it('put twice is sent once', async () => {
    const { accountId, messageId, body } = await put();
    const { sender, handedOver } = scriptedSender(ACCEPTED);
    await notification.deliverDue(sender, at(0));
    expect((await notification.put(accountId, messageId, body)).status).toBe(202);
    await notification.deliverDue(sender, at(DAY_MS));
    expect(handedOver).toHaveLength(1);
  });

  it('that timed out is handed over once more, marked', async () => {
    const { states } = await put();
    const { sender, marks } = scriptedSender(TIMED_OUT, ACCEPTED);
    await notification.deliverDue(sender, at(0));
    expect(await states()).toEqual(['unknown']);
    await notification.deliverDue(sender, at(REPEAT_AFTER_MS - 1));
    expect(marks()).toEqual([false]);
    await notification.deliverDue(sender, at(REPEAT_AFTER_MS));
    expect(marks()).toEqual([false, true]);
    expect(await states()).toEqual(['sent']);
    await notification.deliverDue(sender, at(DAY_MS));
    expect(marks()).toHaveLength(2);
  });

  it('of which nothing was heard twice stays unknown and is never sent again', async () => {
    const { states } = await put();
    const { sender, marks } = scriptedSender(TIMED_OUT);
    for (let ms = 0; ms < DAY_MS; ms += DAY_MS / 10) await notification.deliverDue(sender, at(ms));
    expect(marks()).toEqual([false, true]);
    expect(await states()).toEqual(['unknown']);
    expect(await dueCount()).toBe(0);
  });

  it('that was throttled is sent later, once and unmarked', async () => {
    const { states } = await put();
    const { sender, marks } = scriptedSender(THROTTLED, THROTTLED, ACCEPTED);
    await notification.deliverDue(sender, at(0));
    expect(await states()).toEqual(['queued']);
    await notification.deliverDue(sender, at(999));
    expect(marks()).toHaveLength(1);
    await notification.deliverDue(sender, at(1_000));
    await notification.deliverDue(sender, at(3_000));
    await notification.deliverDue(sender, at(DAY_MS));
    expect(marks()).toEqual([false, false, false]);
    expect(await states()).toEqual(['sent']);
  });

  it('that timed out and was then throttled keeps its one repeat, marked', async () => {
    const { states } = await put();
    const { sender, marks } = scriptedSender(TIMED_OUT, THROTTLED, TIMED_OUT, ACCEPTED);
    for (let ms = 0; ms < DAY_MS; ms += REPEAT_AFTER_MS * 60) await notification.deliverDue(sender, at(ms));
    expect(marks()).toEqual([false, true, true]);
    expect(await states()).toEqual(['unknown']);
  });

  it('whose process died between hand-over and record is handed over once more, marked, and no third time', async () => {
    const { states } = await put();
    const dying = scriptedSender(() => new Promise<HandOverOutcome>(() => undefined));
    void notification.deliverDue(dying.sender, at(0));
    await expect.poll(() => dying.handedOver.length).toBe(1);
    expect(await states()).toEqual(['unknown']);

    const next = scriptedSender(() => new Promise<HandOverOutcome>(() => undefined));
    await notification.deliverDue(next.sender, at(REPEAT_AFTER_MS - 1));
    expect(next.handedOver).toHaveLength(0);
    void notification.deliverDue(next.sender, at(REPEAT_AFTER_MS));
    await expect.poll(() => next.marks()).toEqual([true]);

    const third = scriptedSender(ACCEPTED);
    await notification.deliverDue(third.sender, at(DAY_MS));
    expect(third.handedOver).toHaveLength(0);
    expect(await states()).toEqual(['unknown']);
  });

  it('whose sender broke its promise and threw counts as unknown', async () => {
    const { states } = await put();
    const { sender, marks } = scriptedSender(() => Promise.reject(new Error('broken')), ACCEPTED);
    await notification.deliverDue(sender, at(0));
    await notification.deliverDue(sender, at(REPEAT_AFTER_MS));
    expect(marks()).toEqual([false, true]);
    expect(await states()).toEqual(['sent']);
  });

  it('is handed over once however many processes try at the same time', async () => {
    const { accountId } = await put();
    const { sender, handedOver } = scriptedSender(ACCEPTED);
    const { db } = notification.database;
    const deliver = createDeliveryHandler({ db, logger: silent, sender, mails, now: () => at(0) });
    const { id } = await db.selectFrom('due').select('id').executeTakeFirstOrThrow();
    await Promise.all(Array.from({ length: 8 }, () => deliver({ id, accountId, tries: 0 })));
    expect(handedOver).toHaveLength(1);
  });

  it('that one recipient’s address has refused reaches the others all the same', async () => {
    const { states } = await put([ALICE, BENOIT]);
    const toBenoit = scriptedSender(ACCEPTED);
    const sender = {
      handOver: async (mail: Parameters<typeof toBenoit.sender.handOver>[0]) =>
        mail.to === ALICE.email ? REJECTED : toBenoit.sender.handOver(mail),
    };
    await notification.deliverDue(sender, at(0));
    expect(await states()).toEqual(['queued', 'sent']);
    await notification.deliverDue(sender, at(59_999));
    await notification.deliverDue(toBenoit.sender, at(60_000));
    expect(await states()).toEqual(['sent', 'sent']);
  });
});

it('the row tells why a mail waits, by code and without content', async () => {
  const { accountId } = await put();
  await notification.deliverDue(scriptedSender(REJECTED).sender, at(0));
  const rows = await notification.database.adminDb
    .selectFrom('message_recipient')
    .select(['state', 'hand_overs', 'refusals', 'last_fault'])
    .where('account_id', '=', accountId)
    .execute();
  expect(rows).toEqual([{ state: 'queued', hand_overs: 0, refusals: 1, last_fault: 'MessageRejected' }]);
});

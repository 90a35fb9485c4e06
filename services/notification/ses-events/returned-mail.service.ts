/** Mails that came back: owed to whoever asked for them until they are recorded there. */
import type { Message } from '@simlane/contracts/http/notification';
import { setDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Db, Tx } from '../database.ts';
import type { RecipientState } from '../message.ts';
import type { QrRequestWorkflow } from './qr-request-workflow.ts';
import { markReturnTold, type ReturnedMail, untoldReturn, untoldReturns } from './returned-mail.repository.ts';

/** The kind of due row; its id is the recipient's. */
export const RETURNED_MAIL = 'returned_mail';

/** Only requests for QR codes do something about a mail that came back; on an order's it is shown. */
export const setReturnDue = async (
  tx: Tx,
  mail: { accountId: string; recipientId: string; state: RecipientState; object: Message['object'] },
): Promise<void> => {
  const { accountId, recipientId, state, object } = mail;
  if (object.type !== 'qr_request' || (state !== 'bounced' && state !== 'complained')) return;
  await setDue(tx, { kind: RETURNED_MAIL, id: recipientId, accountId, dueAt: new Date() });
};

/** Wakes the workflow of the request, which asks for what came back and tells inventory, and then here that it has. */
export const createReturnedMailHandler =
  ({ db, workflow }: { db: Db; workflow: QrRequestWorkflow }): DueHandler =>
  async ({ id, accountId, tries }) => {
    const returned = await readInAccount(db, accountId, (tx) => untoldReturn(tx, accountId, id));
    if (returned === undefined) return settle(db, accountId, id);
    await workflow.wake({ accountId, requestId: returned.requestId }, { again: tries > 0 });
  };

const settle = (db: Db, accountId: string, recipientId: string): Promise<void> =>
  inAccount(db, accountId, (tx) => setDue(tx, { kind: RETURNED_MAIL, id: recipientId, accountId, dueAt: null }));

export const listReturns = (db: Db, accountId: string, requestId: string): Promise<ReturnedMail[]> =>
  readInAccount(db, accountId, (tx) => untoldReturns(tx, accountId, requestId));

/** These are recorded where they were asked for, and owed no more. A repeat changes nothing. */
export const recordReturnsTold = (
  db: Db,
  accountId: string,
  requestId: string,
  told: readonly { messageId: string; email: string }[],
): Promise<void> =>
  inAccount(db, accountId, async (tx) => {
    for (const { recipientId, messageId, email } of await untoldReturns(tx, accountId, requestId)) {
      const isTold = told.some((one) => one.messageId === messageId && one.email.toLowerCase() === email.toLowerCase());
      if (!isTold) continue;
      await markReturnTold(tx, accountId, recipientId);
      await setDue(tx, { kind: RETURNED_MAIL, id: recipientId, accountId, dueAt: null });
    }
  });

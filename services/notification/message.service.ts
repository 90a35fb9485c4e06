import type { Message } from '@simlane/contracts/http/notification';
import { idSchema, timeSchema } from '@simlane/contracts/http/primitives';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { setDue } from '@simlane/service-kit/due';
import { decodeCursor, toPage } from '@simlane/service-kit/pages';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { invalidRequest, notFound, ProblemError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { z } from 'zod';
import type { Db } from './database.ts';
import { DELIVERY, newDelivery } from './delivery.ts';
import { HeaderFieldError } from './header-field.ts';
import type { MailMaker } from './mail-maker.ts';
import { MissingLinkError } from './mail-texts.ts';
import { distinctRecipients, identityOf, type MessageRecipient, type PutMessageBody } from './message.ts';
import { findBodyHash, findMessage, insertMessage, insertRecipients, listMessages } from './message.repository.ts';

/**
 * Takes a message on: one mail to each distinct address, each on its own way from then on. The first content under
 * an id stands, and a repeat of it changes nothing.
 *
 * @throws ProblemError `idempotency_key_reused` for another content under the id; `invalid_request` for one that no
 * mail can be made of, before anything is stored
 */
export const putMessage = async (
  { db, mails }: { db: Db; mails: MailMaker },
  accountId: string,
  message: { id: string; body: PutMessageBody },
): Promise<void> => {
  const { content } = message.body;
  const recipients = distinctRecipients(message.body.recipients);
  for (const recipient of recipients) await checkMail(mails, accountId, content, recipient);

  const hash = bodyHash(identityOf(message.body));
  const delivery = newDelivery(new Date());
  await inAccount(db, accountId, async (tx) => {
    if (!(await insertMessage(tx, accountId, { id: message.id, content, bodyHash: hash }))) {
      if ((await findBodyHash(tx, accountId, message.id)) === hash) return;
      throw new ProblemError('idempotency_key_reused', `The message ${message.id} has another content`, {
        fix: 'Give another message an id of its own',
      });
    }
    const queued = recipients.map((recipient) => ({ ...recipient, id: uuidV7(), delivery }));
    await insertRecipients(tx, accountId, message.id, queued);
    for (const { id } of queued) await setDue(tx, { kind: DELIVERY, id, accountId, dueAt: delivery.attemptAt });
  });
};

/** A mail that cannot be made would be tried for ever: it is found out while whoever asked for it is listening. */
const checkMail = async (
  mails: MailMaker,
  accountId: string,
  content: PutMessageBody['content'],
  recipient: MessageRecipient,
): Promise<void> => {
  try {
    await mails.make(accountId, content, recipient, { repeat: false });
  } catch (error) {
    if (error instanceof HeaderFieldError || error instanceof MissingLinkError) {
      throw invalidRequest([{ pointer: '', detail: error.message }]);
    }
    throw error;
  }
};

export const getMessage = async (db: Db, accountId: string, id: string): Promise<Message> => {
  const message = await readInAccount(db, accountId, (tx) => findMessage(tx, accountId, id));
  if (message === undefined) throw notFound();
  return message;
};

const cursorSchema = z.tuple([z.literal('messages'), timeSchema, idSchema]);

/** A page of messages, the newest first; the cursor holds for whatever filter. */
export const pageOfMessages = async (
  db: Db,
  accountId: string,
  query: { objectId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: Message[]; nextCursor: string | null }> => {
  const { objectId, cursor, limit } = query;
  const place = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
  const after = place && { createdAt: new Date(place[1]), id: place[2] };
  const messages = await readInAccount(db, accountId, (tx) =>
    listMessages(tx, accountId, { objectId, after, limit: limit + 1 }),
  );
  return toPage(
    messages,
    limit,
    ({ createdAt, id }) => ['messages', createdAt, id],
    (message) => message,
  );
};

import type { Message } from '@simlane/contracts/http/notification';
import { type ExpressionBuilder, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { NotificationDatabase, Tx } from './database.ts';
import { type MessageContent, type MessageRecipient, objectOf } from './message.ts';
import type { Delivery } from './delivery.ts';

interface NewMessage {
  readonly id: string;
  readonly content: MessageContent;
  readonly bodyHash: string;
}

/** Inserts a message; false if the account has one with this id, which stays as it is. */
export const insertMessage = async (tx: Tx, accountId: string, message: NewMessage): Promise<boolean> => {
  const object = objectOf(message.content);
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('message')
    .values({
      account_id: accountId,
      id: message.id,
      kind: message.content.kind,
      object_type: object.type,
      object_id: object.id,
      content: JSON.stringify(message.content),
      body_hash: message.bodyHash,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
};

interface NewRecipient extends MessageRecipient {
  readonly id: string;
  readonly delivery: Delivery;
}

export const insertRecipients = async (
  tx: Tx,
  accountId: string,
  messageId: string,
  recipients: readonly NewRecipient[],
): Promise<void> => {
  await tx
    .insertInto('message_recipient')
    .values(
      recipients.map(({ id, name, email, language, linkId, delivery }, position) => ({
        account_id: accountId,
        id,
        message_id: messageId,
        position,
        name,
        email,
        language,
        link_id: linkId,
        state: delivery.state,
        hand_overs: delivery.handOvers,
        refusals: delivery.refusals,
        attempt_at: delivery.attemptAt,
      })),
    )
    .execute();
};

export const findBodyHash = async (tx: Tx, accountId: string, messageId: string): Promise<string | undefined> => {
  const row = await tx
    .selectFrom('message')
    .select('body_hash')
    .where('account_id', '=', accountId)
    .where('id', '=', messageId)
    .executeTakeFirst();
  return row?.body_hash;
};

export const findMessage = async (tx: Tx, accountId: string, messageId: string): Promise<Message | undefined> => {
  const row = await selectMessages(tx, accountId).where('id', '=', messageId).executeTakeFirst();
  return row && toMessage(row);
};

/** The place after which a page begins: creation time and id of the last message shown. */
interface MessagePlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** The newest first. */
export const listMessages = async (
  tx: Tx,
  accountId: string,
  options: { objectId: string | undefined; after: MessagePlace | undefined; limit: number },
): Promise<Message[]> => {
  const { objectId, after, limit } = options;
  let query = selectMessages(tx, accountId).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit);
  if (objectId !== undefined) query = query.where('object_id', '=', objectId);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
  }
  const rows = await query.execute();
  return rows.map(toMessage);
};

const selectMessages = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('message')
    .select(['id', 'kind', 'object_type', 'object_id', 'created_at'])
    .select((message) => selectRecipients(message).as('recipients'))
    .where('account_id', '=', accountId);

const selectRecipients = (message: ExpressionBuilder<NotificationDatabase, 'message'>) =>
  jsonArrayFrom(
    message
      .selectFrom('message_recipient as recipient')
      .select([
        'recipient.email',
        'recipient.name',
        'recipient.language',
        'recipient.state',
        'recipient.sent_at',
        'recipient.provider_message_id',
        'recipient.returned_at',
        'recipient.returned_detail',
      ])
      .whereRef('recipient.account_id', '=', 'message.account_id')
      .whereRef('recipient.message_id', '=', 'message.id')
      .orderBy('recipient.position'),
  );

type MessageRow = Awaited<ReturnType<ReturnType<typeof selectMessages>['executeTakeFirstOrThrow']>>;

const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  kind: row.kind,
  object: { type: row.object_type, id: row.object_id },
  createdAt: row.created_at.toISOString(),
  recipients: row.recipients.map(({ sent_at, provider_message_id, returned_at, returned_detail, ...recipient }) => ({
    ...recipient,
    sentAt: sent_at === null ? null : asTime(sent_at),
    providerMessageId: provider_message_id,
    returned: returned_at === null ? null : { at: asTime(returned_at), detail: returned_detail },
  })),
});

/** Inside of JSON a time is a text with PostgreSQL's own offset. */
const asTime = (time: Date | string): string => new Date(time).toISOString();

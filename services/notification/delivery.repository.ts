import { setDue } from '@simlane/service-kit/due';
import type { Tx } from './database.ts';
import { DELIVERY, type Delivery } from './delivery.ts';
import { type MessageContent, type MessageRecipient } from './message.ts';

interface RecipientDelivery {
  readonly id: string;
  readonly messageId: string;
  readonly content: MessageContent;
  readonly recipient: MessageRecipient;
  readonly delivery: Delivery;
}

/** The delivery to one recipient, its row locked: hand-overs to one recipient are decided one after another. */
export const lockDelivery = async (
  tx: Tx,
  accountId: string,
  recipientId: string,
): Promise<RecipientDelivery | undefined> => {
  const row = await tx
    .selectFrom('message_recipient as recipient')
    .innerJoin('message', (join) =>
      join.onRef('message.account_id', '=', 'recipient.account_id').onRef('message.id', '=', 'recipient.message_id'),
    )
    .selectAll('recipient')
    .select('message.content')
    .where('recipient.account_id', '=', accountId)
    .where('recipient.id', '=', recipientId)
    .forUpdate('recipient')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    messageId: row.message_id,
    content: row.content,
    recipient: { name: row.name, email: row.email, language: row.language, linkId: row.link_id },
    delivery: {
      state: row.state,
      handOvers: row.hand_overs,
      refusals: row.refusals,
      attemptAt: row.attempt_at,
      lastFault: row.last_fault,
      sentAt: row.sent_at,
      providerMessageId: row.provider_message_id,
      returned: row.returned_at && { at: row.returned_at, detail: row.returned_detail },
    },
  };
};

/** Row and due row together, always: `attemptAt` is what is owed. */
export const saveDelivery = async (
  tx: Tx,
  accountId: string,
  recipientId: string,
  delivery: Delivery,
): Promise<void> => {
  await tx
    .updateTable('message_recipient')
    .set({
      state: delivery.state,
      hand_overs: delivery.handOvers,
      refusals: delivery.refusals,
      last_fault: delivery.lastFault,
      attempt_at: delivery.attemptAt,
      sent_at: delivery.sentAt,
      provider_message_id: delivery.providerMessageId,
      returned_at: delivery.returned?.at ?? null,
      returned_detail: delivery.returned?.detail ?? null,
    })
    .where('account_id', '=', accountId)
    .where('id', '=', recipientId)
    .execute();
  await setDue(tx, { kind: DELIVERY, id: recipientId, accountId, dueAt: delivery.attemptAt });
};

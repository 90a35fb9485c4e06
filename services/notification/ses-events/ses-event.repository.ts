import type { Tx } from '../database.ts';
import type { SesEvent } from './ses-event.ts';

/** Inserts an event; false if this message of SNS is there already. */
export const insertSesEvent = async (tx: Tx, snsMessageId: string, event: SesEvent): Promise<boolean> => {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('ses_event')
    .values({
      account_id: event.mail.accountId,
      sns_message_id: snsMessageId,
      recipient_id: event.mail.recipientId,
      kind: event.kind,
      detail: event.detail,
      occurred_at: event.occurredAt,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'sns_message_id']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
};

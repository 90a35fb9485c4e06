import { sql } from 'kysely';
import type { Tx } from '../database.ts';

export interface ReturnedMail {
  readonly recipientId: string;
  readonly messageId: string;
  readonly requestId: string;
  readonly email: string;
  readonly as: 'bounced' | 'complained';
  readonly at: Date;
}

/** Mails of one request that came back and that nobody has recorded, in the order in which they were sent. */
export const untoldReturns = async (tx: Tx, accountId: string, requestId: string): Promise<ReturnedMail[]> => {
  const rows = await selectUntold(tx, accountId)
    .where('message.object_id', '=', requestId)
    .orderBy('message.created_at')
    .orderBy('recipient.position')
    .execute();
  return rows.map(toReturn);
};

/** The mail to one recipient, if it came back and nobody has recorded it. */
export const untoldReturn = async (
  tx: Tx,
  accountId: string,
  recipientId: string,
): Promise<ReturnedMail | undefined> => {
  const row = await selectUntold(tx, accountId).where('recipient.id', '=', recipientId).executeTakeFirst();
  return row && toReturn(row);
};

const selectUntold = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('message_recipient as recipient')
    .innerJoin('message', (join) =>
      join.onRef('message.account_id', '=', 'recipient.account_id').onRef('message.id', '=', 'recipient.message_id'),
    )
    .select(['recipient.id', 'recipient.message_id', 'recipient.email', 'recipient.state', 'recipient.returned_at'])
    .select('message.object_id')
    .where('recipient.account_id', '=', accountId)
    .where('message.object_type', '=', 'qr_request')
    .where('recipient.state', 'in', ['bounced', 'complained'])
    .where('recipient.return_told_at', 'is', null);

type UntoldRow = Awaited<ReturnType<ReturnType<typeof selectUntold>['executeTakeFirstOrThrow']>>;

const toReturn = (row: UntoldRow): ReturnedMail => ({
  recipientId: row.id,
  messageId: row.message_id,
  requestId: row.object_id,
  email: row.email,
  as: row.state === 'complained' ? 'complained' : 'bounced',
  at: row.returned_at ?? new Date(0),
});

export const markReturnTold = async (tx: Tx, accountId: string, recipientId: string): Promise<void> => {
  await tx
    .updateTable('message_recipient')
    .set({ return_told_at: sql`now()` })
    .where('account_id', '=', accountId)
    .where('id', '=', recipientId)
    .execute();
};

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { QrLinkTable, Transaction } from '../database.ts';
import type { StoredLink } from './link.ts';

const toLink = (row: Selectable<QrLinkTable>): StoredLink => ({
  id: row.id,
  purpose: row.purpose,
  requestId: row.request_id,
  sending: row.sending,
  contactId: row.contact_id,
  qrCodeId: row.qr_code_id,
  sentTo: row.sent_to,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  uses: row.uses,
  lastUsedAt: row.last_used_at,
});

export const insertLinks = async (
  tx: Transaction,
  accountId: string,
  links: readonly Omit<StoredLink, 'revokedAt' | 'uses' | 'lastUsedAt'>[],
): Promise<void> => {
  await tx
    .insertInto('qr_link')
    .values(
      links.map((link) => ({
        account_id: accountId,
        id: link.id,
        purpose: link.purpose,
        request_id: link.requestId,
        sending: link.sending,
        contact_id: link.contactId,
        qr_code_id: link.qrCodeId,
        sent_to: link.sentTo,
        created_at: link.createdAt,
        expires_at: link.expiresAt,
        revoked_at: null,
        last_used_at: null,
      })),
    )
    .execute();
};

export const findLink = async (tx: Transaction, accountId: string, id: string): Promise<StoredLink | undefined> => {
  const row = await tx
    .selectFrom('qr_link')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toLink(row);
};

/** Links to a code, or of a sending of a request; the oldest first. */
export const listLinks = async (
  tx: Transaction,
  accountId: string,
  where: { readonly qrCodeId: string } | { readonly requestId: string; readonly sending?: number },
): Promise<StoredLink[]> => {
  const all = tx.selectFrom('qr_link').selectAll().where('account_id', '=', accountId).orderBy('id');
  const some =
    'qrCodeId' in where ? all.where('qr_code_id', '=', where.qrCodeId) : all.where('request_id', '=', where.requestId);
  const rows = await ('sending' in where && where.sending !== undefined
    ? some.where('sending', '=', where.sending)
    : some
  ).execute();
  return rows.map(toLink);
};

/** Counts a use, in one statement: any number at once are all counted. */
export const countUse = async (tx: Transaction, accountId: string, id: string, now: Date): Promise<void> => {
  await tx
    .updateTable('qr_link')
    .set({ uses: sql`uses + 1`, last_used_at: now })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute();
};

/** @returns false where it was revoked before */
export const revoke = async (tx: Transaction, accountId: string, id: string, now: Date): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('qr_link')
    .set({ revoked_at: now })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
};

import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Whether the order asks for the QR code of its eSIM by itself; what was confirmed before does not. */
export const qrCode = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table "order" add column request_qr_code_when_processed boolean not null default false`.execute(db);
};

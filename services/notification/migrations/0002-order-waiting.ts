import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Messages about orders that go on, but not as their manager expects. */
export const orderWaitingMessages = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table message
    drop constraint message_kind_check,
    add constraint message_kind_check check (kind in ('order_finished', 'order_waiting'))`.execute(db);
};

import type { MigrationContext } from '@simlane/service-kit/migration';
import { appendOnlyTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * What happened to lines and SIMs, one entry for each change of state. The service can only add and read. Nothing
 * points from here to the fleet: what is gone keeps its story.
 */
export const timeline = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`
    create table timeline (
      account_id uuid not null,
      id uuid not null default uuidv7(),
      subject_type text not null check (subject_type in ('line', 'sim')),
      subject_id uuid not null,
      order_id uuid,
      event text not null,
      source text not null,
      actor_id text,
      cause_id text,
      reason text,
      occurred_at timestamptz not null default now(),
      recorded_at timestamptz not null default now(),
      data jsonb not null default '{}',
      primary key (account_id, id)
    )`.execute(db);
  await sql`create index timeline_of_subject on timeline (account_id, subject_type, subject_id, id)`.execute(db);
  await sql`create index timeline_of_order on timeline (account_id, order_id, id) where order_id is not null`.execute(
    db,
  );
  await appendOnlyTable(context, 'timeline');
};

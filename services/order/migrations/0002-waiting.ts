import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** What an order waits for, and what people decide meanwhile: deadlines, cancellation, decisions, adoption. */
export const waiting = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table "order"
    add column submission_attempted_at timestamptz,
    add column terms jsonb,
    add column waits_until timestamptz,
    add column silence_step integer not null default 0,
    add column cancellation jsonb,
    add column adopted_from_order uuid,
    add column adopted_from_fact uuid,
    add column adopted_by uuid,
    add column provider_order_id uuid,
    add constraint what_is_adopted_is_one_word check ((adopted_from_order is null) = (adopted_from_fact is null)),
    add foreign key (account_id, adopted_from_order) references "order" (account_id, id),
    add foreign key (account_id, adopted_from_fact) references fact (account_id, id),
    add foreign key (account_id, adopted_by) references "order" (account_id, id)`.execute(db);
  // Whatever is confirmed may have been sent: who wants to cancel it has to ask, and who sends it again asks first.
  await sql`update "order" set submission_attempted_at = coalesce(submitted_at, now())
    where status not in ('draft', 'confirming', 'expired')`.execute(db);
  await sql`alter table fact
    add column decision_caller text,
    add column decision_key text,
    add column decision_body_hash text`.execute(db);
  await sql`create unique index fact_of_decision on fact (account_id, decision_caller, decision_key)
    where decision_key is not null`.execute(db);
};

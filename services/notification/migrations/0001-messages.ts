import { dueTable } from '@simlane/service-kit/due';
import { appendOnlyTable, type MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Messages, and for each recipient how far the delivery has come. */
export const messageTables = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  // Times in milliseconds: a cursor holds them exactly.
  await sql`create table message (
    account_id uuid not null,
    id uuid not null,
    kind text not null check (kind in ('order_finished')),
    object_type text not null check (object_type in ('order')),
    object_id uuid not null,
    content jsonb not null,
    body_hash text not null,
    created_at timestamptz(3) not null default now(),
    primary key (account_id, id)
  )`.execute(db);
  await sql`create index message_newest on message (account_id, created_at desc, id desc)`.execute(db);
  await sql`create index message_of_object on message (account_id, object_id, created_at desc, id desc)`.execute(db);

  await sql`create table message_recipient (
    account_id uuid not null,
    id uuid not null,
    message_id uuid not null,
    position integer not null,
    name text not null,
    email text not null,
    language text not null check (language in ('en', 'fr')),
    state text not null check (state in ('queued', 'sent', 'unknown', 'delivered', 'bounced', 'complained')),
    hand_overs integer not null,
    refusals integer not null,
    last_fault text,
    attempt_at timestamptz,
    sent_at timestamptz,
    provider_message_id text,
    primary key (account_id, id),
    foreign key (account_id, message_id) references message,
    unique (account_id, message_id, position),
    constraint handed_over_at_most_twice check (hand_overs between 0 and 2),
    constraint queued_until_handed_over check ((state = 'queued') = (hand_overs = 0)),
    constraint attempted_while_open check (case state
      when 'queued' then attempt_at is not null
      when 'unknown' then (attempt_at is not null) = (hand_overs = 1)
      else attempt_at is null
    end),
    constraint sent_has_its_proof check (state in ('queued', 'unknown') or (sent_at is not null and provider_message_id is not null))
  )`.execute(db);
  await sql`create unique index one_mail_an_address on message_recipient (account_id, message_id, lower(email))`.execute(
    db,
  );

  // The first content stands: of a message only what became of its delivery can change.
  await appendOnlyTable(context, 'message');
  await appendOnlyTable(context, 'message_recipient', [
    'state',
    'hand_overs',
    'refusals',
    'last_fault',
    'attempt_at',
    'sent_at',
    'provider_message_id',
  ]);
  await dueTable(context);
};

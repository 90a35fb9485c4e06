import { appendOnlyTable, type MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Messages about QR codes, with the links that they carry; and what SES says of a mail afterwards. */
export const qrCodeMessages = async (context: MigrationContext): Promise<void> => {
  const { db, appRole } = context;
  await sql`alter table message
    drop constraint message_kind_check,
    add constraint message_kind_check check (kind in (
      'order_finished', 'order_waiting', 'qr_code_requested', 'qr_code_available', 'qr_file_refused',
      'qr_request_returned'
    )),
    drop constraint message_object_type_check,
    add constraint message_object_type_check check (object_type in ('order', 'qr_request', 'sim'))`.execute(db);

  await sql`alter table message_recipient
    add column link_id uuid,
    add column returned_at timestamptz,
    add column returned_detail text,
    add column return_told_at timestamptz,
    add constraint returned_with_a_time check (state not in ('bounced', 'complained') or returned_at is not null),
    add constraint detail_of_a_return check (returned_detail is null or returned_at is not null),
    add constraint told_of_a_return check (return_told_at is null or state in ('bounced', 'complained'))`.execute(db);
  await sql`grant update (returned_at, returned_detail, return_told_at) on message_recipient to ${sql.id(appRole)}`.execute(
    db,
  );

  // By its primary key each event counts once.
  await sql`create table ses_event (
    account_id uuid not null,
    sns_message_id uuid not null,
    recipient_id uuid not null,
    kind text not null check (kind in ('delivered', 'soft_bounced', 'bounced', 'complained')),
    detail text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (account_id, sns_message_id),
    foreign key (account_id, recipient_id) references message_recipient
  )`.execute(db);
  await appendOnlyTable(context, 'ses_event');
};

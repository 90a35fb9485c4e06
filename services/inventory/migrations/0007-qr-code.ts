import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * eSIM QR codes, the files they came in, the requests for them, and the links that are mailed. A code that counts or
 * waits, and a request that is open, belong to a SIM in use: whoever ends a SIM ends them in the same transaction, or
 * the schema refuses.
 */
export const qrCode = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`alter table sim
    add column in_use_id uuid generated always as (case when state <> 'discarded' then id end) stored,
    add constraint sim_in_use unique (account_id, in_use_id)`.execute(db);

  await sql`alter table sim_replacement add column provider_reference text`.execute(db);

  // The row is there before the object is: what a process leaves behind that dies in between is found by it.
  await sql`
    create table stored_file (
      account_id uuid not null,
      id uuid not null,
      object_key text not null,
      state text not null check (state in ('writing', 'stored')),
      format text not null check (format in ('png', 'jpeg', 'svg', 'tiff', 'pdf')),
      bytes integer not null,
      sha256 text not null,
      object_sha256 text not null,
      created_at timestamptz not null default now(),
      primary key (account_id, id),
      unique (account_id, object_key),
      constraint stored_file_id unique (account_id, id, state)
    )`.execute(db);

  await sql`
    create table qr_request (
      account_id uuid not null,
      id uuid not null,
      sim_id uuid not null,
      order_id uuid,
      state text not null check (state in ('open', 'ended')),
      end_reason text check (end_reason in ('code_imported', 'expired', 'cancelled', 'sim_ended')),
      ended_at timestamptz,
      requested_by_id text not null,
      requested_by_name text not null,
      requested_by_email text not null,
      requested_by_language text not null check (requested_by_language in ('en', 'fr')),
      cc text[] not null,
      messages jsonb not null,
      sendings integer not null,
      mailed_sending integer not null,
      sent_at timestamptz,
      reminders integer not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      idempotency_caller text,
      idempotency_key text,
      body_hash text,
      resend_key text,
      version integer not null default 1,
      live_sim_id uuid generated always as (case when state = 'open' then sim_id end) stored,
      primary key (account_id, id),
      constraint qr_request_one_open unique (account_id, live_sim_id),
      constraint qr_request_of_order unique (account_id, order_id),
      constraint qr_request_key unique (account_id, idempotency_caller, idempotency_key),
      constraint qr_request_ended check ((state = 'ended') = (end_reason is not null and ended_at is not null)),
      constraint qr_request_sim_in_use foreign key (account_id, live_sim_id) references sim (account_id, in_use_id)
        deferrable initially deferred
    )`.execute(db);
  await sql`create index qr_request_of_sim on qr_request (account_id, sim_id, id)`.execute(db);
  await sql`create index qr_request_of_day on qr_request (account_id, created_at)`.execute(db);

  await sql`
    create table qr_request_contact (
      account_id uuid not null,
      request_id uuid not null,
      contact_id uuid not null,
      position integer not null,
      name text not null,
      email text not null,
      language text not null check (language in ('en', 'fr')),
      returned_as text check (returned_as in ('bounced', 'complained')),
      returned_at timestamptz,
      return_told boolean not null default false,
      primary key (account_id, request_id, contact_id),
      foreign key (account_id, request_id) references qr_request
    )`.execute(db);

  await sql`
    create table qr_code (
      account_id uuid not null,
      id uuid not null,
      sim_id uuid not null,
      state text not null check (state in ('waiting', 'current', 'refused', 'history')),
      source text not null check (source in ('upload_link', 'user', 'provider')),
      code_sealed text not null,
      code_fingerprint text not null,
      is_specific boolean not null,
      smdp_address text not null,
      last_four text not null,
      confirmation_code_required boolean not null,
      warnings jsonb not null,
      file_id uuid,
      file_state text generated always as (case when file_id is not null then 'stored' end) stored,
      request_id uuid,
      link_id uuid,
      fact_id uuid,
      imported_by text not null,
      imported_by_name text,
      imported_at timestamptz not null,
      decided_by text,
      decided_at timestamptz,
      refusal text,
      refusal_mailed boolean not null default false,
      ended_at timestamptz,
      live_sim_id uuid generated always as (case when state in ('waiting', 'current') then sim_id end) stored,
      primary key (account_id, id),
      foreign key (account_id, file_id, file_state) references stored_file (account_id, id, state),
      foreign key (account_id, request_id) references qr_request,
      constraint qr_code_sim_in_use foreign key (account_id, live_sim_id) references sim (account_id, in_use_id)
        deferrable initially deferred,
      constraint qr_code_ended check ((state in ('refused', 'history')) = (ended_at is not null)),
      constraint qr_code_refused_why check ((state = 'refused') = (refusal is not null))
    )`.execute(db);
  await sql`create unique index qr_code_current on qr_code (account_id, sim_id) where state = 'current'`.execute(db);
  await sql`create unique index qr_code_waiting on qr_code (account_id, sim_id) where state = 'waiting'`.execute(db);
  await sql`create unique index qr_code_in_use on qr_code (account_id, code_fingerprint)
    where state = 'current' and is_specific`.execute(db);
  await sql`create unique index qr_code_of_fact on qr_code (account_id, fact_id) where fact_id is not null`.execute(db);
  await sql`create index qr_code_of_day on qr_code (account_id, imported_at)`.execute(db);
  await sql`create index qr_code_of_sim on qr_code (account_id, sim_id, id)`.execute(db);
  await sql`create index qr_code_of_request on qr_code (account_id, request_id) where request_id is not null`.execute(
    db,
  );

  await sql`
    create table qr_link (
      account_id uuid not null,
      id uuid not null,
      purpose text not null check (purpose in ('qr_upload', 'qr_download')),
      request_id uuid,
      sending integer,
      contact_id uuid,
      qr_code_id uuid,
      sent_to text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      uses integer not null default 0,
      last_used_at timestamptz,
      primary key (account_id, id),
      foreign key (account_id, request_id, contact_id) references qr_request_contact (account_id, request_id, contact_id),
      foreign key (account_id, qr_code_id) references qr_code,
      constraint qr_link_points check (case purpose
        when 'qr_upload' then request_id is not null and sending is not null and contact_id is not null
        else qr_code_id is not null
      end)
    )`.execute(db);
  await sql`create index qr_link_of_day on qr_link (account_id, created_at)`.execute(db);
  await sql`create index qr_link_of_code on qr_link (account_id, qr_code_id) where qr_code_id is not null`.execute(db);
  await sql`create index qr_link_of_request on qr_link (account_id, request_id, sending)
    where request_id is not null`.execute(db);

  await sql`
    create table qr_notification (
      account_id uuid not null,
      id uuid not null,
      qr_code_id uuid not null,
      request_id uuid,
      link_id uuid not null,
      to_name text not null,
      to_email text not null,
      to_language text not null check (to_language in ('en', 'fr')),
      automatic boolean not null,
      created_at timestamptz not null,
      sent_at timestamptz,
      idempotency_caller text,
      idempotency_key text,
      body_hash text,
      primary key (account_id, id),
      foreign key (account_id, qr_code_id) references qr_code,
      foreign key (account_id, request_id) references qr_request,
      foreign key (account_id, link_id) references qr_link,
      constraint qr_notification_key unique (account_id, idempotency_caller, idempotency_key)
    )`.execute(db);
  await sql`create index qr_notification_of_code on qr_notification (account_id, qr_code_id, id)`.execute(db);

  await tenantTable(context, 'stored_file', ['select', 'insert', 'update', 'delete']);
  for (const table of ['qr_request', 'qr_request_contact', 'qr_code', 'qr_link', 'qr_notification']) {
    await tenantTable(context, table, ['select', 'insert', 'update']);
  }
  await sql`create trigger qr_request_version before update on qr_request
    for each row execute function count_version()`.execute(db);
  await sql`alter table timeline
    drop constraint timeline_subject_type_check,
    add constraint timeline_subject_type_check check (subject_type in ('line', 'sim', 'qr_request'))`.execute(db);
};

import { dueTable } from '@simlane/service-kit/due';
import { appendOnlyTable, type MigrationContext, tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** Orders, their facts, provider connections and the signals that came in. */
export const orders = async (context: MigrationContext): Promise<void> => {
  await orderTable(context);
  await factTable(context);
  await providerTables(context);
  await dueTable(context);
};

const orderTable = async (context: MigrationContext): Promise<void> => {
  const { db, appRole } = context;
  // One sequence for the whole installation makes order numbers unique in it, without a look at other accounts.
  await sql`create sequence order_number`.execute(db);
  await sql`grant usage on sequence order_number to ${sql.id(appRole)}`.execute(db);
  await sql`create table "order" (
    account_id uuid not null,
    id uuid not null default uuidv7(),
    order_number text not null,
    action text not null check (action in ('switch_to_esim', 'replace_esim')),
    status text not null check (status in
      ('draft', 'confirming', 'confirmed', 'in_progress', 'processed', 'cancelled', 'expired')),
    end_reason text check (end_reason in ('provider', 'rejected', 'manager', 'operations')),
    end_detail text,
    attempt integer not null default 0,
    line_id uuid not null,
    msisdn text not null,
    old_sim_id uuid not null,
    old_iccid text,
    device_eid text,
    new_sim_id uuid,
    temporary_reference text,
    provider_id uuid not null,
    provider_reference text,
    article jsonb,
    compatible_articles jsonb not null,
    delivery_contact jsonb,
    reference text,
    reference_sought text generated always as (lower(reference)) stored,
    comment text,
    reason text,
    activate boolean not null default false,
    warnings jsonb not null,
    ordered_by jsonb not null,
    confirmed_by jsonb,
    accepted_warnings jsonb not null default '[]',
    submitted_at timestamptz,
    manager_told_at timestamptz,
    todos jsonb not null default '[]',
    needs_attention boolean generated always as (todos <> '[]') stored,
    idempotency_caller text not null,
    idempotency_key text not null,
    idempotency_body_hash text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    version integer not null default 1,
    primary key (account_id, id),
    unique (account_id, order_number),
    unique (account_id, idempotency_caller, idempotency_key),
    constraint an_end_has_its_reason check ((status = 'cancelled') = (end_reason is not null)),
    constraint a_confirmed_order_is_complete check
      (status in ('draft', 'expired') or (article is not null and delivery_contact is not null and confirmed_by is not null))
  )`.execute(db);
  await sql`create index order_by_status on "order" (account_id, status, id)`.execute(db);
  await sql`create index order_by_line on "order" (account_id, line_id, id)`.execute(db);
  await sql`create index order_needing_attention on "order" (account_id, id) where needs_attention`.execute(db);
  await sql`create index order_by_number on "order" (account_id, order_number text_pattern_ops)`.execute(db);
  await sql`create index order_by_msisdn on "order" (account_id, msisdn text_pattern_ops)`.execute(db);
  await sql`create index order_by_reference on "order" (account_id, reference_sought text_pattern_ops)`.execute(db);
  await tenantTable(context, 'order', ['select', 'insert', 'update']);
  await statusGuard(context);
};

/** A status never moves backwards; only a refused `confirming` returns to `draft`. The end and its reason are final. */
const statusGuard = async ({ db }: MigrationContext): Promise<void> => {
  await sql`create function refuse_status_moving_backwards() returns trigger language plpgsql as $$
    begin
      if new.status <> old.status and (old.status, new.status) not in (
        ('draft', 'confirming'), ('draft', 'expired'),
        ('confirming', 'draft'), ('confirming', 'confirmed'),
        ('confirmed', 'in_progress'), ('confirmed', 'processed'), ('confirmed', 'cancelled'),
        ('in_progress', 'processed'), ('in_progress', 'cancelled')
      ) then
        raise exception 'order %: % cannot become %', old.id, old.status, new.status;
      end if;
      if old.end_reason is not null and new.end_reason is distinct from old.end_reason then
        raise exception 'order %: the reason of its end is final', old.id;
      end if;
      return new;
    end $$`.execute(db);
  await sql`create trigger status_moves_forwards before update of status, end_reason on "order"
    for each row execute function refuse_status_moving_backwards()`.execute(db);
};

const factTable = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`create table fact (
    account_id uuid not null,
    id uuid not null default uuidv7(),
    order_id uuid not null,
    number integer not null,
    kind text not null,
    source text not null,
    actor_id text,
    cause_id text,
    reason text,
    disposition text not null check (disposition in ('applied', 'duplicate', 'stale', 'conflict', 'recorded')),
    fills_in boolean not null default false,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    carried_out_at timestamptz,
    data jsonb not null default '{}',
    activation_code_sealed text,
    activation_code_fingerprint text,
    primary key (account_id, id),
    unique (account_id, order_id, number),
    foreign key (account_id, order_id) references "order" (account_id, id)
  )`.execute(db);
  await appendOnlyTable(context, 'fact', ['carried_out_at']);
};

const providerTables = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`create table provider_connection (
    account_id uuid not null,
    provider_id uuid not null,
    address text not null,
    credential_sealed text not null,
    signal_secrets_sealed jsonb not null,
    updated_at timestamptz not null default now(),
    primary key (account_id, provider_id)
  )`.execute(db);
  await tenantTable(context, 'provider_connection', ['select', 'insert', 'update']);

  await sql`create table provider_signal (
    account_id uuid not null,
    id uuid not null default uuidv7(),
    provider_id uuid not null,
    message_id text not null,
    body_hash text not null,
    type text not null,
    intake text not null check (intake in ('accepted', 'unknown_order')),
    order_id uuid,
    fact_id uuid,
    occurred_at timestamptz not null,
    received_at timestamptz not null default now(),
    body jsonb not null,
    activation_code_sealed text,
    replay_of uuid,
    replay_key text,
    replay_caller text,
    replay_body_hash text,
    primary key (account_id, id),
    foreign key (account_id, provider_id) references provider_connection (account_id, provider_id),
    foreign key (account_id, fact_id) references fact (account_id, id) deferrable initially deferred,
    constraint an_accepted_signal_is_a_fact check ((intake = 'accepted') = (fact_id is not null))
  )`.execute(db);
  // The same message twice is one signal; a replay is a new one.
  await sql`create unique index provider_signal_once on provider_signal
    (account_id, provider_id, message_id, body_hash) where replay_of is null`.execute(db);
  await sql`create unique index provider_signal_replay_once on provider_signal
    (account_id, replay_caller, replay_key) where replay_of is not null`.execute(db);
  await sql`create index provider_signal_by_order on provider_signal (account_id, order_id, id)`.execute(db);
  await appendOnlyTable(context, 'provider_signal');
};

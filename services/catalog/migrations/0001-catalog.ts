import { type MigrationContext, tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * Account settings, providers, distributors with their contacts, order packs with their articles. All keys start with
 * the account, so that no row can point at a row of another one.
 */
export const catalogTables = async (context: MigrationContext): Promise<void> => {
  const { db } = context;
  await sql`create table account (
    account_id uuid primary key,
    name text not null,
    time_zone text not null,
    locale text not null check (locale in ('en', 'fr')),
    notification_address text not null
  )`.execute(db);

  await sql`create table provider (
    account_id uuid not null references account,
    id uuid not null,
    name text not null,
    customer_number text not null,
    contract_reference text,
    time_to_acknowledge text not null,
    time_to_process text not null,
    billing_zone text not null,
    smdp_addresses text[] not null,
    archived_at timestamptz,
    primary key (account_id, id)
  )`.execute(db);
  await sql`create index provider_by_name on provider (account_id, name, id)`.execute(db);

  await sql`create table distributor (
    account_id uuid not null references account,
    id uuid not null,
    name text not null,
    archived_at timestamptz,
    primary key (account_id, id)
  )`.execute(db);
  await sql`create index distributor_by_name on distributor (account_id, name, id)`.execute(db);

  await sql`create table distributor_contact (
    account_id uuid not null,
    id uuid not null,
    distributor_id uuid not null,
    name text not null,
    email text not null,
    language text not null check (language in ('en', 'fr')),
    primary key (account_id, id),
    foreign key (account_id, distributor_id) references distributor
  )`.execute(db);
  await sql`create index distributor_contact_by_distributor on distributor_contact (account_id, distributor_id)`.execute(
    db,
  );

  await sql`create table distributor_contact_role (
    account_id uuid not null,
    contact_id uuid not null,
    role text not null check (role in ('esim_qr_code')),
    primary key (account_id, contact_id, role),
    foreign key (account_id, contact_id) references distributor_contact on delete cascade
  )`.execute(db);

  await sql`create table article (
    account_id uuid not null references account,
    id uuid not null,
    name text not null,
    section text not null check (section in ('sim_cards', 'devices', 'accessories', 'services')),
    sim_kind text check (sim_kind in ('physical', 'esim')),
    provider_id uuid,
    distributor_id uuid,
    supplier_article_code text not null,
    prices jsonb not null,
    commitment_months integer not null check (commitment_months >= 0),
    valid_from timestamptz,
    valid_until timestamptz,
    primary key (account_id, id),
    foreign key (account_id, provider_id) references provider,
    foreign key (account_id, distributor_id) references distributor,
    check (section = 'sim_cards' or sim_kind is null),
    check (section <> 'sim_cards' or (sim_kind is not null and provider_id is not null and distributor_id is not null))
  )`.execute(db);
  await sql`create index article_by_provider on article (account_id, provider_id)`.execute(db);

  await sql`create table order_pack (
    account_id uuid not null references account,
    id uuid not null,
    name text not null,
    archived_at timestamptz,
    primary key (account_id, id)
  )`.execute(db);
  await sql`create index order_pack_by_name on order_pack (account_id, name, id)`.execute(db);

  await sql`create table order_pack_article (
    account_id uuid not null,
    pack_id uuid not null,
    article_id uuid not null,
    position integer not null,
    primary key (account_id, pack_id, article_id),
    foreign key (account_id, pack_id) references order_pack,
    foreign key (account_id, article_id) references article
  )`.execute(db);
  await sql`create index order_pack_article_by_article on order_pack_article (account_id, article_id)`.execute(db);

  // Providers, distributors, packs and articles are archived or run out, never deleted.
  for (const table of ['account', 'provider', 'distributor', 'article', 'order_pack']) {
    await tenantTable(context, table, ['select', 'insert', 'update']);
  }
  for (const table of ['distributor_contact', 'distributor_contact_role', 'order_pack_article']) {
    await tenantTable(context, table);
  }
};

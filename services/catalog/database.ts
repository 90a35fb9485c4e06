import type { ARTICLE_SECTIONS, Article } from '@simlane/contracts/http/catalog';
import type { Language } from '@simlane/contracts/http/primitives';
import type { ServicePack } from '@simlane/contracts/http/service-profiles';
import type { Cutover } from '@simlane/contracts/order';
import type { PlanChange } from '@simlane/contracts/rate-plan';
import type { Configuration } from '@simlane/contracts/service-options';
import type { SimKind } from '@simlane/contracts/sim';
import type { Database } from '@simlane/service-kit/postgres';
import type { ColumnType, Generated, Transaction } from 'kysely';

/** A jsonb column: read as its value, written as JSON text (pg would make a PostgreSQL array of a list). */
type Json<T> = ColumnType<T, string, string>;

interface AccountTable {
  account_id: string;
  name: string;
  time_zone: string;
  locale: Language;
  notification_address: string;
}

interface ProviderTable {
  account_id: string;
  id: string;
  name: string;
  customer_number: string;
  contract_reference: string | null;
  time_to_acknowledge: string;
  time_to_process: string;
  cutover_on: Cutover;
  billing_zone: string;
  plan_change: PlanChange;
  service_changes_per_minute: number;
  smdp_addresses: string[];
  archived_at: Date | null;
}

interface DistributorTable {
  account_id: string;
  id: string;
  name: string;
  archived_at: Date | null;
}

interface DistributorContactTable {
  account_id: string;
  id: string;
  distributor_id: string;
  name: string;
  email: string;
  language: Language;
}

interface DistributorContactRoleTable {
  account_id: string;
  contact_id: string;
  role: 'esim_qr_code';
}

interface ArticleTable {
  account_id: string;
  id: string;
  name: string;
  section: (typeof ARTICLE_SECTIONS)[number];
  sim_kind: SimKind | null;
  provider_id: string | null;
  distributor_id: string | null;
  supplier_article_code: string;
  prices: Json<Article['prices']>;
  commitment_months: number;
  valid_from: Date | null;
  valid_until: Date | null;
}

interface OrderPackTable {
  account_id: string;
  id: string;
  name: string;
  archived_at: Date | null;
}

interface OrderPackArticleTable {
  account_id: string;
  pack_id: string;
  article_id: string;
  position: number;
}

/** The row as it is now, in its newest version, and the request that made it. */
interface VersionedTable {
  account_id: string;
  id: string;
  provider_id: string;
  version: number;
  name: string;
  archived_at: Date | null;
  /** Null where another service of ours or the seed gave the id. */
  idempotency_caller: string | null;
  idempotency_key: string | null;
  /** Null where the seed made it. */
  idempotency_body_hash: string | null;
}

/** What a version held; rows are added and never changed. */
interface VersionTable {
  account_id: string;
  version: number;
  name: string;
  archived_at: Date | null;
  created_at: Generated<Date>;
  created_by: string;
}

interface ServicePackContent {
  options: Json<ServicePack['options']>;
  rules: Json<ServicePack['rules']>;
}

interface ServicePackTable extends VersionedTable, ServicePackContent {}

interface ServicePackVersionTable extends VersionTable, ServicePackContent {
  service_pack_id: string;
}

interface RatePlanTable extends VersionedTable {
  code: string;
}

interface RatePlanVersionTable extends VersionTable {
  rate_plan_id: string;
  code: string;
}

interface ServiceProfileTable extends VersionedTable {
  service_pack_id: string;
  rate_plan_id: string;
  options: Json<Configuration>;
}

interface ServiceProfileVersionTable extends VersionTable {
  service_profile_id: string;
  options: Json<Configuration>;
}

/** The role of the running service: owns nothing, and sees one account at a time. */
export const APP_ROLE = 'catalog_app';

/** The tables of catalog, as the newest migration leaves them. Rows do not leave the files that read them. */
export interface CatalogDatabase {
  account: AccountTable;
  provider: ProviderTable;
  distributor: DistributorTable;
  distributor_contact: DistributorContactTable;
  distributor_contact_role: DistributorContactRoleTable;
  article: ArticleTable;
  order_pack: OrderPackTable;
  order_pack_article: OrderPackArticleTable;
  service_pack: ServicePackTable;
  service_pack_version: ServicePackVersionTable;
  rate_plan: RatePlanTable;
  rate_plan_version: RatePlanVersionTable;
  service_profile: ServiceProfileTable;
  service_profile_version: ServiceProfileVersionTable;
}

export type Db = Database<CatalogDatabase>;
export type Tx = Transaction<CatalogDatabase>;

import type { PackedArticle } from '@simlane/contracts/http/catalog';
import type { Cancellation, DeliveryContact, Todo } from '@simlane/contracts/http/order';
import type { INTAKES } from '@simlane/contracts/http/provider-signals';
import type { Language } from '@simlane/contracts/http/primitives';
import type { Warning } from '@simlane/contracts/http/problem';
import type { TimelineSource } from '@simlane/contracts/http/timeline';
import type { Disposition, FactKind } from '@simlane/contracts/facts';
import type { Cutover, EndReason, OrderStatus, ReplacementAction, ReplacementReason } from '@simlane/contracts/order';
import type { Role } from '@simlane/contracts/permissions';
import type { DueTable } from '@simlane/service-kit/due';
import type { Database } from '@simlane/service-kit/postgres';
import type { ServiceAnswer } from './sim-services/service-call.ts';
import type { ColumnType, Generated, GeneratedAlways, Transaction } from 'kysely';

/** A jsonb column: read as its value, written as JSON text (pg would make a PostgreSQL array of a list). */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null | undefined, string | null>;

export interface OrderedBy {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

/** The person for whom a confirmation is finished, even after he has gone. */
export interface ConfirmedBy {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly name: string;
  readonly email: string;
}

/** How the provider worked when the order went to it; the catalog may say something else since. */
export interface ProviderTerms {
  readonly cutoverOn: Cutover;
  /** ISO 8601 durations. */
  readonly timeToAcknowledge: string;
  readonly timeToProcess: string;
}

interface OrderTable {
  account_id: string;
  id: Generated<string>;
  order_number: string;
  action: ReplacementAction;
  status: OrderStatus;
  end_reason: EndReason | null;
  end_detail: string | null;
  attempt: Generated<number>;
  line_id: string;
  msisdn: string;
  old_sim_id: string;
  old_iccid: string | null;
  device_eid: string | null;
  new_sim_id: string | null;
  temporary_reference: string | null;
  provider_id: string;
  provider_reference: string | null;
  article: JsonOrNull<PackedArticle>;
  compatible_articles: Json<PackedArticle[]>;
  delivery_contact: JsonOrNull<DeliveryContact>;
  reference: string | null;
  reference_sought: GeneratedAlways<string | null>;
  comment: string | null;
  reason: ReplacementReason | null;
  activate: Generated<boolean>;
  request_qr_code_when_processed: Generated<boolean>;
  warnings: Json<Warning[]>;
  ordered_by: Json<OrderedBy>;
  confirmed_by: JsonOrNull<ConfirmedBy>;
  accepted_warnings: ColumnType<string[], string | undefined, string>;
  submission_attempted_at: Date | null;
  submitted_at: Date | null;
  terms: JsonOrNull<ProviderTerms>;
  waits_until: Date | null;
  silence_step: Generated<number>;
  cancellation: JsonOrNull<Cancellation>;
  adopted_from_order: string | null;
  adopted_from_fact: string | null;
  adopted_by: string | null;
  provider_order_id: string | null;
  manager_told_at: Date | null;
  todos: ColumnType<Todo[], string | undefined, string>;
  needs_attention: GeneratedAlways<boolean>;
  idempotency_caller: string;
  idempotency_key: string;
  idempotency_body_hash: string;
  created_at: Generated<Date>;
  expires_at: Date | null;
  version: Generated<number>;
}

interface FactTable {
  account_id: string;
  id: Generated<string>;
  order_id: string;
  number: number;
  kind: FactKind;
  source: TimelineSource;
  actor_id: string | null;
  cause_id: string | null;
  reason: string | null;
  disposition: Disposition;
  fills_in: Generated<boolean>;
  occurred_at: Date;
  recorded_at: Generated<Date>;
  carried_out_at: Date | null;
  data: Json<Record<string, unknown>>;
  activation_code_sealed: string | null;
  activation_code_fingerprint: string | null;
  decision_caller: string | null;
  decision_key: string | null;
  decision_body_hash: string | null;
}

interface ProviderConnectionTable {
  account_id: string;
  provider_id: string;
  address: string;
  credential_sealed: string;
  signal_secrets_sealed: Json<string[]>;
  updated_at: Generated<Date>;
}

interface ProviderSignalTable {
  account_id: string;
  id: Generated<string>;
  provider_id: string;
  message_id: string;
  body_hash: string;
  type: string;
  intake: Exclude<(typeof INTAKES)[number], 'duplicate'>;
  order_id: string | null;
  fact_id: string | null;
  change_id: string | null;
  disposition: Disposition | null;
  occurred_at: Date;
  received_at: Generated<Date>;
  body: Json<Record<string, unknown>>;
  activation_code_sealed: string | null;
  replay_of: string | null;
  replay_key: string | null;
  replay_caller: string | null;
  replay_body_hash: string | null;
}

interface ServiceCallTable {
  account_id: string;
  id: Generated<string>;
  change_id: string;
  sim_id: string;
  provider_id: string;
  iccid: string;
  options: Json<Record<string, string>>;
  rate_plan: string | null;
  effective_on: string | null;
  body_hash: string;
  attempted_at: Generated<Date>;
  sent_at: Date | null;
  answered_at: Date | null;
  answers: ColumnType<ServiceAnswer[], string | undefined, string>;
  version: Generated<number>;
  taken_version: Generated<number>;
}

export interface OrderDatabase {
  order: OrderTable;
  fact: FactTable;
  provider_connection: ProviderConnectionTable;
  provider_signal: ProviderSignalTable;
  service_call: ServiceCallTable;
  due: DueTable;
}

/** The role of the running service; it owns nothing. */
export const APP_ROLE = 'order_app';

export type Db = Database<OrderDatabase>;
export type Tx = Transaction<OrderDatabase>;

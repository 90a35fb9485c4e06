import type { Action } from '@simlane/contracts/actions';
import type { TimelineSource } from '@simlane/contracts/http/timeline';
import type { DriftState } from '@simlane/contracts/drift';
import type { IccidIssue } from '@simlane/contracts/http/inventory-internal';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { ReplacementState, SimKind, SimState, Slot } from '@simlane/contracts/sim';
import type { Language } from '@simlane/contracts/http/primitives';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';
import type {
  QrCodeSource,
  QrCodeState,
  QrCodeWarning,
  QrFileFormat,
  QrRequestEnd,
  QrRequestState,
} from '@simlane/contracts/qr-code';
import type { Changes } from '@simlane/contracts/http/sim-services';
import type { DeviationKind, ServiceChangeKind, ServiceChangeState } from '@simlane/contracts/service-changes';
import type { DueDatabase } from '@simlane/service-kit/due';
import type { LinkPurpose } from '@simlane/service-kit/mailed-link';
import type { Database as AccountDatabase } from '@simlane/service-kit/postgres';
import type { ColumnType, Generated, GeneratedAlways, Transaction as KyselyTransaction } from 'kysely';
import type { ServiceRolloutKind, ServiceRolloutState } from '@simlane/contracts/service-rollouts';
import type { RolloutStart } from './service-rollout/rollout.ts';
import type { Drift } from './drift/drift.ts';
import type { Wants } from './sim-services/service-change.ts';
import type { ProfileContent, SimServices } from './sim-services/sim-services.ts';

/** Columns of type json(b): read as values, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;

export interface EmployeeTable {
  account_id: string;
  id: string;
  name: string;
  email: string | null;
  language: 'en' | 'fr';
}

/** The role of the running service, which owns nothing. */
export const APP_ROLE = 'inventory_app';

export interface ManagementGroupTable {
  account_id: string;
  id: string;
  name: string;
}

export interface DeviceTable {
  account_id: string;
  id: string;
  make: string;
  model: string;
  imei1: string | null;
  imei2: string | null;
  eid: string | null;
  esim_capable: 'yes' | 'no' | 'unknown';
  employee_id: string | null;
  version: Generated<number>;
}

export interface SimTable {
  account_id: string;
  id: string;
  kind: SimKind;
  state: SimState;
  provider_id: string;
  distributor_id: string | null;
  iccid: string | null;
  temporary_reference: string | null;
  eid: string | null;
  employee_id: string | null;
  change_order_id: string | null;
  discarded_at: Date | null;
  version: Generated<number>;
  serving_id: GeneratedAlways<string | null>;
  grouping_id: GeneratedAlways<string | null>;
  in_use_id: GeneratedAlways<string | null>;
}

export interface LineTable {
  account_id: string;
  id: string;
  msisdn: string;
  provider_id: string;
  device_id: string | null;
  slot: Slot | null;
  employee_id: string | null;
  sim_id: string | null;
  change_order_id: string | null;
  version: Generated<number>;
}

export interface SimGroupTable {
  account_id: string;
  sim_id: string;
  group_id: string;
}

export interface SimReplacementTable {
  account_id: string;
  order_id: string;
  attempt: number;
  state: ReplacementState;
  /** As it was given, word for word; `json`, because `jsonb` would put its fields into another order. */
  answer: Json<unknown>;
  action: ReplacementAction;
  activate: boolean;
  line_id: string;
  old_sim_id: string | null;
  provider_id: string | null;
  distributor_id: string | null;
  new_sim_id: string | null;
  temporary_reference: string | null;
  entered_iccid: string | null;
  signalled_iccid: string | null;
  signalled_eid: string | null;
  /** The one that would be used, until the commit. Afterwards the SIM has it. */
  iccid: string | null;
  iccid_issue: ColumnType<IccidIssue | null, string | null, string | null>;
  /** What the provider calls the order. */
  provider_reference: Generated<string | null>;
  started_at: Date | null;
  ended_at: Date | null;
  live_order_id: GeneratedAlways<string | null>;
  live_line_id: GeneratedAlways<string | null>;
  live_old_sim_id: GeneratedAlways<string | null>;
}

export interface ActionProfileTable {
  account_id: string;
  id: string;
  name: string;
  is_default: boolean;
  idempotency_caller: string | null;
  idempotency_key: string | null;
  body_hash: string | null;
  version: Generated<number>;
}

export interface ActionProfileSettingTable {
  account_id: string;
  profile_id: string;
  action: Action;
  slot: Slot;
  enabled: boolean;
}

export interface ActionProfileHolderTable {
  account_id: string;
  sub: string;
  profile_id: string;
}

export interface TimelineTable {
  account_id: string;
  id: Generated<string>;
  subject_type: 'line' | 'sim' | 'qr_request' | 'service_rollout';
  subject_id: string;
  order_id: string | null;
  event: string;
  source: TimelineSource;
  actor_id: string | null;
  cause_id: string | null;
  reason: string | null;
  occurred_at: Generated<Date>;
  recorded_at: Generated<Date>;
  data: Json<Record<string, unknown>>;
}

export interface StoredFileTable {
  account_id: string;
  id: string;
  object_key: string;
  state: 'writing' | 'stored';
  format: QrFileFormat;
  bytes: number;
  /** Of the file as it came, hexadecimal. */
  sha256: string;
  /** Of the sealed object, hexadecimal. */
  object_sha256: string;
  created_at: Generated<Date>;
}

export interface QrRequestTable {
  account_id: string;
  id: string;
  sim_id: string;
  order_id: string | null;
  state: QrRequestState;
  end_reason: QrRequestEnd | null;
  ended_at: Date | null;
  requested_by_id: string;
  requested_by_name: string;
  requested_by_email: string;
  requested_by_language: Language;
  cc: string[];
  messages: Json<RequestMessages>;
  sendings: number;
  /** The sending whose mails are with notification; less than `sendings` while one is owed. */
  mailed_sending: number;
  sent_at: Date | null;
  reminders: number;
  created_at: Date;
  expires_at: Date;
  idempotency_caller: string | null;
  idempotency_key: string | null;
  body_hash: string | null;
  resend_key: string | null;
  version: Generated<number>;
  live_sim_id: GeneratedAlways<string | null>;
}

export interface QrRequestContactTable {
  account_id: string;
  request_id: string;
  contact_id: string;
  position: number;
  name: string;
  email: string;
  language: Language;
  returned_as: 'bounced' | 'complained' | null;
  returned_at: Date | null;
  return_told: Generated<boolean>;
}

export interface QrCodeTable {
  account_id: string;
  id: string;
  sim_id: string;
  state: QrCodeState;
  source: QrCodeSource;
  code_sealed: string;
  code_fingerprint: string;
  /** It has a matching id, so no two SIMs in use can have it. */
  is_specific: boolean;
  smdp_address: string;
  last_four: string;
  confirmation_code_required: boolean;
  warnings: Json<readonly StoredWarning[]>;
  file_id: string | null;
  file_state: GeneratedAlways<'stored' | null>;
  request_id: string | null;
  link_id: string | null;
  fact_id: string | null;
  imported_by: string;
  imported_by_name: string | null;
  imported_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  refusal: string | null;
  refusal_mailed: Generated<boolean>;
  ended_at: Date | null;
  live_sim_id: GeneratedAlways<string | null>;
}

export interface StoredWarning {
  readonly code: QrCodeWarning;
  readonly detail: string;
}

export interface QrLinkTable {
  account_id: string;
  id: string;
  purpose: LinkPurpose;
  request_id: string | null;
  sending: number | null;
  contact_id: string | null;
  qr_code_id: string | null;
  sent_to: string;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  uses: Generated<number>;
  last_used_at: Date | null;
}

export interface QrNotificationTable {
  account_id: string;
  id: string;
  qr_code_id: string;
  request_id: string | null;
  link_id: string;
  to_name: string;
  to_email: string;
  to_language: Language;
  automatic: boolean;
  created_at: Date;
  sent_at: Date | null;
  idempotency_caller: string | null;
  idempotency_key: string | null;
  body_hash: string | null;
}

export interface SimServicesTable {
  account_id: string;
  sim_id: string;
  services: Json<StoredServices>;
  version: Generated<number>;
  profile_id: GeneratedAlways<string | null>;
  profile_version: GeneratedAlways<number | null>;
  deviation_kind: GeneratedAlways<DeviationKind | null>;
  provider_id: GeneratedAlways<string>;
  /** When the plan is due that is scheduled. */
  scheduled_at: GeneratedAlways<Date | null>;
  /** The call that is open, and the plan in force. */
  call_id: GeneratedAlways<string | null>;
  confirmed_plan: GeneratedAlways<string | null>;
  deviating_since: GeneratedAlways<Date | null>;
  plan_refused_at: GeneratedAlways<Date | null>;
  /** The first of those that are refused. */
  options_refused_at: GeneratedAlways<Date | null>;
}

/** Times in a document are text. */
export type Written<T> = T extends Date ? string : T extends object ? { readonly [K in keyof T]: Written<T[K]> } : T;
export type StoredServices = Written<SimServices>;

export interface DriftProposalTable {
  account_id: string;
  id: string;
  sim_id: string;
  state: DriftState;
  drift: Json<StoredDrift>;
  version: number;
  since: Date;
  seen_at: Date;
  ended_at: Date | null;
  decided_by: string | null;
  reason: string | null;
}

export type StoredDrift = Written<Drift>;

export interface ServiceReconciliationTable {
  account_id: string;
  /** The account's, or the SIM's. */
  id: string;
  sim_id: string | null;
  asked_at: Date | null;
  began_at: Date | null;
  ended_at: Date | null;
  place_provider_id: string | null;
  place_sim_id: string | null;
  compared: Generated<number>;
  unread: Generated<number>;
}

export interface ProviderPaceTable {
  account_id: string;
  provider_id: string;
  /** Until when the provider is busy with what it was given, in milliseconds since 1970. */
  busy_until_ms: Generated<number>;
}

export interface ServiceChangeTable {
  account_id: string;
  id: string;
  /** Null for an edit of a profile itself. */
  sim_id: string | null;
  rollout_id: string | null;
  kind: ServiceChangeKind;
  state: ServiceChangeState;
  requested_by: string;
  reason: string | null;
  wants: Json<Wants>;
  /** As it was told to whoever asked. */
  changes: Json<Changes>;
  cancelled: Generated<boolean>;
  created_at: Date;
  ended_at: Date | null;
  idempotency_caller: string;
  idempotency_key: string;
  body_hash: string;
  version: Generated<number>;
}

export interface ServiceRolloutTable {
  account_id: string;
  id: string;
  kind: ServiceRolloutKind;
  state: ServiceRolloutState;
  stopped_because: string | null;
  profile_id: string | null;
  profile: ColumnType<ProfileContent | null, string | null, string | null>;
  change_id: string | null;
  over_kind: 'service_profile' | 'group' | 'sims' | 'csv';
  over_id: string | null;
  sims: number;
  /** Rows of its SIMs that wait, counted. */
  waiting: number;
  moves: Generated<number>;
  canary: number;
  stop_at_failure_share: number;
  begun_with: Json<RolloutStart>;
  answered: Generated<number>;
  quiet_since: Date;
  per_minute: number | null;
  requested_by: string;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  idempotency_caller: string | null;
  idempotency_key: string | null;
  body_hash: string | null;
  version: Generated<number>;
}

export interface ServiceRolloutSimTable {
  account_id: string;
  rollout_id: string;
  sim_id: string;
  position: number;
  /** Its turn is to come, for the first time or again. */
  waits: Generated<boolean>;
  change_id: string | null;
  outcome: 'unchanged' | 'superseded' | null;
}

/** The view by which SIMs are shown: a temporary eSIM has the old SIM's employee and groups, and its order's line. */
export interface SimInFleetView {
  account_id: string;
  id: string;
  kind: SimKind;
  state: SimState;
  provider_id: string;
  distributor_id: string | null;
  iccid: string | null;
  temporary_reference: string | null;
  eid: string | null;
  line_id: string | null;
  employee_id: string | null;
  /** The SIM whose groups it is in. */
  grouped_as_id: string;
  change_order_id: string | null;
  version: number;
  discarded_at: Date | null;
}

export interface Schema extends DueDatabase {
  employee: EmployeeTable;
  management_group: ManagementGroupTable;
  device: DeviceTable;
  sim: SimTable;
  line: LineTable;
  sim_group: SimGroupTable;
  sim_replacement: SimReplacementTable;
  action_profile: ActionProfileTable;
  action_profile_setting: ActionProfileSettingTable;
  action_profile_holder: ActionProfileHolderTable;
  timeline: TimelineTable;
  stored_file: StoredFileTable;
  qr_request: QrRequestTable;
  qr_request_contact: QrRequestContactTable;
  qr_code: QrCodeTable;
  qr_link: QrLinkTable;
  qr_notification: QrNotificationTable;
  sim_services: SimServicesTable;
  service_change: ServiceChangeTable;
  service_rollout: ServiceRolloutTable;
  service_rollout_sim: ServiceRolloutSimTable;
  provider_pace: ProviderPaceTable;
  drift_proposal: DriftProposalTable;
  service_reconciliation: ServiceReconciliationTable;
  sim_in_fleet: SimInFleetView;
}

export type Database = AccountDatabase<Schema>;
/** A transaction in which one account is set; there is no other way to the tables. */
export type Transaction = KyselyTransaction<Schema>;

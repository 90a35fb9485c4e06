import type { TimelineEntry, TimelineSource } from '@simlane/contracts/http/timeline';
import { toPage } from '@simlane/service-kit/pages';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import type { PageOfIds } from '../fleet/page.ts';

/** Who or what made the change, and by which fact or order. */
export interface Origin {
  readonly source: TimelineSource;
  readonly actorId: string | null;
  readonly causeId: string | null;
  /** The other side's time, where it gave one. */
  readonly occurredAt?: Date;
}

export interface TimelineSubject {
  readonly type: 'line' | 'sim' | 'qr_request' | 'service_rollout';
  readonly id: string;
}

/** Everything that an entry says; the events are a closed set, so that a reader can rely on their names. */
export interface NewTimelineEntry {
  readonly subject: TimelineSubject;
  readonly event: TimelineEvent;
  readonly orderId?: string;
  readonly reason?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Where it is another one than that of the others. */
  readonly causeId?: string;
}

export type TimelineEvent =
  | 'replacement_reserved'
  | 'temporary_esim_created'
  | 'sim_replaced'
  | 'put_on_line'
  | 'discarded'
  | 'replacement_rolled_back'
  | 'temporary_esim_removed'
  | 'moved'
  | 'groups_changed'
  | 'employee_changed'
  | 'state_changed'
  | 'iccid_entered'
  | 'iccid_corrected'
  | 'iccid_confirmed'
  | 'identifiers_filled_in'
  | 'qr_code_imported'
  | 'qr_code_waiting'
  | 'qr_code_accepted'
  | 'qr_code_refused'
  | 'qr_code_ended'
  | 'qr_code_disclosed'
  | 'qr_original_downloaded'
  | 'qr_file_refused'
  | 'qr_notification_requested'
  | 'qr_notification_sent'
  | 'qr_link_revoked'
  | 'qr_requested'
  | 'qr_request_sent'
  | 'qr_request_sent_again'
  | 'qr_request_reminded'
  | 'qr_request_mail_returned'
  | 'qr_request_ended'
  | 'services_wanted'
  | 'services_plan_cancelled'
  | 'services_retried'
  | 'services_plan_due'
  | 'services_deviation_expired'
  | 'services_confirmed'
  | 'services_refused'
  | 'services_plan_arranged'
  | 'services_plan_kept'
  | 'services_unconfirmed'
  | 'services_moved'
  | 'services_drift_found'
  | 'services_drift_changed'
  | 'services_drift_resolved'
  | 'services_drift_taken'
  | 'services_drift_pushed'
  | 'services_ended'
  | 'rollout_created'
  | 'rollout_paused'
  | 'rollout_resumed'
  | 'rollout_stopped'
  | 'rollout_cancelled'
  | 'rollout_retried'
  | 'rollout_done';

/** Adds the entries, in the order given. They can never be changed. */
export const addToTimeline = async (
  tx: Transaction,
  accountId: string,
  origin: Origin,
  entries: readonly NewTimelineEntry[],
): Promise<void> => {
  await tx
    .insertInto('timeline')
    .values(
      entries.map(({ subject, event, orderId, reason, data, causeId }) => ({
        account_id: accountId,
        subject_type: subject.type,
        subject_id: subject.id,
        order_id: orderId ?? null,
        event,
        source: origin.source,
        actor_id: origin.actorId,
        cause_id: causeId ?? origin.causeId,
        reason: reason ?? null,
        ...(origin.occurredAt === undefined ? {} : { occurred_at: origin.occurredAt }),
        data: JSON.stringify(data ?? {}),
      })),
    )
    .execute();
};

interface TimelineRow {
  id: string;
  event: string;
  source: TimelineSource;
  actor_id: string | null;
  cause_id: string | null;
  reason: string | null;
  occurred_at: Date;
  recorded_at: Date;
  data: Record<string, unknown>;
}

/** One page of what happened to a line or SIM, in the order in which it was recorded. */
export const listTimeline = async (
  tx: Transaction,
  accountId: string,
  subject: TimelineSubject,
  page: PageOfIds,
): Promise<{ items: TimelineEntry[]; nextCursor: string | null }> => {
  const { rows } = await sql<TimelineRow>`
    select t.id, t.event, t.source, t.actor_id, t.cause_id, t.reason, t.occurred_at, t.recorded_at, t.data
    from timeline t
    where t.account_id = ${accountId} and t.subject_type = ${subject.type} and t.subject_id = ${subject.id}
      ${page.afterId === null ? sql`` : sql`and t.id > ${page.afterId}`}
    order by t.id limit ${page.limit + 1}`.execute(tx);
  return toPage(
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => ({
      id: row.id,
      event: row.event,
      source: row.source,
      actorId: row.actor_id,
      causeId: row.cause_id,
      reason: row.reason,
      occurredAt: row.occurred_at.toISOString(),
      recordedAt: row.recorded_at.toISOString(),
      data: row.data,
    }),
  );
};

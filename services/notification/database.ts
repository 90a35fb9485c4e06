import type { Message } from '@simlane/contracts/http/notification';
import type { Language } from '@simlane/contracts/http/primitives';
import type { DueDatabase } from '@simlane/service-kit/due';
import type { Database } from '@simlane/service-kit/postgres';
import type { ColumnType, Generated, Transaction } from 'kysely';
import type { MessageContent, RecipientState } from './message.ts';
import type { SesEvent } from './ses-events/ses-event.ts';

/** The role of the running service: owns nothing, and sees one account at a time. */
export const APP_ROLE = 'notification_app';

/** A jsonb column: read as its value, written as JSON text (pg would make a PostgreSQL array of a list). */
type Json<T> = ColumnType<T, string, string>;

interface MessageTable {
  account_id: string;
  id: string;
  kind: Message['kind'];
  object_type: Message['object']['type'];
  object_id: string;
  content: Json<MessageContent>;
  body_hash: string;
  created_at: Generated<Date>;
}

interface MessageRecipientTable {
  account_id: string;
  id: string;
  message_id: string;
  position: number;
  name: string;
  email: string;
  language: Language;
  state: RecipientState;
  /** A link of inventory's that the mail carries; its token is never stored. */
  link_id: string | null;
  hand_overs: number;
  refusals: number;
  /** Code of the last hand-over that was not accepted, no content. */
  last_fault: string | null;
  attempt_at: Date | null;
  sent_at: Date | null;
  provider_message_id: string | null;
  /** When and how the mail came back, or was complained of; also where it only seemed to. */
  returned_at: Date | null;
  returned_detail: string | null;
  /** When whoever asked for the mail had recorded that it came back. */
  return_told_at: Date | null;
}

/** What SES has said of mails, each word once. */
interface SesEventTable {
  account_id: string;
  sns_message_id: string;
  recipient_id: string;
  kind: SesEvent['kind'];
  detail: string | null;
  occurred_at: Date;
  recorded_at: Generated<Date>;
}

/** The tables of notification, as the newest migration leaves them. Rows do not leave the repositories. */
export interface NotificationDatabase extends DueDatabase {
  message: MessageTable;
  message_recipient: MessageRecipientTable;
  ses_event: SesEventTable;
}

export type Db = Database<NotificationDatabase>;
export type Tx = Transaction<NotificationDatabase>;

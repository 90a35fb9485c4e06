import type { Message } from '@simlane/contracts/http/notification';
import type { Language } from '@simlane/contracts/http/primitives';
import type { DueDatabase } from '@simlane/service-kit/due';
import type { Database } from '@simlane/service-kit/postgres';
import type { ColumnType, Generated, Transaction } from 'kysely';
import type { MessageContent, RecipientState } from './message.ts';

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
  hand_overs: number;
  refusals: number;
  /** Code of the last hand-over that was not accepted, no content. */
  last_fault: string | null;
  attempt_at: Date | null;
  sent_at: Date | null;
  provider_message_id: string | null;
}

/** The tables of notification, as the newest migration leaves them. Rows do not leave the repositories. */
export interface NotificationDatabase extends DueDatabase {
  message: MessageTable;
  message_recipient: MessageRecipientTable;
}

export type Db = Database<NotificationDatabase>;
export type Tx = Transaction<NotificationDatabase>;

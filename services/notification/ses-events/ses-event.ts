/** What SES says of a mail after it has taken it, and what becomes of the delivery by that. */
import { redactText } from '@simlane/service-kit/redaction';
import { isUuid } from '@simlane/service-kit/uuid-v7';
import { z } from 'zod';
import type { Delivery } from '../delivery.ts';

/** Tags of ours on each mail; they come back with every event about it. */
export const MAIL_TAGS = {
  accountId: 'account-id',
  messageId: 'message-id',
  recipientId: 'recipient-id',
} as const;

export interface SesEvent {
  /** `soft_bounced`: not delivered this time, for a reason that may pass. */
  readonly kind: 'delivered' | 'soft_bounced' | 'bounced' | 'complained';
  readonly occurredAt: Date;
  /** In the words of SES and of the other mail server; foreign, and shown. */
  readonly detail: string | null;
  /** The mail that it is about. */
  readonly mail: {
    readonly accountId: string;
    readonly messageId: string;
    readonly recipientId: string;
    readonly providerMessageId: string;
    readonly takenAt: Date;
  };
}

const timeSchema = z.iso.datetime({ offset: true }).transform((time) => new Date(time));
const tagSchema = z.array(z.string()).min(1);
const mailSchema = z.object({
  messageId: z.string().min(1).max(200),
  timestamp: timeSchema,
  tags: z.object({
    [MAIL_TAGS.accountId]: tagSchema,
    [MAIL_TAGS.messageId]: tagSchema,
    [MAIL_TAGS.recipientId]: tagSchema,
  }),
});

const publishedSchema = z.discriminatedUnion('eventType', [
  z.object({ eventType: z.literal('Delivery'), mail: mailSchema, delivery: z.object({ timestamp: timeSchema }) }),
  z.object({
    eventType: z.literal('Bounce'),
    mail: mailSchema,
    bounce: z.object({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      timestamp: timeSchema,
      bouncedRecipients: z.array(z.object({ diagnosticCode: z.string().optional() })).default([]),
    }),
  }),
  z.object({
    eventType: z.literal('Complaint'),
    mail: mailSchema,
    complaint: z.object({ timestamp: timeSchema, complaintFeedbackType: z.string().nullish() }),
  }),
]);

/** The event that a notification tells of; undefined where it is none that matters here, or about no mail of ours. */
export const readSesEvent = (notification: string): SesEvent | undefined => {
  const { data } = publishedSchema.safeParse(parse(notification));
  if (data === undefined) return undefined;
  const { tags, messageId: providerMessageId, timestamp: takenAt } = data.mail;
  const [accountId, messageId, recipientId] = [
    tags[MAIL_TAGS.accountId][0],
    tags[MAIL_TAGS.messageId][0],
    tags[MAIL_TAGS.recipientId][0],
  ];
  if (!isUuid(accountId) || !isUuid(messageId) || !isUuid(recipientId)) return undefined;
  return { ...whatIs(data), mail: { accountId, messageId, recipientId, providerMessageId, takenAt } };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const whatIs = (published: z.output<typeof publishedSchema>): Omit<SesEvent, 'mail'> => {
  switch (published.eventType) {
    case 'Delivery':
      return { kind: 'delivered', occurredAt: published.delivery.timestamp, detail: null };
    case 'Complaint': {
      const { timestamp, complaintFeedbackType } = published.complaint;
      return { kind: 'complained', occurredAt: timestamp, detail: asWords([complaintFeedbackType]) };
    }
    case 'Bounce': {
      const { bounceType, bounceSubType, timestamp, bouncedRecipients } = published.bounce;
      return {
        // What SES cannot tell (`Undetermined`) is not held against the address.
        kind: bounceType === 'Permanent' ? 'bounced' : 'soft_bounced',
        occurredAt: timestamp,
        detail: asWords([bounceType, bounceSubType, bouncedRecipients[0]?.diagnosticCode]),
      };
    }
  }
};

const LONGEST_DETAIL_CHARACTERS = 500;

/** As it is kept and shown: one line without a link of ours, which mail servers like to quote. */
const asWords = (parts: readonly (string | null | undefined)[]): string | null => {
  const words = parts.filter((part) => part != null && part !== '').join(', ');
  if (words === '') return null;
  return redactText(words.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
    .slice(0, LONGEST_DETAIL_CHARACTERS)
    .toWellFormed();
};

/** Whether the event is about this delivery: handed over, and by the id that SES gave it, where that was heard. */
export const isAbout = ({ mail }: SesEvent, delivery: Delivery): boolean =>
  delivery.state !== 'queued' &&
  (delivery.providerMessageId === null || delivery.providerMessageId === mail.providerMessageId);

/**
 * The delivery after an event about it. It only moves forward, from sent to delivered to returned, and the first return
 * stands; so late and repeated events change nothing. Where no answer to the hand-over was heard, the event is one:
 * it can come before the answer, and SES has then taken the mail.
 */
export const afterEvent = (delivery: Delivery, event: SesEvent): Delivery => {
  const sent = delivery.state === 'unknown' ? takenBySes(delivery, event) : delivery;
  const returned = { at: event.occurredAt, detail: event.detail };
  const isLost = sent.state === 'bounced' || sent.state === 'complained';
  switch (event.kind) {
    case 'delivered':
      return isLost ? sent : { ...sent, state: 'delivered' };
    case 'soft_bounced':
      return sent.returned === null ? { ...sent, returned } : sent;
    case 'bounced':
    case 'complained':
      return isLost ? sent : { ...sent, state: event.kind, returned };
  }
};

const takenBySes = (delivery: Delivery, { mail }: SesEvent): Delivery => ({
  ...delivery,
  state: 'sent',
  lastFault: null,
  attemptAt: null,
  sentAt: mail.takenAt,
  providerMessageId: mail.providerMessageId,
});

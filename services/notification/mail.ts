import type { Language } from '@simlane/contracts/http/primitives';
import type { MessageContent } from './message.ts';

/** What a mail says, before it is given any form. Plain text only: whatever is in it is shown and never interpreted. */
export interface Mail {
  readonly language: Language;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** The one thing to do next. The URL is ours: nobody else's becomes a link. */
  readonly button?: { readonly label: string; readonly url: string };
}

/** An order that has ended, as the texts speak of it. */
export interface FinishedOrder {
  readonly recipientName: string;
  readonly orderNumber: string;
  readonly action: MessageContent['action'];
  /** The phone number, grouped for reading. */
  readonly line: string;
  /** How it ended: processed, or who ended it; `unnamed` where an order was cancelled without a reason. */
  readonly end: 'processed' | 'unnamed' | NonNullable<MessageContent['endReason']>;
  readonly needsAttention: boolean;
}

/** One function per kind of message. A kind or a language that lacks its text does not compile. */
export interface MailTexts {
  readonly order_finished: (order: FinishedOrder) => Pick<Mail, 'subject' | 'paragraphs'>;
}

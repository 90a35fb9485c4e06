import type { OrderFinished, OrderWaiting } from '@simlane/contracts/http/notification';
import type { Language } from '@simlane/contracts/http/primitives';
import type { MessageContent } from './message.ts';

/** What a mail says, before it is given any form. Plain text only: whatever is in it is shown and never interpreted. */
export interface Mail {
  readonly language: Language;
  readonly subject: string;
  readonly paragraphs: readonly Paragraph[];
  /** The one thing to do next. The URL is ours: nobody else's becomes a link. */
  readonly button?: { readonly label: string; readonly url: string };
}

/** Words of ours, or somebody else's, which are shown as theirs, line by line. */
export type Paragraph = string | { readonly quotation: string };

/** What every text about an order needs. */
interface OrderOfMail {
  readonly recipientName: string;
  readonly orderNumber: string;
  readonly action: MessageContent['action'];
  /** The phone number, grouped for reading. */
  readonly line: string;
}

/** An order that has ended, as the texts speak of it. */
export interface FinishedOrder extends OrderOfMail {
  /** How it ended: processed, or who ended it; `unnamed` where an order was cancelled without a reason. */
  readonly end: 'processed' | 'unnamed' | NonNullable<OrderFinished['endReason']>;
  readonly needsAttention: boolean;
}

/** An order that goes on, but not as its manager expects. */
export interface WaitingOrder extends OrderOfMail {
  readonly why: OrderWaiting['why'];
  /** The provider's words; null where it has said nothing. */
  readonly detail: string | null;
}

/** One text per reason why an order waits: what follows its number in the subject, and what it says. */
export type WaitingTexts = Readonly<
  Record<
    WaitingOrder['why'],
    {
      readonly headline: (order: WaitingOrder) => string;
      readonly paragraphs: (order: WaitingOrder) => readonly Paragraph[];
    }
  >
>;

/** A mail but for its language. */
export type MailText = Pick<Mail, 'subject' | 'paragraphs'>;

/** One function per kind of message. A kind or a language that lacks its text does not compile. */
export interface MailTexts {
  readonly order_finished: (order: FinishedOrder) => MailText;
  readonly order_waiting: (order: WaitingOrder) => MailText;
}

/** What the mails about orders need to say. */
import type { OrderFinished, OrderWaiting } from '@simlane/contracts/http/notification';
import type { MailText, Paragraph } from './mail.ts';

/** What every text about an order needs. */
interface OrderOfMail {
  readonly recipientName: string;
  readonly orderNumber: string;
  readonly action: OrderFinished['action'];
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

/** One function per kind of message. A kind or a language that lacks its text does not compile. */
export interface OrderMailTexts {
  readonly order_finished: (order: FinishedOrder) => MailText;
  readonly order_waiting: (order: WaitingOrder) => MailText;
}

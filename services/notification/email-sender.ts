import type { HandOverOutcome } from './delivery.ts';

/** One mail to one address, complete. */
export interface OutgoingMail {
  readonly from: string;
  readonly to: string;
  /** The whole MIME message. */
  readonly raw: Buffer;
  /** Come back with every event about this mail. */
  readonly tags: { readonly accountId: string; readonly messageId: string; readonly recipientId: string };
}

/** Whoever carries mail away from here. */
export interface EmailSender {
  /**
   * Hands one mail over, once, without any retry of its own, within 10 s. Never throws: what is not known to be
   * accepted or refused is `unknown`.
   */
  handOver(mail: OutgoingMail): Promise<HandOverOutcome>;
}

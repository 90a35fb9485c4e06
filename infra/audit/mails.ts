import type { MailboxMail } from '../demo/mailbox.ts';
import { broken, type Finding } from './finding.ts';
import type { RecipientRow, Snapshot } from './snapshot.ts';

/** The mailbox tells whole seconds. */
const MAILBOX_CLOCK_MS = 1_000;

/**
 * Invariant 4: each recipient has one mail of a message, or two after an unknown outcome, and whatever says `sent` is
 * in the mailbox. A hand-over is counted in its row before it begins; the second is made as a marked repeat. The mark
 * is a header, which the local mailbox does not keep: that is proven where the mail is made. Mails about an order are
 * told by its number; all others are counted by their address.
 *
 * @param mailboxSince mails from before then are gone: the mailbox keeps them in memory
 */
export const checkMails = ({ notification, mails }: Snapshot, mailboxSince: Date): Finding[] => {
  const kept = notification.recipients.filter(({ sentAt }) => sentAt === null || sentAt > mailboxSince);
  const byId = new Map(mails.map((mail) => [mail.id, mail]));
  const readBefore = new Date(notification.readAt.getTime() - MAILBOX_CLOCK_MS);
  const known = mails.filter(({ at }) => at < readBefore);
  const orderNumbers = new Set(notification.recipients.map(({ orderNumber }) => orderNumber));
  const others = known.filter(({ subject }) => !subject.split(NOT_OF_A_NUMBER).some((word) => orderNumbers.has(word)));
  const subjectOf = ({ orderId, email }: RecipientRow): string => `${orderId} ${email.toLowerCase()}`;
  return [
    ...kept.flatMap((recipient): Finding[] => {
      if (recipient.providerMessageId === null) return [];
      const mail = byId.get(recipient.providerMessageId);
      if (mail !== undefined && isTo(mail, recipient) && isAbout(mail, recipient)) return [];
      return [
        broken(4, recipient, `recipient ${recipient.id} is ${recipient.state}, and the mail is not in the mailbox`),
      ];
    }),
    ...[...Map.groupBy(kept, subjectOf).values()].flatMap((recipients): Finding[] => {
      const [first] = recipients;
      if (first === undefined) return [];
      const handedOver = recipients.reduce((sum, { handOvers }) => sum + handOvers, 0);
      const arrived = (first.orderNumber === null ? others : known).filter(
        (mail) => isTo(mail, first) && isAbout(mail, first),
      ).length;
      if (arrived <= handedOver) return [];
      return [broken(4, first, `${arrived} mails to recipient ${first.id} after ${handedOver} hand-overs`)];
    }),
  ];
};

/** Between the words of a subject. */
const NOT_OF_A_NUMBER = /[^\w-]+/;

const isTo = ({ to }: MailboxMail, { email }: RecipientRow): boolean =>
  to.some((address) => address.toLowerCase().includes(email.toLowerCase()));

const isAbout = ({ subject }: MailboxMail, { orderNumber }: RecipientRow): boolean =>
  orderNumber === null || subject.includes(orderNumber);

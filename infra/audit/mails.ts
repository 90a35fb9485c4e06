import type { MailboxMail } from '../demo/mailbox.ts';
import { broken, type Finding } from './finding.ts';
import type { RecipientRow, Snapshot } from './snapshot.ts';

/** The mailbox tells whole seconds. */
const MAILBOX_CLOCK_MS = 1_000;

/**
 * Invariant 4: each recipient has one mail of a message, or two after an unknown outcome, and whatever says `sent` is
 * in the mailbox. A hand-over is counted in its row before it begins; the second is made as a marked repeat. The mark
 * is a header, which the local mailbox does not keep: that is proven where the mail is made. Mails about orders have the
 * order's number in their subject, by which they are counted; others are only looked for.
 *
 * @param mailboxSince mails from before then are gone: the mailbox keeps them in memory
 */
export const checkMails = ({ notification, mails }: Snapshot, mailboxSince: Date): Finding[] => {
  const kept = notification.recipients.filter(({ sentAt }) => sentAt === null || sentAt > mailboxSince);
  const byId = new Map(mails.map((mail) => [mail.id, mail]));
  const readBefore = new Date(notification.readAt.getTime() - MAILBOX_CLOCK_MS);
  const known = mails.filter(({ at }) => at < readBefore);
  return [
    ...kept.flatMap((recipient): Finding[] => {
      if (recipient.providerMessageId === null) return [];
      const mail = byId.get(recipient.providerMessageId);
      if (mail !== undefined && isTo(mail, recipient)) return [];
      return [
        broken(4, recipient, `recipient ${recipient.id} is ${recipient.state}, and the mail is not in the mailbox`),
      ];
    }),
    ...[...Map.groupBy(kept, ({ orderId, email }) => `${orderId} ${email.toLowerCase()}`).values()].flatMap(
      (recipients): Finding[] => {
        const [first] = recipients;
        if (first === undefined || first.orderNumber === null) return [];
        const handedOver = recipients.reduce((sum, { handOvers }) => sum + handOvers, 0);
        const arrived = known.filter((mail) => isTo(mail, first)).length;
        if (arrived <= handedOver) return [];
        return [broken(4, first, `${arrived} mails to recipient ${first.id} after ${handedOver} hand-overs`)];
      },
    ),
  ];
};

const isTo = ({ to, subject }: MailboxMail, { email, orderNumber }: RecipientRow): boolean =>
  (orderNumber === null || subject.includes(orderNumber)) &&
  to.some((address) => address.toLowerCase().includes(email.toLowerCase()));

import { z } from 'zod';

const ANSWER_WITHIN_MS = 5_000;
const MS_IN_SECOND = 1000;

const storeSchema = z.object({
  emails: z.array(
    z.object({
      messageId: z.string(),
      destination: z.object({ to: z.array(z.string()) }),
      subject: z.string(),
      at: z.number().describe('Unix time, in whole seconds'),
    }),
  ),
});

export interface MailboxMail {
  /** The id under which SES has taken it. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly at: Date;
}

/** Every mail in the local mailbox. */
export const readMails = async (mailboxUrl: string): Promise<readonly MailboxMail[]> => {
  const response = await fetch(new URL('store', mailboxUrl), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const { emails } = storeSchema.parse(await response.json());
  return emails.map(({ messageId, destination, subject, at }) => ({
    id: messageId,
    to: destination.to,
    subject,
    at: new Date(at * MS_IN_SECOND),
  }));
};

/** Subjects of the mails in the local mailbox that went to this address and have these words in their subject. */
export const mailsTo = async (mailboxUrl: string, address: string, words: string): Promise<readonly string[]> =>
  (await readMails(mailboxUrl))
    .filter(({ to, subject }) => subject.includes(words) && to.some((one) => one.includes(address)))
    .map(({ subject }) => subject);

import { z } from 'zod';

const ANSWER_WITHIN_MS = 5_000;
const MS_IN_SECOND = 1000;

const storeSchema = z.object({
  emails: z.array(
    z.object({
      messageId: z.string(),
      destination: z.object({ to: z.array(z.string()) }),
      subject: z.string(),
      body: z.object({ text: z.string().default(''), html: z.string().default('') }),
      at: z.number().describe('Unix time, in whole seconds'),
    }),
  ),
});

export interface MailboxMail {
  /** The id under which SES has taken it. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: { readonly text: string; readonly html: string };
  readonly at: Date;
}

/** Every mail in the local mailbox. */
export const readMails = async (mailboxUrl: string): Promise<readonly MailboxMail[]> => {
  const response = await fetch(new URL('store', mailboxUrl), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const { emails } = storeSchema.parse(await response.json());
  return emails.map(({ messageId, destination, subject, body, at }) => ({
    id: messageId,
    to: destination.to,
    subject,
    body,
    at: new Date(at * MS_IN_SECOND),
  }));
};

/** Subjects of the mails in the local mailbox that went to this address and have these words in their subject. */
export const mailsTo = async (mailboxUrl: string, address: string, words: string): Promise<readonly string[]> =>
  (await readMails(mailboxUrl))
    .filter(({ to, subject }) => subject.includes(words) && to.some((one) => one.includes(address)))
    .map(({ subject }) => subject);

/** The mails that went to this address and name one of these numbers, however they group its digits; the oldest first. */
export const lettersAbout = async (
  mailboxUrl: string,
  address: string,
  numbers: readonly (string | null | undefined)[],
): Promise<readonly MailboxMail[]> =>
  (await readMails(mailboxUrl)).filter(({ to, subject, body }) => {
    const text = `${subject} ${body.text}`.replaceAll(/\s/g, '');
    return to.some((one) => one.includes(address)) && numbers.some((number) => number && text.includes(number));
  });

const LINKS = {
  upload: /https?:\/\/\S+\/inventory\/v1\/qr-uploads\/[\w-]+/,
  page: /https?:\/\/\S+\/inventory\/v1\/qr-codes\/[\w-]+(?![\w/-])/,
  image: /https?:\/\/\S+\/inventory\/v1\/qr-codes\/[\w-]+\/image\.png/,
} as const;

/** The private link of this kind that the mail carries, as its reader would copy it; null where it has none. */
export const linkIn = ({ body }: MailboxMail, kind: keyof typeof LINKS): string | null =>
  LINKS[kind].exec(body.text)?.[0] ?? null;

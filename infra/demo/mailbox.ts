import { z } from 'zod';

const ANSWER_WITHIN_MS = 5_000;

const storeSchema = z.object({
  emails: z.array(z.object({ destination: z.object({ to: z.array(z.string()) }), subject: z.string() })),
});

/** Subjects of the mails in the local mailbox that went to this address and have these words in their subject. */
export const mailsTo = async (mailboxUrl: string, address: string, words: string): Promise<readonly string[]> => {
  const response = await fetch(new URL('store', mailboxUrl), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const { emails } = storeSchema.parse(await response.json());
  return emails
    .filter(({ destination, subject }) => subject.includes(words) && destination.to.some((to) => to.includes(address)))
    .map(({ subject }) => subject);
};

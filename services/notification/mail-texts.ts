import type { Language } from '@simlane/contracts/http/primitives';
import { englishTexts } from './mail-texts.en.ts';
import { frenchTexts } from './mail-texts.fr.ts';
import type { Mail, MailTexts } from './mail.ts';
import type { MessageContent } from './message.ts';
import { formatMsisdn } from './phone-number.ts';

const TEXTS = { en: englishTexts, fr: frenchTexts } as const satisfies Record<Language, MailTexts>;

/** The mail that a message is for one recipient, in the recipient's language. The same input gives the same mail. */
export const writeMail = (content: MessageContent, recipient: { name: string; language: Language }): Mail => {
  const { language } = recipient;
  const text = TEXTS[language][content.kind]({
    recipientName: recipient.name,
    orderNumber: content.orderNumber,
    action: content.action,
    line: formatMsisdn(content.msisdn),
    end: content.outcome === 'processed' ? 'processed' : (content.endReason ?? 'unnamed'),
    needsAttention: content.needsAttention,
  });
  return { language, ...text };
};

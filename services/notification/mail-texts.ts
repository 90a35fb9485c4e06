import type { Language } from '@simlane/contracts/http/primitives';
import { englishTexts } from './mail-texts.en.ts';
import { frenchTexts } from './mail-texts.fr.ts';
import type { Mail, MailText, MailTexts } from './mail.ts';
import type { MessageContent } from './message.ts';
import { formatMsisdn } from './phone-number.ts';

const TEXTS = { en: englishTexts, fr: frenchTexts } as const satisfies Record<Language, MailTexts>;

/** The mail that a message is for one recipient, in the recipient's language. The same input gives the same mail. */
export const writeMail = (content: MessageContent, recipient: { name: string; language: Language }): Mail => {
  const { language } = recipient;
  return { language, ...textOf(TEXTS[language], content, recipient.name) };
};

const textOf = (texts: MailTexts, content: MessageContent, recipientName: string): MailText => {
  const { orderNumber, action } = content;
  const order = { recipientName, orderNumber, action, line: formatMsisdn(content.msisdn) };
  switch (content.kind) {
    case 'order_finished':
      return texts.order_finished({
        ...order,
        end: content.outcome === 'processed' ? 'processed' : (content.endReason ?? 'unnamed'),
        needsAttention: content.needsAttention,
      });
    case 'order_waiting':
      return texts.order_waiting({ ...order, why: content.why, detail: content.detail?.trim() || null });
  }
};

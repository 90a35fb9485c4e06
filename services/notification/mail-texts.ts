import type { Language } from '@simlane/contracts/http/primitives';
import { formatMsisdn } from '@simlane/contracts/phone-number';
import { ACCEPTED_FORMATS } from '@simlane/contracts/qr-code';
import type { LinkPurpose } from '@simlane/service-kit/mailed-link';
import type { Mail, MailText } from './mail.ts';
import type { MessageContent } from './message.ts';
import type { OrderMailTexts } from './order-mail.ts';
import { englishOrderTexts } from './order-mail-texts.en.ts';
import { frenchOrderTexts } from './order-mail-texts.fr.ts';
import type { QrMailTexts, SimOfMail } from './qr-mail.ts';
import { englishQrTexts } from './qr-mail-texts.en.ts';
import { frenchQrTexts } from './qr-mail-texts.fr.ts';

type MailTexts = OrderMailTexts & QrMailTexts;

const TEXTS = {
  en: { ...englishOrderTexts, ...englishQrTexts },
  fr: { ...frenchOrderTexts, ...frenchQrTexts },
} as const satisfies Record<Language, MailTexts>;

/** The URL of the recipient's link for this purpose; null where the recipient has none. */
export type LinkTo = (purpose: LinkPurpose) => string | null;

/** The mail is about a link, and the recipient has none. */
export class MissingLinkError extends Error {
  override readonly name = 'MissingLinkError';

  constructor(kind: MessageContent['kind']) {
    super(`A mail ${kind} is made of a link, and a recipient has none`);
  }
}

/**
 * The mail that a message is for one recipient, in the recipient's language; what a person has written in other
 * languages only is sent in one of those. The same input gives the same mail.
 *
 * @throws MissingLinkError
 */
export const writeMail = (
  content: MessageContent,
  recipient: { readonly name: string; readonly language: Language },
  linkTo: LinkTo,
): Mail => {
  const language = languageOf(content, recipient.language);
  return { language, ...textOf(language, content, recipient.name, linkTo) };
};

const languageOf = (content: MessageContent, wanted: Language): Language => {
  if (content.kind !== 'qr_code_requested' || content.messages[wanted] !== undefined) return wanted;
  return content.messages.en === undefined ? 'fr' : 'en';
};

const textOf = (language: Language, content: MessageContent, recipientName: string, linkTo: LinkTo): MailText => {
  const texts: MailTexts = TEXTS[language];
  switch (content.kind) {
    case 'order_finished':
      return texts.order_finished({
        ...orderOf(content, recipientName),
        end: content.outcome === 'processed' ? 'processed' : (content.endReason ?? 'unnamed'),
        needsAttention: content.needsAttention,
      });
    case 'order_waiting':
      return texts.order_waiting({
        ...orderOf(content, recipientName),
        why: content.why,
        detail: content.detail?.trim() || null,
      });
    case 'qr_code_requested': {
      const { subject, text } = content.messages[language] ?? NO_WORDS;
      return texts.qr_code_requested({
        subject,
        letter: text,
        reminder: content.reminder,
        uploadUrl: linkTo('qr_upload'),
        formats: ACCEPTED_FORMATS.join(', '),
        until: formatTime(language, content.expiresAt),
      });
    }
    case 'qr_code_available': {
      const pageUrl = linkTo('qr_download');
      if (pageUrl === null) throw new MissingLinkError(content.kind);
      return texts.qr_code_available({
        recipientName,
        sim: simOf(content.sim),
        pageUrl,
        imageUrl: `${pageUrl}/image.png`,
        confirmationCodeRequired: content.confirmationCodeRequired,
        until: formatTime(language, content.expiresAt),
      });
    }
    case 'qr_file_refused':
      return texts.qr_file_refused({
        recipientName,
        sim: simOf(content.sim),
        reason: content.reason,
        uploadUrl: linkTo('qr_upload'),
      });
    case 'qr_request_returned':
      return texts.qr_request_returned({ recipientName, sim: simOf(content.sim), returns: content.returns });
  }
};

/** The contract asks for words in one language at least. */
const NO_WORDS = { subject: '', text: '' } as const;

const orderOf = (
  { orderNumber, action, msisdn }: Extract<MessageContent, { orderNumber: string }>,
  recipientName: string,
) => ({ recipientName, orderNumber, action, line: formatMsisdn(msisdn) });

const simOf = ({ msisdn, iccid, temporaryReference }: Extract<MessageContent, { sim: object }>['sim']): SimOfMail => ({
  line: msisdn === null ? null : formatMsisdn(msisdn),
  iccid,
  temporaryReference,
});

const TIMES = { en: timeFormat('en-GB'), fr: timeFormat('fr-FR') } as const satisfies Record<
  Language,
  Intl.DateTimeFormat
>;

function timeFormat(locale: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
}

/** Where a reader is, nobody here knows: the zone goes with the time. */
const formatTime = (language: Language, time: string): string => `${TIMES[language].format(new Date(time))} (UTC)`;

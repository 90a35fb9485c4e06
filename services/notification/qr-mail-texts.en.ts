import type { QrMailTexts, SimOfMail } from './qr-mail.ts';

const nameOf = ({ line, iccid, temporaryReference }: SimOfMail): string => {
  if (line !== null) return `the eSIM of line ${line}`;
  if (iccid !== null) return `the eSIM with the ICCID ${iccid}`;
  return temporaryReference === null ? 'the eSIM' : `the eSIM ${temporaryReference}`;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const RETURNED_AS = {
  bounced: 'the message could not be delivered',
  complained: 'the message was reported as unwanted',
} as const;

const NOT_READ = 'Answers to this address are not read.';
const FOOTER = `Simlane sends this message by itself. ${NOT_READ}`;

export const englishQrTexts: QrMailTexts = {
  qr_code_requested: ({ subject, letter, reminder, uploadUrl, formats, until }) => ({
    subject: reminder === 0 ? subject : `Reminder: ${subject}`,
    paragraphs: [
      ...(reminder === 0
        ? []
        : [`This is ${reminder === 1 ? 'a' : 'another'} reminder: the request below has not been answered yet.`]),
      { letter },
      ...(uploadUrl === null
        ? ['You receive a copy of this message. The link to send the QR code went to the contacts who were asked.']
        : [
            { button: { label: 'Send the QR code', url: uploadUrl } },
            `There you can upload the QR code (${formats}) or type the activation code. You need no account, and nothing has to be installed.`,
            `The link is yours alone: please do not pass it on. It works until ${until}, or until the QR code has arrived.`,
          ]),
      `Simlane sends this message for one of its customers. ${NOT_READ}`,
    ],
  }),
  qr_code_available: ({ recipientName, sim, pageUrl, imageUrl, confirmationCodeRequired, until }) => ({
    subject: `${capitalize(nameOf(sim))} is ready to install`,
    paragraphs: [
      `Hello ${recipientName},`,
      `The QR code for ${nameOf(sim)} has arrived.`,
      { button: { label: 'Show the QR code', url: pageUrl } },
      { link: { label: 'Download the QR code as a picture', url: imageUrl } },
      'Open the page on another screen and scan the QR code with the phone’s camera, or open it on the phone itself and tap the install button for it. The phone needs an internet connection, such as Wi-Fi, while it installs the eSIM.',
      confirmationCodeRequired
        ? 'The phone will ask for a confirmation code. The provider gives it by another way; it is not in this message.'
        : 'As far as we know, the phone will not ask for a confirmation code.',
      `Both links work until ${until}. Whoever has them can install the eSIM: pass them on to nobody but the person who is to use it.`,
      FOOTER,
    ],
  }),
  qr_file_refused: ({ recipientName, sim, reason, uploadUrl }) => ({
    subject: `The QR code that you sent for ${nameOf(sim)} was not accepted`,
    paragraphs: [
      `Hello ${recipientName},`,
      `The QR code that you sent for ${nameOf(sim)} was not accepted, for this reason:`,
      { quotation: reason },
      ...(uploadUrl === null
        ? ['Please send another one, by the link in the request.']
        : ['Please send another one.', { button: { label: 'Send another QR code', url: uploadUrl } }]),
      FOOTER,
    ],
  }),
  qr_request_returned: ({ recipientName, sim, returns }) => ({
    subject: `Request for the QR code of ${nameOf(sim)}: not everybody was reached`,
    paragraphs: [
      `Hello ${recipientName},`,
      `You asked for the QR code of ${nameOf(sim)}. Not everybody was reached:`,
      { quotation: returns.map(({ name, email, as }) => `${name} (${email}): ${RETURNED_AS[as]}`).join('\n') },
      'Have the address of the contact corrected or ask somebody else, and send the request again.',
      FOOTER,
    ],
  }),
};

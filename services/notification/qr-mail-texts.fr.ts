import type { QrMailTexts, SimOfMail } from './qr-mail.ts';

/** French sets a no-break space before a colon and a semicolon. */
const COLON = '\u{a0}:';
const SEMICOLON = '\u{a0};';

const nameOf = ({ line, iccid, temporaryReference }: SimOfMail): string => {
  if (line !== null) return `l’eSIM de la ligne ${line}`;
  if (iccid !== null) return `l’eSIM d’ICCID ${iccid}`;
  return temporaryReference === null ? 'l’eSIM' : `l’eSIM ${temporaryReference}`;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const RETURNED_AS = {
  bounced: 'le message n’a pas pu être remis',
  complained: 'le message a été signalé comme indésirable',
} as const;

const NOT_READ = 'Les réponses à cette adresse ne sont pas lues.';
const FOOTER = `Simlane envoie ce message automatiquement. ${NOT_READ}`;

export const frenchQrTexts: QrMailTexts = {
  qr_code_requested: ({ subject, letter, reminder, uploadUrl, formats, until }) => ({
    subject: reminder === 0 ? subject : `Rappel${COLON} ${subject}`,
    paragraphs: [
      ...(reminder === 0
        ? []
        : [
            `Ceci est un ${reminder === 1 ? '' : 'nouveau '}rappel${COLON} la demande ci-dessous est encore sans réponse.`,
          ]),
      { letter },
      ...(uploadUrl === null
        ? [
            'Vous recevez une copie de ce message. Le lien pour envoyer le QR code a été adressé aux contacts sollicités.',
          ]
        : [
            { button: { label: 'Envoyer le QR code', url: uploadUrl } },
            `Vous pouvez y déposer le QR code (${formats}) ou saisir le code d’activation. Aucun compte n’est nécessaire et il n’y a rien à installer.`,
            `Ce lien vous est personnel${COLON} merci de ne pas le transmettre. Il est valable jusqu’au ${until}, ou jusqu’à la réception du QR code.`,
          ]),
      `Simlane envoie ce message pour l’un de ses clients. ${NOT_READ}`,
    ],
  }),
  qr_code_available: ({ recipientName, sim, pageUrl, imageUrl, confirmationCodeRequired, until }) => ({
    subject: `${capitalize(nameOf(sim))} est prête à être installée`,
    paragraphs: [
      `Bonjour ${recipientName},`,
      `Le QR code de ${nameOf(sim)} est arrivé.`,
      { button: { label: 'Afficher le QR code', url: pageUrl } },
      { link: { label: 'Télécharger l’image du QR code', url: imageUrl } },
      'Ouvrez la page sur un autre écran et scannez le QR code avec l’appareil photo du téléphone, ou ouvrez-la sur le téléphone lui-même et touchez le bouton d’installation correspondant. Pendant l’installation, le téléphone doit être connecté à Internet, par exemple en Wi-Fi.',
      confirmationCodeRequired
        ? `Le téléphone demandera un code de confirmation. L’opérateur le transmet par un autre moyen${SEMICOLON} il n’est pas dans ce message.`
        : 'À notre connaissance, le téléphone ne demandera pas de code de confirmation.',
      `Les deux liens sont valables jusqu’au ${until}. Quiconque les possède peut installer l’eSIM${COLON} ne les transmettez qu’à la personne qui doit l’utiliser.`,
      FOOTER,
    ],
  }),
  qr_file_refused: ({ recipientName, sim, reason, uploadUrl }) => ({
    subject: `Le QR code que vous avez envoyé pour ${nameOf(sim)} n’a pas été accepté`,
    paragraphs: [
      `Bonjour ${recipientName},`,
      `Le QR code que vous avez envoyé pour ${nameOf(sim)} n’a pas été accepté, pour la raison suivante${COLON}`,
      { quotation: reason },
      ...(uploadUrl === null
        ? ['Merci d’en envoyer un autre à l’aide du lien de la demande.']
        : ['Merci d’en envoyer un autre.', { button: { label: 'Envoyer un autre QR code', url: uploadUrl } }]),
      FOOTER,
    ],
  }),
  qr_request_returned: ({ recipientName, sim, returns }) => ({
    subject: `Demande du QR code de ${nameOf(sim)}${COLON} tous les destinataires n’ont pas été joints`,
    paragraphs: [
      `Bonjour ${recipientName},`,
      `Vous avez demandé le QR code de ${nameOf(sim)}. Tous les destinataires n’ont pas été joints${COLON}`,
      { quotation: returns.map(({ name, email, as }) => `${name} (${email})${COLON} ${RETURNED_AS[as]}`).join('\n') },
      'Faites corriger l’adresse du contact ou adressez-vous à quelqu’un d’autre, puis envoyez de nouveau la demande.',
      FOOTER,
    ],
  }),
};

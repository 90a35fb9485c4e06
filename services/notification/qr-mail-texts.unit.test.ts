import type {
  QrCodeAvailable,
  QrCodeRequested,
  QrFileRefused,
  QrRequestReturned,
} from '@simlane/contracts/http/notification';
import { describe, expect, it } from 'vitest';
import { MissingLinkError, writeMail } from './mail-texts.ts';
import type { MessageContent } from './message.ts';
import { renderMail } from './render-mail.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const sim = { id: ID, msisdn: '+33612345678', iccid: null, temporaryReference: 'SIM-Temp-000001' };
const words = {
  en: { subject: 'QR code for line +33 6 12 34 56 78', text: 'Hello,\n\nplease send us the QR code.\nAlice' },
  fr: {
    subject: 'QR code de la ligne +33 6 12 34 56 78',
    text: 'Bonjour,\n\nmerci de nous envoyer le QR code.\nAlice',
  },
};
const requested: QrCodeRequested = {
  kind: 'qr_code_requested',
  requestId: ID,
  reminder: 0,
  messages: words,
  expiresAt: '2026-03-31T09:30:00.000Z',
};
const available: QrCodeAvailable = {
  kind: 'qr_code_available',
  sim,
  requestId: ID,
  confirmationCodeRequired: false,
  expiresAt: '2026-03-15T09:30:00.000Z',
};
const refused: QrFileRefused = {
  kind: 'qr_file_refused',
  requestId: ID,
  sim,
  reason: 'It is <b>another</b> operator’s.',
};
const returned: QrRequestReturned = {
  kind: 'qr_request_returned',
  requestId: ID,
  sim,
  returns: [
    { name: 'Carla Rossi', email: 'carla@distributor.example', as: 'bounced' },
    { name: 'Denis Roy', email: 'denis@distributor.example', as: 'complained' },
  ],
};

const carla = { name: 'Carla Rossi', language: 'en' } as const;
const benoit = { name: 'Benoît Lefèvre', language: 'fr' } as const;
const linkTo = (purpose: string): string => `https://fleet.example.com/${purpose}/T`;
const noLink = (): null => null;

describe('the mail that asks for a QR code', () => {
  it('is the words of whoever asks, in the recipient’s language, with a link to send it by', () => {
    expect(writeMail(requested, carla, linkTo)).toEqual({
      language: 'en',
      subject: words.en.subject,
      paragraphs: [
        { letter: words.en.text },
        { button: { label: 'Send the QR code', url: 'https://fleet.example.com/qr_upload/T' } },
        'There you can upload the QR code (PNG, JPG/JPEG, SVG, TIFF, PDF) or type the activation code. You need no account, and nothing has to be installed.',
        'The link is yours alone: please do not pass it on. It works until 31 March 2026 at 09:30 (UTC), or until the QR code has arrived.',
        'Simlane sends this message for one of its customers. Answers to this address are not read.',
      ],
    });
    expect(writeMail(requested, benoit, linkTo)).toEqual({
      language: 'fr',
      subject: words.fr.subject,
      paragraphs: [
        { letter: words.fr.text },
        { button: { label: 'Envoyer le QR code', url: 'https://fleet.example.com/qr_upload/T' } },
        'Vous pouvez y déposer le QR code (PNG, JPG/JPEG, SVG, TIFF, PDF) ou saisir le code d’activation. Aucun compte n’est nécessaire et il n’y a rien à installer.',
        'Ce lien vous est personnel\u{a0}: merci de ne pas le transmettre. Il est valable jusqu’au 31 mars 2026 à 09:30 (UTC), ou jusqu’à la réception du QR code.',
        'Simlane envoie ce message pour l’un de ses clients. Les réponses à cette adresse ne sont pas lues.',
      ],
    });
  });

  it('has no link for those in copy, and says where it went', () => {
    for (const recipient of [carla, benoit]) {
      const mail = writeMail(requested, recipient, noLink);
      expect(mail.paragraphs).toHaveLength(3);
      expect(renderMail(mail).html).not.toContain('href');
    }
    expect(writeMail(requested, carla, noLink).paragraphs).toContain(
      'You receive a copy of this message. The link to send the QR code went to the contacts who were asked.',
    );
  });

  it('says that it is a reminder, in its subject and above the words', () => {
    const first = writeMail({ ...requested, reminder: 1 }, carla, linkTo);
    expect(first.subject).toBe(`Reminder: ${words.en.subject}`);
    expect(first.paragraphs.slice(0, 2)).toEqual([
      'This is a reminder: the request below has not been answered yet.',
      { letter: words.en.text },
    ]);
    const second = writeMail({ ...requested, reminder: 2 }, benoit, linkTo);
    expect(second.subject).toBe(`Rappel\u{a0}: ${words.fr.subject}`);
    expect(second.paragraphs[0]).toBe(
      'Ceci est un nouveau rappel\u{a0}: la demande ci-dessous est encore sans réponse.',
    );
  });

  it('is in the language of its words, where there are none in the recipient’s', () => {
    const onlyFrench = writeMail({ ...requested, messages: { fr: words.fr } }, carla, linkTo);
    expect(onlyFrench).toMatchObject({ language: 'fr', subject: words.fr.subject });
    const onlyEnglish = writeMail({ ...requested, messages: { en: words.en } }, benoit, linkTo);
    expect(onlyEnglish).toMatchObject({ language: 'en', subject: words.en.subject });
  });

  it('shows the words and interprets nothing of them', () => {
    const text = 'Go to https://evil.example\n<a href="https://evil.example">here</a><script>alert(1)</script>';
    const { html } = renderMail(writeMail({ ...requested, messages: { en: { subject: '<b>', text } } }, carla, linkTo));
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<b>');
    expect(html).toContain('Go to https://evil.example<br>&lt;a href=&quot;https://evil.example&quot;&gt;here');
  });
});

describe('the mail that a QR code has arrived', () => {
  it('leads to the page for phones and to the picture, and says how to install and until when', () => {
    expect(writeMail(available, carla, linkTo)).toEqual({
      language: 'en',
      subject: 'The eSIM of line +33 6 12 34 56 78 is ready to install',
      paragraphs: [
        'Hello Carla Rossi,',
        'The QR code for the eSIM of line +33 6 12 34 56 78 has arrived.',
        { button: { label: 'Show the QR code', url: 'https://fleet.example.com/qr_download/T' } },
        {
          link: {
            label: 'Download the QR code as a picture',
            url: 'https://fleet.example.com/qr_download/T/image.png',
          },
        },
        'Open the page on another screen and scan the QR code with the phone’s camera, or open it on the phone itself and tap the install button for it. The phone needs an internet connection, such as Wi-Fi, while it installs the eSIM.',
        'As far as we know, the phone will not ask for a confirmation code.',
        'Both links work until 15 March 2026 at 09:30 (UTC). Whoever has them can install the eSIM: pass them on to nobody but the person who is to use it.',
        'Simlane sends this message by itself. Answers to this address are not read.',
      ],
    });
    expect(writeMail(available, benoit, linkTo)).toEqual({
      language: 'fr',
      subject: 'L’eSIM de la ligne +33 6 12 34 56 78 est prête à être installée',
      paragraphs: [
        'Bonjour Benoît Lefèvre,',
        'Le QR code de l’eSIM de la ligne +33 6 12 34 56 78 est arrivé.',
        { button: { label: 'Afficher le QR code', url: 'https://fleet.example.com/qr_download/T' } },
        { link: { label: 'Télécharger l’image du QR code', url: 'https://fleet.example.com/qr_download/T/image.png' } },
        'Ouvrez la page sur un autre écran et scannez le QR code avec l’appareil photo du téléphone, ou ouvrez-la sur le téléphone lui-même et touchez le bouton d’installation correspondant. Pendant l’installation, le téléphone doit être connecté à Internet, par exemple en Wi-Fi.',
        'À notre connaissance, le téléphone ne demandera pas de code de confirmation.',
        'Les deux liens sont valables jusqu’au 15 mars 2026 à 09:30 (UTC). Quiconque les possède peut installer l’eSIM\u{a0}: ne les transmettez qu’à la personne qui doit l’utiliser.',
        'Simlane envoie ce message automatiquement. Les réponses à cette adresse ne sont pas lues.',
      ],
    });
  });

  it('says when a confirmation code will be asked for', () => {
    const mail = writeMail({ ...available, confirmationCodeRequired: true }, carla, linkTo);
    expect(mail.paragraphs).toContain(
      'The phone will ask for a confirmation code. The provider gives it by another way; it is not in this message.',
    );
    const { text } = renderMail(writeMail({ ...available, confirmationCodeRequired: true }, benoit, linkTo));
    expect(text).toContain('Le téléphone demandera un code de confirmation.');
    expect(text).not.toContain('ne demandera pas');
  });

  it('is made of its link', () => {
    expect(() => writeMail(available, carla, noLink)).toThrow(MissingLinkError);
  });
});

describe('the mail that a file was refused', () => {
  it('says why, in the words of whoever refused it, and asks for another', () => {
    const mail = writeMail(refused, carla, linkTo);
    expect(mail.subject).toBe('The QR code that you sent for the eSIM of line +33 6 12 34 56 78 was not accepted');
    expect(mail.paragraphs.slice(1, -1)).toEqual([
      'The QR code that you sent for the eSIM of line +33 6 12 34 56 78 was not accepted, for this reason:',
      { quotation: refused.reason },
      'Please send another one.',
      { button: { label: 'Send another QR code', url: 'https://fleet.example.com/qr_upload/T' } },
    ]);
    expect(renderMail(mail).html).toContain('It is &lt;b&gt;another&lt;/b&gt; operator’s.</blockquote>');
    const { text } = renderMail(writeMail(refused, benoit, noLink));
    expect(text).toContain('n’a pas été accepté, pour la raison suivante\u{a0}:\n\n> It is <b>another');
    expect(text).toContain('à l’aide du lien de la demande');
  });
});

describe('the mail that a request did not arrive', () => {
  it('names who was not reached, and why', () => {
    const mail = writeMail(returned, { name: 'Alice Martin', language: 'en' }, noLink);
    expect(mail.subject).toBe(
      'Request for the QR code of the eSIM of line +33 6 12 34 56 78: not everybody was reached',
    );
    expect(mail.paragraphs).toContainEqual({
      quotation:
        'Carla Rossi (carla@distributor.example): the message could not be delivered\n' +
        'Denis Roy (denis@distributor.example): the message was reported as unwanted',
    });
    const { text } = renderMail(writeMail(returned, benoit, noLink));
    expect(text).toContain(
      '> Carla Rossi (carla@distributor.example)\u{a0}: le message n’a pas pu être remis\n> Denis',
    );
  });
});

it('calls a SIM by its line, else its ICCID, else its reference', () => {
  const named = (changes: object): string =>
    writeMail({ ...refused, sim: { ...sim, ...changes } }, carla, noLink).subject;
  expect(named({})).toContain('the eSIM of line +33 6 12 34 56 78');
  expect(named({ msisdn: null, iccid: '8933010000000000014' })).toContain(
    'the eSIM with the ICCID 8933010000000000014',
  );
  expect(named({ msisdn: null })).toContain('the eSIM SIM-Temp-000001');
  expect(named({ msisdn: null, temporaryReference: null })).toContain('for the eSIM was');
});

it('no mail holds a word of the other language, and none holds what was not filled in', () => {
  for (const content of [requested, available, refused, returned] as const satisfies readonly MessageContent[]) {
    const [english, french] = [carla, benoit].map((one) => renderMail(writeMail(content, one, linkTo)).text);
    expect(english).not.toMatch(/\b(Bonjour|Simlane envoie|lien)\b/);
    expect(french).not.toMatch(/\b(Hello|Simlane sends|link)\b/);
    for (const text of [english, french]) expect(text).not.toMatch(/undefined|null|NaN|Invalid/);
  }
});

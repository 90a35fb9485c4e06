import type { FinishedOrder, OrderMailTexts, WaitingTexts } from './order-mail.ts';

type Action = FinishedOrder['action'];
type CancelledEnd = Exclude<FinishedOrder['end'], 'processed'>;

/** French sets a no-break space before a colon and a semicolon. */
const COLON = '\u{a0}:';
const SEMICOLON = '\u{a0};';

const CHANGE = {
  switch_to_esim: (line: string) => `le passage de la ligne ${line} à l’eSIM`,
  replace_esim: (line: string) => `le remplacement de l’eSIM de la ligne ${line}`,
} as const satisfies Record<Action, (line: string) => string>;

const DONE = {
  switch_to_esim: {
    headline: (line: string) => `la ligne ${line} est passée à l’eSIM`,
    effect:
      'L’eSIM est désormais en service sur la ligne. L’ancienne carte SIM a été mise au rebut, ce qui est irréversible.',
  },
  replace_esim: {
    headline: (line: string) => `l’eSIM de la ligne ${line} est remplacée`,
    effect:
      'La nouvelle eSIM est désormais en service sur la ligne. L’ancienne a été mise au rebut, ce qui est irréversible.',
  },
} as const satisfies Record<Action, { headline: (line: string) => string; effect: string }>;

const CANCELLED = {
  provider: { headline: 'annulé par l’opérateur', cause: (change: string) => `L’opérateur a annulé ${change}.` },
  rejected: {
    headline: 'refusé par l’opérateur',
    cause: (change: string) => `L’opérateur a refusé la commande pour ${change}.`,
  },
  manager: {
    headline: 'annulé',
    cause: (change: string) => `À la demande d’un gestionnaire de votre compte, ${change} a été annulé.`,
  },
  operations: {
    headline: 'annulé par l’exploitation de Simlane',
    cause: (change: string) => `L’exploitation de Simlane a annulé ${change}.`,
  },
  unnamed: { headline: 'annulé', cause: (change: string) => `${capitalize(change)} a été annulé.` },
} as const satisfies Record<CancelledEnd, { headline: string; cause: (change: string) => string }>;

const OLD_SIM = {
  switch_to_esim: 'l’ancienne carte SIM',
  replace_esim: 'l’ancienne eSIM',
} as const satisfies Record<Action, string>;

const WAITING = {
  provider_silent: {
    headline: ({ line }) => `pas de réponse de l’opérateur pour la ligne ${line}`,
    paragraphs: ({ action, line }) => [
      `L’opérateur n’a pas répondu dans le délai convenu pour ${CHANGE[action](line)}. Il a été interrogé, puis relancé.`,
      `L’exploitation de Simlane s’en occupe. En attendant, ${OLD_SIM[action]} reste en service sur la ligne${SEMICOLON} rien n’a été annulé.`,
    ],
  },
  installation_missing: {
    headline: ({ line }) => `l’eSIM de la ligne ${line} n’est pas encore installée`,
    paragraphs: ({ action, line, orderNumber }) => [
      `L’opérateur a livré l’eSIM de la ligne ${line}, mais elle n’est pas encore installée. Jusque-là, ${OLD_SIM[action]} reste en service.`,
      `Installez l’eSIM ou, si c’est déjà fait, confirmez l’installation sur la commande ${orderNumber}.`,
    ],
  },
  cancellation_refused: {
    headline: ({ action, line }) => `l’opérateur n’annule pas ${CHANGE[action](line)}`,
    paragraphs: ({ action, line, orderNumber, detail }) => [
      `L’opérateur, à qui il a été demandé d’annuler ${CHANGE[action](line)}, a refusé.`,
      ...(detail === null ? [] : [`L’opérateur indique${COLON}`, { quotation: detail }]),
      `La commande ${orderNumber} suit son cours. Jusqu’à son terme, ${OLD_SIM[action]} reste en service sur la ligne.`,
    ],
  },
} as const satisfies WaitingTexts;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const subject = (order: FinishedOrder): string => {
  const { end, line } = order;
  const headline =
    end === 'processed'
      ? DONE[order.action].headline(line)
      : `${CHANGE[order.action](line)} est ${CANCELLED[end].headline}`;
  return `Commande ${order.orderNumber}${COLON} ${headline}`;
};

const outcome = (order: FinishedOrder): readonly string[] => {
  const change = CHANGE[order.action](order.line);
  if (order.end === 'processed') return [`${capitalize(change)} est terminé.`, DONE[order.action].effect];
  return [
    CANCELLED[order.end].cause(change),
    `La ligne ${order.line} conserve sa SIM actuelle${SEMICOLON} rien n’y a été modifié.`,
  ];
};

const FOOTER = 'Simlane envoie ce message automatiquement à la personne qui a passé la commande.';

export const frenchOrderTexts: OrderMailTexts = {
  order_finished: (order) => ({
    subject: subject(order),
    paragraphs: [
      `Bonjour ${order.recipientName},`,
      ...outcome(order),
      order.needsAttention
        ? `Il reste quelque chose à faire${COLON} la commande ${order.orderNumber} indique quoi et qui peut s’en charger.`
        : `Il ne reste rien à faire pour la commande ${order.orderNumber}.`,
      FOOTER,
    ],
  }),
  order_waiting: (order) => ({
    subject: `Commande ${order.orderNumber}${COLON} ${WAITING[order.why].headline(order)}`,
    paragraphs: [`Bonjour ${order.recipientName},`, ...WAITING[order.why].paragraphs(order), FOOTER],
  }),
};

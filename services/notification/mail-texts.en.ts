import type { FinishedOrder, MailTexts } from './mail.ts';

type Action = FinishedOrder['action'];
type CancelledEnd = Exclude<FinishedOrder['end'], 'processed'>;

const CHANGE = {
  switch_to_esim: (line: string) => `the switch of line ${line} to an eSIM`,
  replace_esim: (line: string) => `the replacement of the eSIM on line ${line}`,
} as const satisfies Record<Action, (line: string) => string>;

const DONE = {
  switch_to_esim: {
    headline: (line: string) => `line ${line} now has its eSIM`,
    effect: 'The eSIM now serves the line. The old SIM has been discarded, which cannot be undone.',
  },
  replace_esim: {
    headline: (line: string) => `line ${line} now has its new eSIM`,
    effect: 'The new eSIM now serves the line. The old eSIM has been discarded, which cannot be undone.',
  },
} as const satisfies Record<Action, { headline: (line: string) => string; effect: string }>;

const CANCELLED = {
  provider: {
    headline: 'cancelled by the provider',
    cause: (change: string) => `The provider has cancelled ${change}.`,
  },
  rejected: {
    headline: 'not accepted by the provider',
    cause: (change: string) => `The provider has not accepted the order for ${change}.`,
  },
  manager: {
    headline: 'cancelled',
    cause: (change: string) => `As a manager of your account asked, ${change} has been cancelled.`,
  },
  operations: {
    headline: 'cancelled by Simlane operations',
    cause: (change: string) => `Simlane operations have cancelled ${change}.`,
  },
  unnamed: { headline: 'cancelled', cause: (change: string) => `${capitalize(change)} has been cancelled.` },
} as const satisfies Record<CancelledEnd, { headline: string; cause: (change: string) => string }>;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const subject = (order: FinishedOrder): string => {
  const { end, line } = order;
  const headline =
    end === 'processed'
      ? DONE[order.action].headline(line)
      : `${CHANGE[order.action](line)} was ${CANCELLED[end].headline}`;
  return `Order ${order.orderNumber}: ${headline}`;
};

const outcome = (order: FinishedOrder): readonly string[] => {
  const change = CHANGE[order.action](order.line);
  if (order.end === 'processed') return [`${capitalize(change)} is done.`, DONE[order.action].effect];
  return [CANCELLED[order.end].cause(change), `Line ${order.line} keeps the SIM it has; nothing on it was changed.`];
};

export const englishTexts: MailTexts = {
  order_finished: (order) => ({
    subject: subject(order),
    paragraphs: [
      `Hello ${order.recipientName},`,
      ...outcome(order),
      order.needsAttention
        ? `Something is left to do: order ${order.orderNumber} shows what it is and who can do it.`
        : `Nothing is left to do on order ${order.orderNumber}.`,
      'Simlane sends this message by itself to whoever placed the order.',
    ],
  }),
};

import type { FinishedOrder, OrderMailTexts, WaitingTexts } from './order-mail.ts';

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

const OLD_SIM = {
  switch_to_esim: 'the old SIM',
  replace_esim: 'the old eSIM',
} as const satisfies Record<Action, string>;

const WAITING = {
  provider_silent: {
    headline: ({ line }) => `no answer from the provider about line ${line}`,
    paragraphs: ({ action, line }) => [
      `The provider has not answered in the time agreed about ${CHANGE[action](line)}. It was asked, and then reminded.`,
      `Simlane operations look after it. Meanwhile ${OLD_SIM[action]} serves the line as before, and nothing was cancelled.`,
    ],
  },
  installation_missing: {
    headline: ({ line }) => `the eSIM for line ${line} is not installed yet`,
    paragraphs: ({ action, line, orderNumber }) => [
      `The provider has delivered the eSIM for line ${line}, and it is not installed yet. Until it is, ${OLD_SIM[action]} stays in service.`,
      `Install the eSIM or, if that has happened, confirm the installation on order ${orderNumber}.`,
    ],
  },
  cancellation_refused: {
    headline: ({ action, line }) => `the provider does not cancel ${CHANGE[action](line)}`,
    paragraphs: ({ action, line, orderNumber, detail }) => [
      `The provider was asked to cancel ${CHANGE[action](line)} and has refused.`,
      ...(detail === null ? [] : ['The provider says:', { quotation: detail }]),
      `Order ${orderNumber} goes on. Until it is done, ${OLD_SIM[action]} serves the line.`,
    ],
  },
} as const satisfies WaitingTexts;

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

const FOOTER = 'Simlane sends this message by itself to whoever placed the order.';

export const englishOrderTexts: OrderMailTexts = {
  order_finished: (order) => ({
    subject: subject(order),
    paragraphs: [
      `Hello ${order.recipientName},`,
      ...outcome(order),
      order.needsAttention
        ? `Something is left to do: order ${order.orderNumber} shows what it is and who can do it.`
        : `Nothing is left to do on order ${order.orderNumber}.`,
      FOOTER,
    ],
  }),
  order_waiting: (order) => ({
    subject: `Order ${order.orderNumber}: ${WAITING[order.why].headline(order)}`,
    paragraphs: [`Hello ${order.recipientName},`, ...WAITING[order.why].paragraphs(order), FOOTER],
  }),
};

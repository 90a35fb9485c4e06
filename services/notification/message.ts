import type { Message, notificationInternalRoutes, RECIPIENT_STATES } from '@simlane/contracts/http/notification';
import type { RouteBody } from '@simlane/contracts/http/route';

export type PutMessageBody = RouteBody<typeof notificationInternalRoutes.putMessage>;
export type MessageContent = PutMessageBody['content'];
export type MessageRecipient = PutMessageBody['recipients'][number];
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** What a message is about: where users find it. */
export const objectOf = (content: MessageContent): Message['object'] => {
  switch (content.kind) {
    case 'order_finished':
    case 'order_waiting':
      return { type: 'order', id: content.orderId };
    case 'qr_code_requested':
    case 'qr_file_refused':
    case 'qr_request_returned':
      return { type: 'qr_request', id: content.requestId };
    case 'qr_code_available':
      return content.requestId === null
        ? { type: 'sim', id: content.sim.id }
        : { type: 'qr_request', id: content.requestId };
  }
};

/**
 * One mail an address, whatever the number of times it is named and in whichever case. The first naming stands, but for
 * one with a link: who is asked and in copy too is asked.
 */
export const distinctRecipients = (recipients: readonly MessageRecipient[]): MessageRecipient[] => {
  const byAddress = new Map<string, MessageRecipient>();
  for (const recipient of recipients) {
    const address = recipient.email.toLowerCase();
    const before = byAddress.get(address);
    if (before === undefined || (before.linkId === null && recipient.linkId !== null))
      byAddress.set(address, recipient);
  }
  return [...byAddress.values()];
};

/** What to keep the hash of: without links it is what it was before there were any, and repeats of then stay repeats. */
export const identityOf = ({ content, recipients }: PutMessageBody) => ({
  content,
  recipients: recipients.map(({ linkId, ...recipient }) => (linkId === null ? recipient : { ...recipient, linkId })),
});

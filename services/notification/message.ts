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
  }
};

/** One mail an address, whatever the number of times it is named and in whichever case; the first naming stands. */
export const distinctRecipients = (recipients: readonly MessageRecipient[]): MessageRecipient[] => {
  const byAddress = new Map<string, MessageRecipient>();
  for (const recipient of recipients) {
    const address = recipient.email.toLowerCase();
    if (!byAddress.has(address)) byAddress.set(address, recipient);
  }
  return [...byAddress.values()];
};

/** The mails of a request and of its notifications, as notification is to have them. Ids are the same for the same mail. */
import { shortened } from '@simlane/contracts/http/primitives';
import type { MessageToSend } from '@simlane/contracts/http/qr-code-internal';
import { namedUuid } from '@simlane/service-kit/named-uuid';
import type { StoredLink } from './link.ts';
import type { StoredNotification } from './notification.service.ts';
import type { StoredQrCode } from './qr-code.repository.ts';
import type { StoredRequest } from './qr-request.ts';

/** The SIM as people know it. */
export interface NamedSim {
  readonly id: string;
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly temporaryReference: string | null;
}

const idOf = (request: StoredRequest, what: string): string => namedUuid(`qr-code-request/${request.id}:${what}`);

const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The request itself, or one of its reminders: to each contact with his own link, and the first time to CC without. */
export const askingMail = (request: StoredRequest, links: readonly StoredLink[], reminder: number): MessageToSend => {
  const contacts = request.contacts.flatMap(({ contactId, name, email, language }) => {
    const link = links.find((one) => one.contactId === contactId);
    return link === undefined ? [] : [{ name, email, language, linkId: link.id }];
  });
  const language = contacts[0]?.language ?? request.requestedBy.language;
  const cc =
    reminder > 0 ? [] : request.cc.filter((email) => !contacts.some((contact) => sameAddress(contact.email, email)));
  return {
    messageId: idOf(request, `sending-${request.sendings}:${reminder === 0 ? 'request' : `reminder-${reminder}`}`),
    content: {
      kind: 'qr_code_requested',
      requestId: request.id,
      reminder,
      messages: request.messages,
      expiresAt: request.expiresAt.toISOString(),
    },
    recipients: [...contacts, ...cc.map((email) => ({ name: shortened(email), email, language, linkId: null }))],
  };
};

/** To the contact who sent it: why his code was refused, with the link by which he can send another. */
export const refusalMail = (
  request: StoredRequest,
  code: StoredQrCode,
  links: readonly StoredLink[],
  sim: NamedSim,
): MessageToSend | null => {
  const contact = request.contacts.find(({ contactId }) => contactId === code.importedBy);
  const link = links.find(({ contactId }) => contactId === contact?.contactId);
  if (contact === undefined || code.refusal === null) return null;
  const { name, email, language } = contact;
  return {
    messageId: idOf(request, `refusal-${code.id}`),
    content: { kind: 'qr_file_refused', requestId: request.id, sim, reason: code.refusal },
    recipients: [{ name, email, language, linkId: request.state === 'open' ? (link?.id ?? null) : null }],
  };
};

/** To whoever asked: which mails came back. */
export const returnedMail = (request: StoredRequest, sim: NamedSim): MessageToSend | null => {
  const returns = request.contacts.flatMap(({ contactId, name, email, returned, returnTold }) =>
    returned === null || returnTold ? [] : [{ contactId, name, email, as: returned.as }],
  );
  if (returns.length === 0) return null;
  const { name, email, language } = request.requestedBy;
  const ids = returns.map(({ contactId }) => contactId).toSorted();
  return {
    messageId: idOf(request, `sending-${request.sendings}:returned-${ids.join()}`),
    content: {
      kind: 'qr_request_returned',
      requestId: request.id,
      sim,
      returns: returns.map(({ name: of, email: at, as }) => ({ name: of, email: at, as })),
    },
    recipients: [{ name, email, language, linkId: null }],
  };
};

export const notificationMessageId = (notificationId: string): string =>
  namedUuid(`qr-code-notification/${notificationId}`);

export const notificationMail = (
  notification: StoredNotification,
  { code, link, sim }: { code: StoredQrCode; link: StoredLink; sim: NamedSim },
): MessageToSend => ({
  messageId: notificationMessageId(notification.id),
  content: {
    kind: 'qr_code_available',
    sim,
    requestId: notification.requestId,
    confirmationCodeRequired: code.confirmationCodeRequired,
    expiresAt: link.expiresAt.toISOString(),
  },
  recipients: [{ ...notification.to, linkId: link.id }],
});

import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { Webhook } from 'standardwebhooks';
import { GENERATE, type Step } from './control-api.ts';
import { activationCodeOfOrder } from './provider-activation-code.ts';
import { iccidOfOrder } from './provider-iccid.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { StatusReached } from './sandbox-event.ts';
import type { OrderRecord } from './sandbox-state.ts';

const STATUS_OF = {
  'order.acknowledged': 'acknowledged',
  'order.processed': 'processed',
  'order.installed': 'installed',
  'order.cancelled': 'cancelled',
  'order.rejected': 'rejected',
} as const satisfies Record<Step['signal'], StatusReached['status']>;

export const newMessageId = (): string => `msg_${uuidV7()}`;

/** The data of a signal with what the sandbox makes up filled in. Without an order there is nothing to make it up from. */
export const fillIn = (
  data: Readonly<Record<string, unknown>>,
  order: OrderRecord | undefined,
): Record<string, unknown> => {
  if (!order) return { ...data };
  return {
    ...data,
    ...(data.iccid === GENERATE ? { iccid: iccidOfOrder({ ...order, msisdn: String(order.order.msisdn) }) } : {}),
    ...(data.activationCode === GENERATE ? { activationCode: activationCodeOfOrder(order) } : {}),
  };
};

/** What a signal of this type makes true at the provider; undefined where it is no type that a provider has. */
export const reachedBy = (type: string, data: Readonly<Record<string, unknown>>): StatusReached | undefined => {
  if (!Object.hasOwn(STATUS_OF, type)) return undefined;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    status: STATUS_OF[type as Step['signal']],
    iccid: text(data.iccid),
    eid: text(data.eid),
    activationCode: text(data.activationCode),
    reason: text(data.reason),
  };
};

/** The message of one step of an order. */
export const messageOfStep = (
  step: Step,
  order: OrderRecord,
  data: Record<string, unknown>,
  at: Date,
): OutgoingMessage => ({
  messageId: newMessageId(),
  providerId: order.providerId,
  orderId: order.orderId,
  type: step.signal,
  body: JSON.stringify({
    type: step.signal,
    orderId: order.orderId,
    providerReference: order.providerReference,
    occurredAt: at.toISOString(),
    data,
  }),
});

/** The headers of one attempt at sending a message (Standard Webhooks): the time is that of the attempt. */
export const signedHeaders = (
  message: { readonly messageId: string; readonly body: string },
  secret: string,
  at: Date,
): Record<string, string> => ({
  'webhook-id': message.messageId,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(message.messageId, at, message.body),
});

import {
  providerAcceptanceSchema,
  providerOrderStatusSchema,
  providerRefusalSchema,
  providerRejectionSchema,
  providerUnknownOrderSchema,
} from '@simlane/contracts/http/provider';
import type { OutgoingAnswer } from './outgoing-request.ts';
import type { ProviderAddress, ProviderClient } from './provider-client.ts';
import { exchangeWith, asWords, type ExchangeOptions, isRefusal, notDecided } from './provider-exchange.ts';

const HTTP_OK = 200;
const HTTP_ACCEPTED = 202;
const HTTP_NOT_FOUND = 404;

/** Providers over HTTP, as api.md has the conversation about orders. */
export const createHttpProviderClient = (options: ExchangeOptions): ProviderClient => {
  const post = (
    to: ProviderAddress,
    path: string,
    idempotencyKey: string,
    body: unknown = {},
  ): Promise<OutgoingAnswer> => exchangeWith(options, to, { method: 'POST', path, idempotencyKey, body });

  return {
    submit: async (to, order, idempotencyKey) => {
      const answer = await post(to, 'orders', idempotencyKey, order);
      if (answer.status === HTTP_ACCEPTED) {
        const acceptance = providerAcceptanceSchema.safeParse(answer.json);
        if (acceptance.success) return { outcome: 'accepted', providerReference: acceptance.data.providerReference };
      }
      const rejection = providerRejectionSchema.safeParse(answer.json);
      if (isRefusal(answer) && rejection.success) {
        return { outcome: 'rejected', detail: asWords(rejection.data.detail) };
      }
      throw notDecided(answer);
    },

    lookUp: async (at, orderId) => {
      const answer = await exchangeWith(options, at, { method: 'GET', path: `orders/${orderId}` });
      const order = providerOrderStatusSchema.safeParse(answer.json);
      const isOfAnother = order.data?.orderId !== undefined && order.data.orderId !== orderId;
      if (answer.status === HTTP_OK && order.success && !isOfAnother) return { outcome: 'found', order: order.data };
      if (isUnknownOrder(answer)) return { outcome: 'unknown_order' };
      throw notDecided(answer);
    },

    requestCancellation: async (to, orderId, idempotencyKey) => {
      const answer = await post(to, `orders/${orderId}/cancellation`, idempotencyKey);
      if (answer.status === HTTP_ACCEPTED) return { outcome: 'accepted' };
      const refusal = providerRefusalSchema.safeParse(answer.json);
      if (isRefusal(answer) && refusal.success) {
        return { outcome: 'refused', detail: asWords(refusal.data.detail) };
      }
      if (isUnknownOrder(answer)) return { outcome: 'unknown_order' };
      throw notDecided(answer);
    },

    remind: async (whom, orderId, idempotencyKey) => {
      const answer = await post(whom, `orders/${orderId}/reminders`, idempotencyKey);
      if (answer.status !== HTTP_ACCEPTED) throw notDecided(answer);
    },
  };
};

const isUnknownOrder = ({ status, json }: OutgoingAnswer): boolean =>
  status === HTTP_NOT_FOUND && providerUnknownOrderSchema.safeParse(json).success;

import {
  providerAcceptanceSchema,
  providerOrderStatusSchema,
  providerRefusalSchema,
  providerRejectionSchema,
  providerUnknownOrderSchema,
} from '@simlane/contracts/http/provider';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import { redactText } from '@simlane/service-kit/redaction';
import { unstorable } from '@simlane/service-kit/unstorable';
import { type OutgoingAnswer, type OutgoingRequest, sendOutgoing } from './outgoing-request.ts';
import type { ProviderAddress, ProviderClient } from './provider-client.ts';

const HTTP_OK = 200;
const HTTP_ACCEPTED = 202;
const HTTP_NOT_FOUND = 404;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_UNAVAILABLE = 503;
/** A provider that is away for longer is asked all the same (api.md, "Orders out"). */
const LONGEST_WAIT_SECONDS = 3_600;
const LONGEST_DETAIL_CHARACTERS = 2000;

/** Providers over HTTP, as api.md has the conversation; users see status and duration of an answer, never its body. */
export const createHttpProviderClient = (options: { allowLoopback: boolean }): ProviderClient => ({
  submit: async (to, order, idempotencyKey) => {
    const answer = await post(options, to, 'orders', idempotencyKey, order);
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
    const { url, headers } = target(at, `orders/${orderId}`);
    const answer = await send(options, { method: 'GET', url, headers });
    const order = providerOrderStatusSchema.safeParse(answer.json);
    const isOfAnother = order.data?.orderId !== undefined && order.data.orderId !== orderId;
    if (answer.status === HTTP_OK && order.success && !isOfAnother) return { outcome: 'found', order: order.data };
    if (isUnknownOrder(answer)) return { outcome: 'unknown_order' };
    throw notDecided(answer);
  },

  requestCancellation: async (to, orderId, idempotencyKey) => {
    const answer = await post(options, to, `orders/${orderId}/cancellation`, idempotencyKey, {});
    if (answer.status === HTTP_ACCEPTED) return { outcome: 'accepted' };
    const refusal = providerRefusalSchema.safeParse(answer.json);
    if (isRefusal(answer) && refusal.success) {
      return { outcome: 'refused', detail: asWords(refusal.data.detail) };
    }
    if (isUnknownOrder(answer)) return { outcome: 'unknown_order' };
    throw notDecided(answer);
  },

  remind: async (whom, orderId, idempotencyKey) => {
    const answer = await post(options, whom, `orders/${orderId}/reminders`, idempotencyKey, {});
    if (answer.status !== HTTP_ACCEPTED) throw notDecided(answer);
  },
});

/** A provider's words as they are kept and shown: no activation code in them, and no half of a character at the end. */
const asWords = (text: string | undefined): string | null =>
  text === undefined ? null : redactText(text.slice(0, LONGEST_DETAIL_CHARACTERS).toWellFormed());

const isRefusal = ({ status }: OutgoingAnswer): boolean => status >= 400 && status < 500;

const isUnknownOrder = ({ status, json }: OutgoingAnswer): boolean =>
  status === HTTP_NOT_FOUND && providerUnknownOrderSchema.safeParse(json).success;

const target = ({ address, credential }: ProviderAddress, path: string) => ({
  url: new URL(path, `${address.replace(/\/$/, '')}/`),
  headers: { authorization: `Bearer ${credential}` },
});

const post = (
  options: { allowLoopback: boolean },
  to: ProviderAddress,
  path: string,
  idempotencyKey: string,
  body: unknown,
): Promise<OutgoingAnswer> => {
  const { url, headers } = target(to, path);
  return send(options, { method: 'POST', url, headers: { ...headers, 'idempotency-key': idempotencyKey }, body });
};

/** 429 and 503 say when to come again; it is believed up to an hour. Other answers are tried again as usual. */
const notDecided = ({ status, retryAfterSeconds }: OutgoingAnswer): ProblemError => {
  const asksForTime = status === HTTP_TOO_MANY_REQUESTS || status === HTTP_UNAVAILABLE;
  if (!asksForTime || retryAfterSeconds === undefined) {
    return new UnavailableError('The provider', `answered ${status} with none of the agreed answers`);
  }
  return new ProblemError('dependency_unavailable', 'The provider asks to come again later', {
    retryAfterSeconds: Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS),
  });
};

const send = async (options: { allowLoopback: boolean }, request: OutgoingRequest): Promise<OutgoingAnswer> => {
  try {
    const answer = await sendOutgoing(request, options);
    // What cannot be stored as it came is no answer of the agreed form.
    return unstorable(answer.json).length === 0 ? answer : { ...answer, json: undefined };
  } catch (error) {
    throw new UnavailableError('The provider', error instanceof Error ? error.message : 'failed', error);
  }
};

import { providerAcceptanceSchema, providerRejectionSchema } from '@simlane/contracts/http/provider';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import { type OutgoingAnswer, type OutgoingRequest, sendOutgoing } from './outgoing-request.ts';
import type { ProviderClient } from './provider-client.ts';

const HTTP_ACCEPTED = 202;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_UNAVAILABLE = 503;
/** A provider that is away for longer is asked all the same (api.md, "Orders out"). */
const LONGEST_WAIT_SECONDS = 3_600;
const LONGEST_DETAIL_CHARACTERS = 2000;

/** Providers over HTTP, as api.md has the conversation; users see status and duration of an answer, never its body. */
export const createHttpProviderClient = (options: { allowLoopback: boolean }): ProviderClient => ({
  submit: async ({ address, credential }, order, idempotencyKey) => {
    const answer = await send(options, {
      method: 'POST',
      url: new URL('orders', `${address.replace(/\/$/, '')}/`),
      headers: { authorization: `Bearer ${credential}`, 'idempotency-key': idempotencyKey },
      body: order,
    });
    if (answer.status === HTTP_ACCEPTED) {
      const acceptance = providerAcceptanceSchema.safeParse(answer.json);
      if (acceptance.success) return { outcome: 'accepted', providerReference: acceptance.data.providerReference };
    }
    const rejection = providerRejectionSchema.safeParse(answer.json);
    if (answer.status >= 400 && answer.status < 500 && rejection.success) {
      return { outcome: 'rejected', detail: rejection.data.detail?.slice(0, LONGEST_DETAIL_CHARACTERS) ?? null };
    }
    throw notDecided(answer);
  },
});

/** 429 and 503 say when to come again; it is believed up to an hour. Other answers are tried again as usual. */
const notDecided = ({ status, retryAfterSeconds }: OutgoingAnswer): ProblemError => {
  const asksForTime = status === HTTP_TOO_MANY_REQUESTS || status === HTTP_UNAVAILABLE;
  if (!asksForTime || retryAfterSeconds === undefined) {
    return new UnavailableError('The provider', `answered ${status} with neither acceptance nor rejection`);
  }
  return new ProblemError('dependency_unavailable', 'The provider asks to come again later', {
    retryAfterSeconds: Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS),
  });
};

const send = async (options: { allowLoopback: boolean }, request: OutgoingRequest): Promise<OutgoingAnswer> => {
  try {
    return await sendOutgoing(request, options);
  } catch (error) {
    throw new UnavailableError('The provider', error instanceof Error ? error.message : 'failed', error);
  }
};

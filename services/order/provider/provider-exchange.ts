/** What every request to a provider over HTTP has in common; users see status and duration of an answer, never its body. */
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import { redactText } from '@simlane/service-kit/redaction';
import { unstorable } from '@simlane/service-kit/unstorable';
import { type OutgoingAnswer, type OutgoingRequest, sendOutgoing } from './outgoing-request.ts';
import type { ProviderAddress } from './provider-client.ts';

const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_UNAVAILABLE = 503;

/** A provider that is away for longer is asked all the same (api.md, "Orders out"). */
const LONGEST_WAIT_SECONDS = 3_600;
const LONGEST_DETAIL_CHARACTERS = 2000;

export interface ExchangeOptions {
  readonly allowLoopback: boolean;
}

export interface ProviderRequest {
  readonly method: OutgoingRequest['method'];
  /** Below the provider's address. */
  readonly path: string;
  readonly idempotencyKey?: string;
  readonly body?: unknown;
}

/** Asks the provider; resolves to its answer, whatever the status. @throws UnavailableError where no whole answer came */
export const exchangeWith = async (
  options: ExchangeOptions,
  { address, credential }: ProviderAddress,
  { method, path, idempotencyKey, body }: ProviderRequest,
): Promise<OutgoingAnswer> => {
  const url = new URL(path, `${address.replace(/\/$/, '')}/`);
  const headers = {
    authorization: `Bearer ${credential}`,
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  try {
    const answer = await sendOutgoing({ method, url, headers, body }, options);
    // What cannot be stored as it came is no answer of the agreed form.
    return unstorable(answer.json).length === 0 ? answer : { ...answer, json: undefined };
  } catch (error) {
    throw new UnavailableError('The provider', error instanceof Error ? error.message : 'failed', error);
  }
};

/** A provider's words as they are kept and shown: no activation code in them, and no half of a character at the end. */
export const asWords = (text: string | null | undefined): string | null =>
  text == null ? null : redactText(text.slice(0, LONGEST_DETAIL_CHARACTERS).toWellFormed());

/** Where a code of the provider's own goes with it, it has decided. */
export const isRefusal = ({ status }: OutgoingAnswer): boolean => status >= 400 && status < 500;

/** 429 and 503 say when to come again; it is believed up to an hour. Other answers are tried again as usual. */
export const notDecided = ({ status, retryAfterSeconds }: OutgoingAnswer): ProblemError => {
  const asksForTime = status === HTTP_TOO_MANY_REQUESTS || status === HTTP_UNAVAILABLE;
  if (!asksForTime || retryAfterSeconds === undefined) {
    return new UnavailableError('The provider', `answered ${status} with none of the agreed answers`);
  }
  return new ProblemError('dependency_unavailable', 'The provider asks to come again later', {
    retryAfterSeconds: Math.min(retryAfterSeconds, LONGEST_WAIT_SECONDS),
  });
};

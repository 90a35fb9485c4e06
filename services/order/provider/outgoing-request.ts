/**
 * Requests to addresses that users of an account can set (reliability.md, "Outgoing calls"): the address actually
 * connected to is checked at every attempt, redirects are not followed, proxy variables not read, and an answer is
 * bounded in size and time.
 */
import { lookup as lookupName } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { parseJsonOrNothing, readBoundedText } from '@simlane/service-kit/bounded-answer';
import { isGlobalAddress, isLoopbackAddress } from './global-address.ts';

const LARGEST_ANSWER_BYTES = 64 * 1024;
/** For the whole exchange, name resolution and connecting included. */
const EXCHANGE_TIMEOUT_MS = 15_000;

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  /** Of the header `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
}

export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/**
 * Sends a request and reads the answer, whatever its status.
 *
 * @throws AddressRefusedError where the name leads to an address that is not global; Error where no whole answer came
 */
export const sendOutgoing = (
  { method, url, headers, body }: OutgoingRequest,
  { allowLoopback }: { allowLoopback: boolean },
): Promise<OutgoingAnswer> => {
  const mayConnect = (address: string): boolean =>
    isGlobalAddress(address) || (allowLoopback && isLoopbackAddress(address));
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without a look-up, so it is checked here.
  if (isIP(literal) !== 0 && !mayConnect(literal)) return Promise.reject(refused(url.hostname));
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    lookup: checkedLookup(mayConnect),
    signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS),
    headers: {
      accept: 'application/json',
      ...headers,
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      const { statusCode: status = 0 } = response;
      readBoundedText(response, LARGEST_ANSWER_BYTES)
        .then((body) => ({ status, json: parseJsonOrNothing(body), retryAfterSeconds: seconds(response) }))
        .then(resolve, reject);
    });
    request.on('error', reject);
    request.end(text);
  });
};

const refused = (host: string): AddressRefusedError =>
  new AddressRefusedError(`${host} is not an address on the public internet`);

/** Resolves a name to those of its addresses that may be connected to; what is checked is what is connected to. */
const checkedLookup =
  (mayConnect: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => mayConnect(address));
      const [first] = allowed;
      if (first === undefined) return callback(refused(hostname), '', 0);
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };

/** It gives seconds, or the time at which to come again. */
const seconds = ({ headers }: IncomingMessage): number | undefined => {
  const said = headers['retry-after'] ?? '';
  if (/^\d+$/.test(said)) return Number(said);
  const at = HTTP_DATE.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
};

/** RFC 9110; what else `Date.parse` makes a time of is none. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

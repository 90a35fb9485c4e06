import type { IncomingHttpHeaders } from 'node:http';
import { invalidRequest, ProblemError } from './problem.ts';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;
/** As a structured-field string (RFC 8941): visible characters and spaces in quotes. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"$/;

/**
 * The key of a request, quoted or bare; both forms of one key are the same key.
 *
 * @throws ProblemError `idempotency_key_missing`, or `invalid_request` where it is not 1–255 visible ASCII characters
 */
export const readIdempotencyKey = (headers: IncomingHttpHeaders): string => {
  const header = headers['idempotency-key'];
  if (header === undefined || header === '') {
    throw new ProblemError('idempotency_key_missing', 'The header Idempotency-Key is missing', {
      fix: 'Send one, of your own making and the same when you repeat the request',
    });
  }
  const text = String(header);
  const key = QUOTED.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? text;
  if (!VISIBLE_ASCII.test(key) || text === '""') {
    throw invalidRequest([
      { pointer: '', detail: 'The header Idempotency-Key takes 1 to 255 visible ASCII characters' },
    ]);
  }
  return key;
};

/** A request that makes something: whose it is, under which key, and what it says. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
}

interface KeyedBody {
  /** Null where no request has made it. */
  readonly bodyHash: string | null;
}

/** A request under a key that was used before is a repeat only with the same body. @throws ProblemError `idempotency_key_reused` */
export const requireSameBody = (before: KeyedBody, repeated: KeyedBody): void => {
  if (before.bodyHash === repeated.bodyHash) return;
  throw new ProblemError('idempotency_key_reused', 'The Idempotency-Key was used for another request', {
    fix: 'Use a new key for a new request, and the same body with the same key',
  });
};

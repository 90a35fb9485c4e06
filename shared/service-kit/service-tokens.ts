import { UnavailableError } from './problem.ts';

/** This process's own token for the internal routes of the others. */
export interface ServiceTokens {
  /** A token that is valid for a while yet. Calls at the same time share one request to the issuer. */
  get(): Promise<string>;
  /** The token was refused: the next `get` fetches another one, unless that happened already. */
  forget(token: string): void;
}

const REQUEST_TIMEOUT_MS = 4_000;
/** Fetched anew this long before the end, so that none expires on its way. */
const RENEW_BEFORE_END_MS = 30_000;
const DEFAULT_LIFETIME_SECONDS = 60;

interface ServiceTokenOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * The resource to name to the issuer (RFC 8707, an absolute URI), where it does not know from the client that the
   * token is to be for `simlane-internal`.
   */
  readonly resource?: string;
}

/**
 * Client-credentials tokens for `simlane-internal` (RFC 6749 §4.4). While the issuer is away, a token that
 * is still valid is used to its end.
 *
 * @throws UnavailableError from `get` when there is none
 */
export const createServiceTokens = (options: ServiceTokenOptions): ServiceTokens => {
  let current: { token: string; expiresAtMs: number } | undefined;
  let pending: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    try {
      const fetched = await requestToken(options);
      current = fetched;
      return fetched.token;
    } catch (error) {
      if (current !== undefined && current.expiresAtMs > Date.now()) return current.token;
      throw error;
    } finally {
      pending = undefined;
    }
  };

  return {
    get: async () => {
      if (current !== undefined && current.expiresAtMs - RENEW_BEFORE_END_MS > Date.now()) return current.token;
      pending ??= renew();
      return pending;
    },
    forget: (token) => {
      if (current?.token === token) current = undefined;
    },
  };
};

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

const requestToken = async (options: ServiceTokenOptions): Promise<{ token: string; expiresAtMs: number }> => {
  const askedAt = Date.now();
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  const credentials = Buffer.from(`${formEncoded(options.clientId)}:${formEncoded(options.clientSecret)}`);
  try {
    const response = await fetch(options.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials.toString('base64')}`, accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(options.resource === undefined ? {} : { resource: options.resource }),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const answer = (await response.json()) as { access_token?: unknown; expires_in?: unknown };
    if (typeof answer.access_token !== 'string') throw new Error('answered without a token');
    const lifetime = typeof answer.expires_in === 'number' ? answer.expires_in : DEFAULT_LIFETIME_SECONDS;
    return { token: answer.access_token, expiresAtMs: askedAt + lifetime * 1000 };
  } catch (error) {
    throw new UnavailableError('The issuer of tokens', error instanceof Error ? error.message : 'failed', error);
  }
};

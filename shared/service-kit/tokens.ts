import { createHash } from 'node:crypto';
import { ROLES, type Role, SERVICES, type ServiceName } from '@simlane/contracts/permissions';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ProblemError, UnavailableError } from './problem.ts';
import { isUuid } from './uuid-v7.ts';

/** The audience of tokens for people and API clients. */
export const PUBLIC_AUDIENCE = 'simlane';
/** The audience of tokens between our own processes. */
export const INTERNAL_AUDIENCE = 'simlane-internal';
const SERVICE_CLIENT_PREFIX = 'simlane-';

/** Signatures with a public key only: `none` and the HMACs, whose key would be that public key, are not among them. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const CLOCK_SKEW_SECONDS = 5;
const JWKS_TIMEOUT_MS = 3_000;
/** A token taken back at the issuer lives on here for at most this. */
const LONGEST_CACHED_MS = 60_000;
const MOST_CACHED_TOKENS = 10_000;
/** No token of a sane issuer is longer; hashing foreign megabytes is not our work. */
const LONGEST_TOKEN = 8_192;

/** Who a token for the public API shows. Operations have no account of their own. */
export interface VerifiedUser {
  readonly kind: 'user' | 'api_client' | 'operations';
  readonly accountId: string | null;
  readonly sub: string;
  readonly name: string;
  readonly email?: string;
  readonly locale?: string;
  readonly roles: readonly Role[];
}

export interface TokenVerifier {
  /** @throws ProblemError `unauthenticated`, or `dependency_unavailable` while the issuer's keys cannot be had */
  verifyUser(token: string): Promise<VerifiedUser>;
  /** The one of our processes whose token it is. Throws as `verifyUser`. */
  verifyService(token: string): Promise<ServiceName>;
}

export const unauthenticated = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('unauthenticated', detail, {
    fix: 'Send a current token in the header Authorization: Bearer',
    ...(cause === undefined ? {} : { cause }),
  });

/**
 * Verifies tokens of one issuer against the keys it publishes. What was verified once is believed for as long as the
 * token is valid, at most a minute.
 */
export const createTokenVerifier = (options: { issuer: string; jwksUrl: string }): TokenVerifier => {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  const users = createTokenCache<VerifiedUser>();
  const services = createTokenCache<ServiceName>();
  const verify = (token: string, audience: string) => verifyToken(token, { keys, issuer: options.issuer, audience });
  return {
    verifyUser: (token) =>
      users(token, async () => {
        const payload = await verify(token, PUBLIC_AUDIENCE);
        return { value: readUser(payload), expiresAt: payload.exp };
      }),
    verifyService: (token) =>
      services(token, async () => {
        const payload = await verify(token, INTERNAL_AUDIENCE);
        return { value: readService(payload), expiresAt: payload.exp };
      }),
  };
};

type Payload = JWTPayload & { sub: string; exp: number };

const verifyToken = async (
  token: string,
  { keys, issuer, audience }: { keys: JWTVerifyGetKey; issuer: string; audience: string },
): Promise<Payload> => {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['sub', 'exp'],
    });
    if (typeof payload.sub !== 'string' || payload.sub === '')
      throw unauthenticated('The token does not say whose it is');
    // A token for both doors would make each of them as weak as the other.
    if (Array.isArray(payload.aud) && payload.aud.length > 1)
      throw unauthenticated('The token is for several audiences');
    return payload as Payload;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (error instanceof errors.JWTExpired) throw unauthenticated('The token has expired');
    if (isTokenFault(error)) throw unauthenticated('The token is not valid here', error);
    throw new UnavailableError('The issuer of tokens', 'its keys could not be had', error);
  }
};

const TOKEN_FAULTS = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];
const isTokenFault = (error: unknown): boolean => TOKEN_FAULTS.some((fault) => error instanceof fault);

const readUser = (payload: Payload): VerifiedUser => {
  const { sub, name, email, locale, account_id, roles, client_id } = payload;
  const known = Array.isArray(roles) ? ROLES.filter((role) => roles.includes(role)) : [];
  if (known.length === 0) throw unauthenticated('The token shows no role that is known here');
  const shown = {
    sub,
    name: typeof name === 'string' && name !== '' ? name : sub,
    ...(typeof email === 'string' ? { email } : {}),
    ...(typeof locale === 'string' ? { locale } : {}),
  };
  if (known.includes('operations')) {
    if (account_id !== undefined) throw unauthenticated('A token of operations must not name an account');
    return { kind: 'operations', accountId: null, ...shown, roles: ['operations'] };
  }
  if (!isUuid(account_id)) throw unauthenticated('The token does not name an account');
  // RFC 9068 §2.2: in a client-credentials token the subject is the client.
  const kind = client_id !== undefined && client_id === sub ? 'api_client' : 'user';
  return { kind, accountId: account_id.toLowerCase(), ...shown, roles: known };
};

const readService = (payload: Payload): ServiceName => {
  if (payload.account_id !== undefined) throw unauthenticated('A token of an account does not open this door');
  const service = SERVICES.find((name) => payload.client_id === `${SERVICE_CLIENT_PREFIX}${name}`);
  if (service === undefined) throw unauthenticated('The token is not of one of our services');
  return service;
};

interface Verified<T> {
  readonly value: T;
  readonly expiresAt: number;
}

/** Believes a token by its SHA-256; refused ones are not kept, so a flood of them cannot push good ones out. */
const createTokenCache = <T>() => {
  const cache = new Map<string, { value: T; until: number }>();
  return async (token: string, verify: () => Promise<Verified<T>>): Promise<T> => {
    if (token.length > LONGEST_TOKEN) throw unauthenticated('The token is too long');
    const key = createHash('sha256').update(token).digest('base64');
    const now = Date.now();
    const hit = cache.get(key);
    if (hit !== undefined && hit.until > now) return hit.value;
    cache.delete(key);
    const { value, expiresAt } = await verify();
    // Insertion order is age: the oldest goes.
    if (cache.size >= MOST_CACHED_TOKENS) cache.delete(cache.keys().next().value as string);
    cache.set(key, { value, until: Math.min(expiresAt * 1000, now + LONGEST_CACHED_MS) });
    return value;
  };
};

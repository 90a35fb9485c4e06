import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Role, ServiceName } from '@simlane/contracts/permissions';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface UserTokenClaims {
  /** Left out for operations. */
  readonly accountId?: string;
  readonly roles: readonly Role[] | readonly string[];
  readonly sub?: string;
  readonly name?: string;
  readonly email?: string;
  readonly locale?: string;
  /** Other or further claims; one set to undefined is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export type Forgery =
  | 'expired'
  | 'other audience'
  | 'other issuer'
  | 'alg none'
  | 'HS256 with the public key'
  | 'other key';
export const FORGERIES: readonly Forgery[] = [
  'expired',
  'other audience',
  'other issuer',
  'alg none',
  'HS256 with the public key',
  'other key',
];

export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly tokenUrl: string;
  userToken(claims: UserTokenClaims): Promise<string>;
  serviceToken(service: ServiceName, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A token with the claims of a good one that must be refused all the same. */
  forgedUserToken(forgery: Forgery, claims: UserTokenClaims): Promise<string>;
  /** How often the token endpoint was asked. */
  readonly tokenRequests: () => number;
  /** While away, every request to the issuer is answered 503. */
  setAway(away: boolean): void;
  stop(): Promise<void>;
}

const KEY_ID = 'test-key';
const LIFETIME_SECONDS = 300;
/** More than any clock skew that a verifier forgives. */
const EXPIRED_SINCE_SECONDS = 120;
const CLIENT_SECRET = 'test-secret';
/** What the token endpoint takes as the secret of every client. */
export const TEST_CLIENT_SECRET = CLIENT_SECRET;

/** An OpenID issuer on a free port: publishes its key, gives out tokens, and forges some. */
export const startTestIssuer = async (): Promise<TestIssuer> => {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const otherKeys = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' };
  let away = false;
  let asked = 0;

  const sign = (payload: JWTPayload): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: KEY_ID, typ: 'at+jwt' }).sign(keys.privateKey);

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    request.resume();
    if (away) return answer(503, {});
    if (request.url === '/jwks') return answer(200, { keys: [jwk] });
    if (request.url !== '/token') return answer(404, {});
    asked++;
    const credentials = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    const [client = '', secret] = credentials.split(':');
    if (!client.startsWith('simlane-') || secret !== CLIENT_SECRET) return answer(401, { error: 'invalid_client' });
    serviceToken(client.slice('simlane-'.length) as ServiceName).then(
      (token) => answer(200, { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS }),
      () => answer(500, {}),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const lifetime = (): { iat: number; exp: number } => {
    const iat = Math.floor(Date.now() / 1000);
    return { iat, exp: iat + LIFETIME_SECONDS };
  };

  const userClaims = (user: UserTokenClaims): JWTPayload => {
    const {
      accountId,
      roles,
      sub = `user-${randomUUID()}`,
      name = 'Test User',
      email = 'test.user@example.com',
    } = user;
    return withoutUndefined({
      iss: issuer,
      aud: 'simlane',
      ...lifetime(),
      sub,
      name,
      email,
      locale: user.locale,
      account_id: accountId,
      roles: [...roles],
      ...user.claims,
    });
  };

  const serviceToken = (service: ServiceName, claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const client = `simlane-${service}`;
    const payload = { iss: issuer, aud: 'simlane-internal', ...lifetime(), sub: client, client_id: client, ...claims };
    return sign(withoutUndefined(payload));
  };

  const forge = async (forgery: Forgery, user: UserTokenClaims): Promise<string> => {
    const payload = userClaims(user);
    switch (forgery) {
      case 'expired': {
        const exp = Math.floor(Date.now() / 1000) - EXPIRED_SINCE_SECONDS;
        return sign({ ...payload, iat: exp - LIFETIME_SECONDS, exp });
      }
      case 'other audience':
        return sign({ ...payload, aud: 'somebody-else' });
      case 'other issuer':
        return sign({ ...payload, iss: 'https://issuer.example.com' });
      case 'alg none':
        return `${encode({ alg: 'none', kid: KEY_ID })}.${encode(payload)}.`;
      case 'HS256 with the public key': {
        const publicKey = new TextEncoder().encode(await exportSPKI(keys.publicKey));
        return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: KEY_ID }).sign(publicKey);
      }
      case 'other key':
        return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: KEY_ID }).sign(otherKeys.privateKey);
    }
  };

  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    tokenUrl: `${issuer}/token`,
    userToken: (user) => sign(userClaims(user)),
    serviceToken,
    forgedUserToken: forge,
    tokenRequests: () => asked,
    setAway: (value) => {
      away = value;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const withoutUndefined = (claims: Readonly<Record<string, unknown>>): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));

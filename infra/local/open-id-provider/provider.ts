import type { JsonWebKey } from 'node:crypto';
import Provider, { type AccessToken, errors, interactionPolicy, type OidcContext } from 'oidc-provider';
import type { DemoUser } from './demo-users.ts';
import { WEB_CLIENT, WEB_REDIRECT_PATH } from './web-client.ts';

/** Whom tokens are for: people's calls, and calls between processes of ours. */
export const AUDIENCE_OF_PEOPLE = 'simlane';
export const AUDIENCE_OF_SERVICES = 'simlane-internal';

const RESOURCE_OF_PEOPLE = 'urn:simlane:people';
const RESOURCE_OF_SERVICES = 'urn:simlane:services';
const RESOURCE_SCOPE = 'use';

/** Long enough for a working session with pasted curl lines. */
const PEOPLE_TOKEN_SECONDS = 60 * 60;
/** Short, because services fetch the next one by themselves, and so that this is exercised. */
const SERVICE_TOKEN_SECONDS = 10 * 60;
const SESSION_SECONDS = 8 * 60 * 60;
const SIGN_IN_SECONDS = 10 * 60;

export interface OpenIdOptions {
  readonly issuer: string;
  readonly users: readonly DemoUser[];
  /** client_secret by client_id. */
  readonly serviceClients: Readonly<Record<string, string>>;
  readonly signingKey: JsonWebKey;
  readonly cookieKey: string;
}

/**
 * The OpenID provider of the local stack. Access tokens are RS256 JWTs; a client need not name a resource: a person's
 * token is for `simlane`, a service's for `simlane-internal`, and neither can get the other's.
 */
export function createOpenIdProvider(options: OpenIdOptions): Provider {
  const { issuer, users, serviceClients, signingKey, cookieKey } = options;
  const userOf = (sub: string | undefined) => users.find((user) => user.sub === sub);
  return new Provider(issuer, {
    clients: [webClient(), ...Object.entries(serviceClients).map(serviceClient)],
    jwks: { keys: [signingKey] },
    cookies: { keys: [cookieKey] },
    pkce: { required: () => true },
    scopes: ['openid', RESOURCE_SCOPE],
    ttl: {
      Session: SESSION_SECONDS,
      Grant: SESSION_SECONDS,
      Interaction: SIGN_IN_SECONDS,
      IdToken: PEOPLE_TOKEN_SECONDS,
    },
    interactions: {
      policy: withoutConsent(),
      url: (_context: unknown, interaction: { uid: string }) => `/sign-in/${interaction.uid}`,
    },
    findAccount: (_context: unknown, sub: string) => {
      const user = userOf(sub);
      return user && { accountId: sub, claims: () => ({ sub, ...claimsOf(user) }) };
    },
    extraTokenClaims: (_context: unknown, token: AccessToken) => {
      const user = userOf(token.accountId);
      return user && claimsOf(user);
    },
    loadExistingGrant,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context: unknown, client: { clientId: string }) => resourceOf(client.clientId),
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, resource: string, client: { clientId: string }) => {
          if (resource !== resourceOf(client.clientId)) throw new errors.InvalidTarget();
          return resource === RESOURCE_OF_PEOPLE
            ? resourceServer(AUDIENCE_OF_PEOPLE, PEOPLE_TOKEN_SECONDS)
            : resourceServer(AUDIENCE_OF_SERVICES, SERVICE_TOKEN_SECONDS);
        },
      },
    },
  });
}

function resourceOf(clientId: string): string {
  return clientId === WEB_CLIENT ? RESOURCE_OF_PEOPLE : RESOURCE_OF_SERVICES;
}

function resourceServer(audience: string, accessTokenTTL: number) {
  return {
    audience,
    accessTokenTTL,
    scope: RESOURCE_SCOPE,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
}

function webClient() {
  return {
    client_id: WEB_CLIENT,
    application_type: 'native',
    redirect_uris: [`http://127.0.0.1${WEB_REDIRECT_PATH}`],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
  };
}

function serviceClient([client_id, client_secret]: [string, string]) {
  return {
    client_id,
    client_secret,
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
}

function claimsOf({ name, email, locale, accountId, roles }: DemoUser) {
  return { name, email, locale, roles, ...(accountId === null ? {} : { account_id: accountId }) };
}

/** The client is our own: whoever signs in has agreed. */
function withoutConsent() {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return policy;
}

/** What a page asking for consent would have been told. */
async function loadExistingGrant({ oidc: { client, session, provider } }: OidcContext) {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(RESOURCE_OF_PEOPLE, RESOURCE_SCOPE);
  await grant.save();
  return grant;
}

import { createHash, randomBytes } from 'node:crypto';
import { WEB_CLIENT, WEB_REDIRECT_PATH } from './open-id-provider/web-client.ts';
import type { StackInfo } from './stack-info.ts';

const VERIFIER_BYTES = 32;
const ANSWER_WITHIN_MS = 5_000;
/** Authorization page → sign-in page, then sign-in → resume → redirect with the code. */
const MOST_REDIRECTS = 6;
/** Nothing listens there: the address is only what the code is sent to, and we read it off the redirect. */
const REDIRECT_URI = `http://127.0.0.1:1${WEB_REDIRECT_PATH}`;

/**
 * Signs a demo user in as a browser would (authorization code with PKCE, the sign-in page's form) and resolves to the
 * access token, good for an hour. Rejects for an unknown user, naming the known ones.
 */
export async function signInAs(stack: Pick<StackInfo, 'openId' | 'demoUsers'>, userId: string): Promise<string> {
  if (!stack.demoUsers.some(({ id }) => id === userId)) {
    const known = stack.demoUsers.map(({ id, name, roles }) => `  ${id} (${name}, ${roles.join(', ')})`);
    throw new Error(`There is no demo user ${userId}. There are:\n${known.join('\n')}`);
  }
  const { issuer, token } = stack.openId;
  const verifier = randomBytes(VERIFIER_BYTES).toString('base64url');
  const parameters = new URLSearchParams({
    client_id: WEB_CLIENT,
    response_type: 'code',
    scope: 'openid use',
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: randomBytes(VERIFIER_BYTES).toString('base64url'),
  });
  const browser = createBrowser();
  const signInPage = await browser.follow(`${issuer}/auth?${parameters.toString()}`);
  const sent = await browser.follow(signInPage, new URLSearchParams({ user: userId }));
  const code = sent.startsWith(REDIRECT_URI) ? new URL(sent).searchParams.get('code') : null;
  if (!code) throw new Error(`Sign-in of ${userId} ended at ${sent} instead of with a code`);
  return requestToken(token, {
    grant_type: 'authorization_code',
    client_id: WEB_CLIENT,
    redirect_uri: REDIRECT_URI,
    code,
    code_verifier: verifier,
  });
}

/** A token for calls between processes of ours, as that client; for tests and measurements. */
export function serviceToken(stack: Pick<StackInfo, 'openId' | 'serviceClients'>, clientId: string): Promise<string> {
  const secret = stack.serviceClients[clientId];
  if (!secret)
    throw new Error(`There is no client ${clientId}; there are: ${Object.keys(stack.serviceClients).join(', ')}`);
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  return requestToken(stack.openId.token, { grant_type: 'client_credentials' }, { authorization });
}

/** As much of a browser as the flow needs: cookies, and redirects up to our own address. */
function createBrowser() {
  const cookies = new Map<string, string>();
  return {
    /** Resolves to the address where the redirects end: a page, or our redirect address, which is not called. */
    follow: async (address: string, form?: URLSearchParams): Promise<string> => {
      let at = address;
      let body = form;
      for (let hop = 0; hop < MOST_REDIRECTS && !at.startsWith(REDIRECT_URI); hop++) {
        const response = await fetch(at, {
          method: body ? 'POST' : 'GET',
          ...(body ? { body } : {}),
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          redirect: 'manual',
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        });
        for (const cookie of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
          cookies.set(name, value);
        }
        const location = response.headers.get('location');
        const text = await response.text();
        if (response.status >= 400) throw new Error(`${at} answered ${response.status}: ${text}`);
        if (!location) return at;
        at = new URL(location, at).href;
        body = undefined;
      }
      return at;
    },
  };
}

async function requestToken(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`No token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

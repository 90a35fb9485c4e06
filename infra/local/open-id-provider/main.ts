/** The OpenID provider of the local stack, as a process of its own. Its configuration comes as one JSON file. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { say, sayAside } from '../terminal.ts';
import { readDemoUsers } from './demo-users.ts';
import { createOpenIdProvider, type OpenIdOptions } from './provider.ts';
import { signInPage } from './sign-in-page.ts';

export interface OpenIdProcessConfiguration extends Omit<OpenIdOptions, 'users'> {
  readonly usersFile: string;
  readonly port: number;
  /** Loopback, unless it says otherwise: it signs in whoever asks. */
  readonly host?: string;
}

const FORM_LIMIT_BYTES = 4_096;

const file = process.argv[2];
if (!file) throw new Error('Usage: main.ts <configuration file>');
const configuration = JSON.parse(readFileSync(file, 'utf8')) as OpenIdProcessConfiguration;
const users = readDemoUsers(configuration.usersFile);
const provider = createOpenIdProvider({ ...configuration, users });
const answerAsProvider = provider.callback();
provider.on('server_error', (_context, error) => sayAside(inspect(error)));

const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => {
    sayAside(inspect(error));
    if (!response.headersSent) send(response, 400, 'This sign-in has ended or was never begun. Begin again.');
  });
});
server.listen(configuration.port, configuration.host ?? '127.0.0.1', () =>
  say(`OpenID provider: ${configuration.issuer}`),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/readyz') return send(response, 200, 'ready');
  if (request.url?.startsWith('/sign-in/')) return signIn(request, response);
  answerAsProvider(request, response);
}

async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid, prompt } = await provider.interactionDetails(request, response);
  if (prompt.name !== 'login') throw new Error(`Unexpected prompt ${prompt.name}`);
  if (request.method !== 'POST') return send(response, 200, signInPage(uid, users), 'text/html; charset=utf-8');
  const chosen = new URLSearchParams(await readForm(request)).get('user');
  const user = users.find(({ id }) => id === chosen);
  if (!user)
    return send(response, 422, `There is no user ${chosen}; there are: ${users.map(({ id }) => id).join(', ')}`);
  await provider.interactionFinished(request, response, { login: { accountId: user.sub } });
}

async function readForm(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > FORM_LIMIT_BYTES) throw new Error('The form is too large');
  }
  return body;
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { internalRoute } from '@simlane/contracts/http/route';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ProblemError, RemoteProblem, toProblem, UnavailableError } from './problem.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';

const ACCOUNT = '0198d2f0-0000-7000-8000-000000000001';
const TOKEN = 'hunter2-token';

const route = internalRoute({
  method: 'POST',
  path: '/internal/things/:id',
  summary: 'A thing',
  callers: ['order'],
  params: z.object({ id: z.string() }),
  query: z.object({ at: z.string().optional(), kinds: z.array(z.string()).optional() }),
  body: z.object({ name: z.string() }),
  status: 200,
  answer: z.object({ ok: z.boolean() }),
});

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let client: ServiceClient;
const issued: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => {
    body += part.toString();
  });
  request.on('end', () => {
    requests.push({ url: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createServiceClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: { get: async () => `${TOKEN}-${issued.length}`, forget: (token) => void issued.push(token) },
    name: 'inventory',
    timeoutMs: 300,
  });
});
beforeEach(() => {
  requests = [];
});
afterAll(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

const json = (status: number, body: unknown, type = 'application/json', headers: Record<string, string> = {}) => {
  answer = (_request, response) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
};
const problem = (status: number, code: string, headers: Record<string, string> = {}): void =>
  json(
    status,
    { type: `urn:simlane:problem:${code}`, title: 't', status, code, detail: 'd', instance: 'i' },
    'application/problem+json',
    headers,
  );

const call = () =>
  client.call(route, { params: { id: 'a/b' }, query: { kinds: ['x', 'y'] }, body: { name: 'n' }, accountId: ACCOUNT });
const failure = (): Promise<unknown> =>
  call().then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('a call to another service', () => {
  it('carries account, actor and token, and gives back the parsed answer', async () => {
    json(200, { ok: true, newer: 1 });
    const actor = { sub: 'u1', roles: ['manager' as const] };
    expect(
      await client.call(route, { params: { id: 'a/b' }, query: {}, body: { name: 'n' }, accountId: ACCOUNT, actor }),
    ).toEqual({ ok: true });
    const [request] = requests;
    expect(request?.url).toBe('/internal/things/a%2Fb');
    expect(request?.headers).toMatchObject({
      'simlane-account': ACCOUNT,
      authorization: `Bearer ${TOKEN}-${issued.length}`,
    });
    expect(JSON.parse(Buffer.from(String(request?.headers['simlane-actor']), 'base64url').toString())).toEqual(actor);
    await call();
    expect(requests[1]?.url).toBe('/internal/things/a%2Fb?kinds=x&kinds=y');
  });

  it('throws the problem that was answered, with whether it is a decision', async () => {
    problem(409, 'rejected');
    expect(await failure()).toMatchObject({
      name: 'RemoteProblem',
      code: 'rejected',
      decision: true,
      status: 409,
      service: 'inventory',
    });
    problem(404, 'not_found');
    expect(await failure()).toMatchObject({ name: 'RemoteProblem', code: 'not_found', decision: false });
    problem(503, 'overloaded', { 'retry-after': '7' });
    expect(await failure()).toMatchObject({ code: 'overloaded', retryAfterSeconds: 7 });
  });

  it.each<[string, () => void]>([
    ['a code that is not in the table', () => problem(409, 'brand_new_code')],
    [
      'an HTML 404',
      () => {
        answer = (_q, r) => r.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
      },
    ],
    ['a 404 in plain JSON', () => json(404, { code: 'not_found' })],
    [
      'a redirect',
      () => {
        answer = (_q, r) => r.writeHead(307, { location: '/elsewhere' }).end();
      },
    ],
    ['an answer of another form', () => json(200, { ok: 'yes' })],
    [
      'garbage',
      () => {
        answer = (_q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":');
      },
    ],
    [
      'an empty answer',
      () => {
        answer = (_q, r) => r.writeHead(200).end();
      },
    ],
    [
      'a broken connection',
      () => {
        answer = (q) => q.socket.destroy();
      },
    ],
    [
      'an answer cut short',
      () => {
        answer = (q, r) => {
          r.writeHead(200, { 'content-length': '100' }).write('{');
          setTimeout(() => q.socket.destroy(), 20);
        };
      },
    ],
    [
      'no answer in time',
      () => {
        answer = () => undefined;
      },
    ],
    [
      'an answer that never ends',
      () => {
        answer = (_q, r) => {
          r.writeHead(200).write('{');
        };
      },
    ],
    ['an answer that is too large', () => json(200, { ok: true, fill: 'x'.repeat(1_100_000) })],
  ])('is unavailable after %s, and says nothing of the token', async (_what, set) => {
    set();
    const started = performance.now();
    const error = await failure();
    expect(error).toBeInstanceOf(UnavailableError);
    expect(requests).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(1_500);
    const shown = `${String((error as Error).stack)} ${JSON.stringify(error)} ${String(((error as Error).cause as Error).stack)}`;
    expect(shown).not.toContain('hunter2');
  });

  it('is unavailable where nobody listens', async () => {
    const nobody = createServiceClient({
      baseUrl: 'http://127.0.0.1:1',
      tokens: { get: async () => TOKEN, forget: () => undefined },
      name: 'catalog',
    });
    const error = await nobody
      .call(route, { params: { id: '1' }, query: {}, body: { name: 'n' }, accountId: ACCOUNT })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'dependency_unavailable', detail: 'catalog cannot be reached just now' });
  });

  it('asks once more with a fresh token after a 401', async () => {
    problem(401, 'unauthenticated');
    expect(await failure()).toMatchObject({ code: 'unauthenticated' });
    expect(requests).toHaveLength(2);
    expect(requests[0]?.headers.authorization).not.toBe(requests[1]?.headers.authorization);
  });

  it('ends with the signal of its caller', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const run = client.call(route, {
      params: { id: '1' },
      query: {},
      body: { name: 'n' },
      accountId: ACCOUNT,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 20);
    await expect(run).rejects.toBeInstanceOf(UnavailableError);
  });
});

describe('a problem of another service that nobody handled', () => {
  const remote = (code: 'unauthenticated' | 'rate_limited' | 'not_found' | 'outcome_unknown' | 'slot_taken') =>
    new RemoteProblem('inventory', { type: 't', title: 't', status: 400, code, detail: 'their words', instance: 'i' });

  it.each([
    ['unauthenticated', 'internal_error'],
    ['rate_limited', 'dependency_unavailable'],
    ['not_found', 'not_found'],
    ['slot_taken', 'slot_taken'],
    ['outcome_unknown', 'outcome_unknown'],
  ] as const)('%s is answered as %s', (code, answered) => {
    const problem = toProblem(remote(code), 'id');
    expect(problem.code).toBe(answered);
    if (answered === 'internal_error') expect(problem.detail).not.toContain('their words');
    expect(remote(code)).toBeInstanceOf(ProblemError);
  });
});

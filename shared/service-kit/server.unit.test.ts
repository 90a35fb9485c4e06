import { connect } from 'node:net';
import { internalRoute, publicRoute } from '@simlane/contracts/http/route';
import { startTestIssuer, type TestIssuer } from '../testing/issuer.ts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from './logger.ts';
import { notFound, ProblemError } from './problem.ts';
import { serveRaw } from './raw-routes.ts';
import { serveInternal, servePublic } from './routes.ts';
import { buildInternalServer, buildServer } from './server.ts';
import { createTokenVerifier } from './tokens.ts';

const ACCOUNT = '0198d2f0-0000-7000-8000-000000000001';
const OTHER_ACCOUNT = '0198d2f0-0000-7000-8000-000000000002';

const things = {
  create: publicRoute({
    method: 'POST',
    path: '/test/v1/things',
    summary: 'Make a thing',
    tag: 'things',
    permission: 'fleet:change',
    idempotencyKey: true,
    body: z.object({
      name: z.string().min(1),
      colour: z.enum(['red', 'blue']),
      parts: z.array(z.object({ count: z.int() })).optional(),
    }),
    status: 201,
    answer: z.object({ id: z.string(), key: z.string() }),
  }),
  get: publicRoute({
    method: 'GET',
    path: '/test/v1/things/:id',
    summary: 'A thing',
    tag: 'things',
    permission: 'fleet:read',
    params: z.object({ id: z.uuid() }),
    query: z.object({
      limit: z.coerce.number().int().max(10).default(5),
      kinds: z.array(z.enum(['a', 'b'])).optional(),
    }),
    status: 200,
    answer: z.object({ id: z.string(), accountId: z.string(), kind: z.string(), limit: z.number() }),
  }),
  fail: publicRoute({
    method: 'POST',
    path: '/test/v1/failures/:how',
    summary: 'Fail',
    tag: 'things',
    permission: 'fleet:read',
    params: z.object({ how: z.string() }),
    status: 204,
    answer: z.undefined(),
  }),
  internal: internalRoute({
    method: 'POST',
    path: '/internal/things/:id',
    summary: 'Inside',
    callers: ['order', 'worker'],
    params: z.object({ id: z.string() }),
    body: z.object({ name: z.string() }),
    status: 200,
    answer: z.object({ service: z.string(), accountId: z.string(), actor: z.string().nullable(), name: z.string() }),
  }),
};

let issuer: TestIssuer;
let app: FastifyInstance;
let inside: FastifyInstance;
let user: string;
const lines: string[] = [];

beforeAll(async () => {
  issuer = await startTestIssuer();
  const tokens = createTokenVerifier(issuer);
  const logger = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const options = { name: 'test', logger, tokens, checkAnswers: true, pressure: 'off' as const };
  app = await buildServer({ ...options, ready: { good: async () => undefined }, callsPerMinute: 'off' });
  servePublic(app, things.create, ({ body, idempotencyKey }) => ({ id: body.name, key: idempotencyKey }));
  servePublic(app, things.get, ({ params, query, caller }) => ({
    id: params.id,
    accountId: caller.accountId,
    kind: caller.kind,
    limit: query.limit,
  }));
  servePublic(app, things.fail, ({ params }) => {
    const error = FAILURES[params.how];
    if (error !== undefined) throw error;
  });
  serveRaw(app, { method: 'POST', path: '/test/v1/raw', summary: 'Raw', tag: 'things' }, async ({ rawBody }) => ({
    text: rawBody.toString('utf8'),
  }));
  inside = await buildInternalServer({
    ...options,
    ready: { good: async () => undefined, bad: () => Promise.reject(new Error('no')) },
  });
  serveInternal(inside, things.internal, ({ caller, body }) => ({
    service: caller.service,
    accountId: caller.accountId,
    actor: caller.actor?.sub ?? null,
    name: body.name,
  }));
  user = await issuer.userToken({ accountId: ACCOUNT, roles: ['manager', 'astronaut'] });
});

afterAll(async () => {
  await app.close();
  await inside.close();
  await issuer.stop();
});

const pgError = (code: string): Error => Object.assign(new Error('pg says no'), { code });
const FAILURES: Record<string, unknown> = {
  missing: notFound(),
  warnings: new ProblemError('warnings_not_accepted', 'Sure?', { warnings: [{ code: 'old', detail: 'Old' }] }),
  bug: new Error('secret detail'),
  'disk-full': pgError('53100'),
  shutdown: pgError('57P01'),
  refused: pgError('ECONNREFUSED'),
  pool: new Error('timeout exceeded when trying to connect'),
  unique: pgError('23505'),
};

const send = (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
) =>
  app.inject({
    method,
    url,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { payload: options.body as object }),
  });

describe('a public route', () => {
  it('passes what its contract says and answers with what the handler returns', async () => {
    const made = await send('POST', '/test/v1/things', {
      token: user,
      body: { name: 'one', colour: 'red' },
      headers: { 'idempotency-key': '"key 1"'.replace(' ', '-') },
    });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toEqual({ id: 'one', key: 'key-1' });
    const got = await send('GET', `/test/v1/things/${ACCOUNT}?limit=7`, { token: user });
    expect(got.json()).toEqual({ id: ACCOUNT, accountId: ACCOUNT, kind: 'user', limit: 7 });
  });

  it('refuses unknown fields by name, lists what an enum allows and says what is required', async () => {
    const answer = await send('POST', '/test/v1/things', {
      token: user,
      body: { nam: 'one', colour: 'green', parts: [{ count: 1, size: 2 }] },
      headers: { 'idempotency-key': 'k' },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = answer.json();
    expect(problem).toMatchObject({
      code: 'invalid_request',
      status: 400,
      type: 'urn:simlane:problem:invalid_request',
    });
    expect(problem.instance).toBe(answer.headers['x-request-id']);
    expect(problem.errors).toEqual([
      { pointer: '/nam', detail: 'Unknown field' },
      { pointer: '/parts/0/size', detail: 'Unknown field' },
      { pointer: '/name', detail: 'Required' },
      { pointer: '/colour', detail: 'Must be one of "red", "blue"' },
    ]);
  });

  it.each([
    ['a query parameter', `/test/v1/things/${ACCOUNT}?limit=99`, '?limit'],
    ['an unknown query parameter', `/test/v1/things/${ACCOUNT}?limits=9`, '?limits'],
    ['a path parameter', '/test/v1/things/nonsense', ':id'],
  ])('names %s that is wrong', async (_what, url, pointer) => {
    const answer = await send('GET', url, { token: user });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].pointer).toBe(pointer);
  });

  it('takes one or several values of a list in the query', async () => {
    for (const query of ['kinds=a', 'kinds=a&kinds=b']) {
      expect((await send('GET', `/test/v1/things/${ACCOUNT}?${query}`, { token: user })).statusCode).toBe(200);
    }
    const answer = await send('GET', `/test/v1/things/${ACCOUNT}?kinds=a&kinds=c`, { token: user });
    expect(answer.json().errors).toEqual([{ pointer: '?kinds.1', detail: 'Must be one of "a", "b"' }]);
  });

  it.each(['a\u0000b', '\ud800'])('refuses text that cannot be stored (%#)', async (name) => {
    const headers = { 'idempotency-key': 'k' };
    const answer = await send('POST', '/test/v1/things', { token: user, body: { name, colour: 'red' }, headers });
    expect([answer.statusCode, answer.json().errors[0].pointer]).toEqual([400, '/name']);
  });

  it('asks for the Idempotency-Key, and refuses one that is none', async () => {
    const body = { name: 'one', colour: 'red' };
    const without = await send('POST', '/test/v1/things', { token: user, body });
    expect([without.statusCode, without.json().code]).toEqual([400, 'idempotency_key_missing']);
    const long = await send('POST', '/test/v1/things', {
      token: user,
      body,
      headers: { 'idempotency-key': 'x'.repeat(256) },
    });
    expect([long.statusCode, long.json().code]).toEqual([400, 'invalid_request']);
  });

  it('answers malformed JSON, another content type and a body that is too large by 400, 415 and 413', async () => {
    const post = (payload: string, type: string) =>
      app.inject({
        method: 'POST',
        url: '/test/v1/things',
        headers: { authorization: `Bearer ${user}`, 'content-type': type, 'idempotency-key': 'k' },
        payload,
      });
    expect((await post('{"a":', 'application/json')).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await post('{"__proto__":{}}', 'application/json')).json()).toMatchObject({ status: 400 });
    expect((await post('a', 'text/plain')).json()).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const large = JSON.stringify({ name: 'x'.repeat(70_000) });
    expect((await post(large, 'application/json')).json()).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect((await post('', 'application/json')).json().errors).toEqual([{ pointer: '', detail: 'Required' }]);
  });

  it('answers what does not exist by 404, and another method by 405 with Allow', async () => {
    expect((await send('GET', '/nothing')).json()).toMatchObject({ status: 404, code: 'not_found' });
    const answer = await send('DELETE', `/test/v1/things/${ACCOUNT}`);
    expect([answer.statusCode, answer.json().code, answer.headers.allow]).toEqual([405, 'method_not_allowed', 'GET']);
    expect((await send('GET', '/test/v1/things/%zz')).json()).toMatchObject({ status: 400 });
  });

  it.each([
    ['missing', 404, 'not_found'],
    ['warnings', 422, 'warnings_not_accepted'],
    ['bug', 500, 'internal_error'],
    ['unique', 500, 'internal_error'],
    ['disk-full', 503, 'dependency_unavailable'],
    ['shutdown', 503, 'dependency_unavailable'],
    ['refused', 503, 'dependency_unavailable'],
    ['pool', 503, 'dependency_unavailable'],
    ['not', 204, undefined],
  ])('turns the failure %s into %i %s', async (how, status, code) => {
    const answer = await send('POST', `/test/v1/failures/${how}`, { token: user });
    expect(answer.statusCode).toBe(status);
    if (code !== undefined) expect(answer.json().code).toBe(code);
    if (status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.body).not.toContain('secret detail');
  });

  it('logs an incident under the id that the caller was given', async () => {
    const { instance } = (await send('POST', '/test/v1/failures/bug', { token: user })).json();
    expect(lines.find((line) => line.includes(instance) && line.includes('secret detail'))).toBeDefined();
  });

  it('answers 500 where the handler returns what the contract does not say, when answers are checked', async () => {
    const wrong = publicRoute({ ...things.get, path: '/x', answer: z.object({ id: z.number() }) });
    const own = await buildServer({
      name: 'own',
      logger: createLogger({ name: 'own', level: 'silent' }),
      tokens: createTokenVerifier(issuer),
      ready: {},
      checkAnswers: true,
      callsPerMinute: 2,
    });
    servePublic(own, { ...wrong, params: z.object({}) }, () => ({ id: 'no' }) as unknown as { id: number });
    const ask = () => own.inject({ url: '/x', headers: { authorization: `Bearer ${user}` } });
    expect((await ask()).statusCode).toBe(500);
    await ask();
    const limited = await ask();
    expect([limited.statusCode, limited.json().code]).toEqual([429, 'rate_limited']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    const another = await issuer.userToken({ accountId: OTHER_ACCOUNT, roles: ['viewer'] });
    expect((await own.inject({ url: '/x', headers: { authorization: `Bearer ${another}` } })).statusCode).toBe(500);
    await own.close();
  });

  it('gives a raw route the bytes that were sent', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/test/v1/raw',
      headers: { 'content-type': 'application/json' },
      payload: '{ "a" : 1 }',
    });
    expect(answer.json()).toEqual({ text: '{ "a" : 1 }' });
  });
});

describe('who may call', () => {
  const url = `/test/v1/things/${ACCOUNT}`;

  it('is asked before the form of the request', async () => {
    const viewer = await issuer.userToken({ accountId: ACCOUNT, roles: ['viewer'] });
    const body = { nonsense: true };
    expect((await send('POST', '/test/v1/things', { body })).statusCode).toBe(401);
    const refused = await send('POST', '/test/v1/things', { token: viewer, body });
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'forbidden']);
  });

  it('is an API client where the subject is the client', async () => {
    const claims = { client_id: 'integration-7' };
    const token = await issuer.userToken({ accountId: ACCOUNT, roles: ['viewer'], sub: 'integration-7', claims });
    expect((await send('GET', url, { token })).json().kind).toBe('api_client');
  });

  it('must name the account as operations, and gets that one', async () => {
    const token = await issuer.userToken({ roles: ['operations'] });
    expect((await send('GET', url, { token })).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await send('GET', url, { token, headers: { 'simlane-account': 'x' } })).statusCode).toBe(400);
    const answer = await send('GET', url, { token, headers: { 'simlane-account': OTHER_ACCOUNT } });
    expect(answer.json()).toMatchObject({ accountId: OTHER_ACCOUNT, kind: 'operations' });
  });

  it('cannot choose another account as a user', async () => {
    const answer = await send('GET', url, { token: user, headers: { 'simlane-account': OTHER_ACCOUNT } });
    expect(answer.json().accountId).toBe(ACCOUNT);
  });

  it('is limited to the services that an internal route names', async () => {
    const ask = async (token: string, headers: Record<string, string> = {}) =>
      inside.inject({
        method: 'POST',
        url: '/internal/things/1',
        headers: { authorization: `Bearer ${token}`, 'simlane-account': ACCOUNT, ...headers },
        payload: { name: 'n', newer: 'field' },
      });
    const actor = Buffer.from(JSON.stringify({ sub: 'u1', roles: ['manager'] })).toString('base64url');
    const answer = await ask(await issuer.serviceToken('order'), { 'simlane-actor': actor });
    expect(answer.json()).toEqual({ service: 'order', accountId: ACCOUNT, actor: 'u1', name: 'n' });
    expect((await ask(await issuer.serviceToken('catalog'))).statusCode).toBe(403);
    expect((await ask(user)).statusCode).toBe(401);
    expect((await ask(await issuer.serviceToken('order', { account_id: ACCOUNT }))).statusCode).toBe(401);
    expect((await ask(await issuer.serviceToken('order', { client_id: 'order' }))).statusCode).toBe(401);
    expect((await ask(await issuer.serviceToken('order'), { 'simlane-account': '' })).statusCode).toBe(400);
    expect((await ask(await issuer.serviceToken('order'), { 'simlane-actor': 'e30' })).statusCode).toBe(400);
  });
});

describe('the public listener', () => {
  const build = (pressure: 'shed' | 'off') =>
    buildServer({
      name: 'own',
      logger: createLogger({ name: 'own', level: 'silent' }),
      tokens: createTokenVerifier(issuer),
      ready: {},
      callsPerMinute: 'off',
      pressure,
    });

  it('answers 503 overloaded with Retry-After while the process cannot keep up, and stays alive', async () => {
    const own = await build('shed');
    servePublic(own, things.get, ({ params }) => ({ id: params.id, accountId: '', kind: '', limit: 1 }));
    await own.ready();
    const until = performance.now() + 2_600;
    await new Promise((resolve) => setTimeout(resolve, 10));
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const answer = await own.inject({ url: `/test/v1/things/${ACCOUNT}` });
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'overloaded']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await own.inject('/livez')).statusCode).toBe(200);
    await own.close();
  });

  it('answers what is no HTTP with a problem, and closes the connection', async () => {
    const own = await build('off');
    const { port } = new URL(await own.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('NONSENSE\r\n\r\n');
    let text = '';
    for await (const part of socket) text += String(part);
    expect(text).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"invalid_request"/s);
    await own.close();
  });

  it('takes no account, request id or address from headers that anybody can set', async () => {
    const headers = { 'x-request-id': 'mine', 'x-forwarded-for': '10.0.0.1', 'request-id': 'mine' };
    const answer = await send('GET', `/test/v1/things/${ACCOUNT}`, { token: user, headers });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('health and the reference', () => {
  it('tells each dependency by name, and 503 when one fails', async () => {
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', dependencies: { good: 'ok' } });
    const failing = await inside.inject('/readyz');
    expect(failing.statusCode).toBe(503);
    expect(failing.json()).toEqual({ status: 'not_ready', dependencies: { good: 'ok', bad: 'failed' } });
  });

  it('publishes OpenAPI 3.1 with problems, the security scheme and the key header', async () => {
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.schemas.Problem).toBeDefined();
    const create = document.paths['/test/v1/things'].post;
    expect(create.security).toEqual([{ bearer: [] }]);
    expect(create.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    );
    expect(Object.keys(create.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '413', '422', '503']),
    );
    expect(create.responses['400'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
    expect(document.paths['/test/v1/things/{id}'].get.parameters.map((one: { name: string }) => one.name)).toContain(
      'limit',
    );
    expect(document.paths['/readyz']).toBeUndefined();
  });

  it('shows the reference page without anything from elsewhere', async () => {
    const page = await app.inject('/reference/');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(?:src|href)="https?:/);
    expect(page.body).not.toMatch(/proxy\.scalar|fonts\.scalar|googleapis/);
    expect(String(page.headers['content-security-policy'])).toContain("connect-src 'self'");
  });
});

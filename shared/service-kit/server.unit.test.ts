import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestIssuer } from '../testing/issuer.ts';
import { createLogger } from './logger.ts';
import { serveRaw } from './raw-routes.ts';
import { servePublic } from './routes.ts';
import { buildServer } from './server.ts';
import { ACCOUNT, things, startThingServers, type ThingServers } from './thing-servers.fixture.ts';
import { createTokenVerifier } from './tokens.ts';

let servers: ThingServers;
let app: FastifyInstance;
let inside: FastifyInstance;
let issuer: TestIssuer;
let user: string;
let send: ThingServers['send'];
beforeAll(async () => {
  servers = await startThingServers();
  ({ app, inside, issuer, user, send } = servers);
});
afterAll(() => servers.stop());

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

describe('a server where nothing may change', () => {
  it('answers 503 read_only with Retry-After to whatever could change something, and serves the rest', async () => {
    const own = await buildServer({
      name: 'own',
      logger: createLogger({ name: 'own', level: 'silent' }),
      tokens: createTokenVerifier(issuer),
      ready: { good: async () => undefined },
      callsPerMinute: 'off',
      pressure: 'off',
      readOnly: true,
    });
    const handler = vi.fn<() => never>();
    servePublic(own, things.create, handler);
    servePublic(own, { ...things.get, path: '/test/v1/disclosures/:id', records: true }, handler);
    servePublic(own, things.get, ({ params }) => ({ id: params.id, accountId: '', kind: '', limit: 1 }));
    serveRaw(own, { method: 'POST', path: '/test/v1/raw', summary: 'Raw', tag: 'things' }, handler);
    const authorization = `Bearer ${user}`;
    for (const [method, url] of [
      ['POST', '/test/v1/things'],
      ['POST', '/test/v1/raw'],
      ['DELETE', '/test/v1/things'],
      ['GET', `/test/v1/disclosures/${ACCOUNT}`],
    ] as const) {
      const answer = await own.inject({ method, url, headers: { authorization } });
      expect([answer.statusCode, answer.json().code, answer.json().status]).toEqual([503, 'read_only', 503]);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(handler).not.toHaveBeenCalled();
    const seen = await own.inject({ url: `/test/v1/things/${ACCOUNT}`, headers: { authorization } });
    expect(seen.statusCode).toBe(200);
    expect((await own.inject('/readyz')).json()).toEqual({ status: 'ready', dependencies: { good: 'ok' } });
    await own.close();
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
    const edit = document.paths['/test/v1/edited-things/{id}'].patch;
    expect(edit.parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', in: 'header', required: true }));
    expect(Object.keys(edit.responses)).toEqual(expect.arrayContaining(['412', '428']));
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

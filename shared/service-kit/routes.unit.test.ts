import { publicRoute } from '@simlane/contracts/http/route';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TestIssuer } from '../testing/issuer.ts';
import { createLogger } from './logger.ts';
import { servePublic } from './routes.ts';
import { buildServer } from './server.ts';
import { ACCOUNT, OTHER_ACCOUNT, things, startThingServers, type ThingServers } from './thing-servers.fixture.ts';
import { createTokenVerifier } from './tokens.ts';

let servers: ThingServers;
let app: FastifyInstance;
let issuer: TestIssuer;
let user: string;
let send: ThingServers['send'];
let lines: readonly string[];
beforeAll(async () => {
  servers = await startThingServers();
  ({ app, issuer, user, send, lines } = servers);
});
afterAll(() => servers.stop());

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

  it('that is an edit gets the version that the caller has read, and is refused without one', async () => {
    const edit = (headers: Record<string, string>) =>
      send('PATCH', `/test/v1/edited-things/${ACCOUNT}`, { token: user, headers });
    for (const version of ['7', '"7"', 'W/"7"']) {
      expect((await edit({ 'if-match': version })).json()).toEqual({ version: 7 });
    }
    expect((await edit({})).json()).toMatchObject({ status: 428, code: 'if_match_missing' });
    for (const none of ['*', '"seven"', '"7", "8"']) {
      expect((await edit({ 'if-match': none })).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    }
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

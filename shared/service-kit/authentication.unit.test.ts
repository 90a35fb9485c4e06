import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestIssuer } from '../testing/issuer.ts';
import { ACCOUNT, OTHER_ACCOUNT, startThingServers, type ThingServers } from './thing-servers.fixture.ts';

let servers: ThingServers;
let inside: FastifyInstance;
let issuer: TestIssuer;
let user: string;
let send: ThingServers['send'];
beforeAll(async () => {
  servers = await startThingServers();
  ({ inside, issuer, user, send } = servers);
});
afterAll(() => servers.stop());

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

import { FORGERIES, startTestIssuer, TEST_CLIENT_SECRET, type TestIssuer } from '../testing/issuer.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createServiceTokens } from './service-tokens.ts';
import { createTokenVerifier, type TokenVerifier } from './tokens.ts';

const ACCOUNT = '0198d2f0-0000-7000-8000-000000000001';
const GOOD = { accountId: ACCOUNT, roles: ['manager'], sub: 'u1' };

let issuer: TestIssuer;
let verifier: TokenVerifier;
beforeAll(async () => {
  issuer = await startTestIssuer();
  verifier = createTokenVerifier(issuer);
});
afterAll(() => issuer.stop());

describe('a token for the public API', () => {
  it('shows who is calling; roles that are not known here count for nothing', async () => {
    const token = await issuer.userToken({ ...GOOD, roles: ['manager', 'owner'], locale: 'de' });
    expect(await verifier.verifyUser(token)).toEqual({
      kind: 'user',
      accountId: ACCOUNT,
      sub: 'u1',
      name: 'Test User',
      email: 'test.user@example.com',
      locale: 'de',
      roles: ['manager'],
    });
  });

  it.each(FORGERIES)('is refused: %s', async (forgery) => {
    const token = await issuer.forgedUserToken(forgery, GOOD);
    await expect(verifier.verifyUser(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['no account', { account_id: undefined }],
    ['an account that is no UUID', { account_id: 'acme' }],
    ['no roles', { roles: undefined }],
    ['only unknown roles', { roles: ['owner'] }],
    ['no subject', { sub: undefined }],
    ['no end', { exp: undefined }],
    ['two audiences', { aud: ['simlane', 'simlane-internal'] }],
    ['operations with an account', { roles: ['operations'] }],
    ['the internal audience', { aud: 'simlane-internal' }],
  ])('is refused with %s', async (_what, claims) => {
    const token = await issuer.userToken({ ...GOOD, claims });
    await expect(verifier.verifyUser(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each(['', 'x', 'a.b.c', 'x'.repeat(20_000)])('is refused where it is no token (%#)', async (token) => {
    await expect(verifier.verifyUser(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('does not open the internal door, nor a service token the public one', async () => {
    await expect(verifier.verifyService(await issuer.userToken(GOOD))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const token = await issuer.serviceToken('order');
    expect(await verifier.verifyService(token)).toBe('order');
    await expect(verifier.verifyUser(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is believed no longer than it is valid', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const token = await issuer.userToken({ ...GOOD, claims: { exp: Math.floor(Date.now() / 1000) + 20 } });
      await verifier.verifyUser(token);
      vi.setSystemTime(Date.now() + 26_000);
      await expect(verifier.verifyUser(token)).rejects.toMatchObject({ code: 'unauthenticated' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('cannot be judged while the keys cannot be had: 503 and not 401', async () => {
    const token = await issuer.userToken(GOOD);
    issuer.setAway(true);
    await expect(createTokenVerifier(issuer).verifyUser(token)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    issuer.setAway(false);
    const nowhere = createTokenVerifier({ issuer: issuer.issuer, jwksUrl: 'http://127.0.0.1:1/jwks' });
    await expect(nowhere.verifyUser(token)).rejects.toMatchObject({ code: 'dependency_unavailable' });
  });
});

describe('our own token', () => {
  const create = (clientSecret = TEST_CLIENT_SECRET) =>
    createServiceTokens({ tokenUrl: issuer.tokenUrl, clientId: 'simlane-order', clientSecret });

  it('is fetched once for many calls at a time, and used until shortly before its end', async () => {
    const tokens = create();
    const before = issuer.tokenRequests();
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.get()));
    await tokens.get();
    expect([new Set(all).size, issuer.tokenRequests() - before]).toEqual([1, 1]);
    expect(await verifier.verifyService(all[0] ?? '')).toBe('order');
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 280_000);
    await tokens.get();
    vi.useRealTimers();
    expect(issuer.tokenRequests() - before).toBe(2);
  });

  it('serves to its end while the issuer is away, and then fails as unavailable without the secret', async () => {
    const tokens = create();
    const token = await tokens.get();
    issuer.setAway(true);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 280_000);
    expect(await tokens.get()).toBe(token);
    vi.setSystemTime(Date.now() + 60_000);
    await expect(tokens.get()).rejects.toMatchObject({ name: 'UnavailableError', code: 'dependency_unavailable' });
    vi.useRealTimers();
    issuer.setAway(false);
    const error: unknown = await create('wrong-secret')
      .get()
      .catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('wrong-secret');
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpProviderClient } from './http-provider-client.ts';

let server: Server;
let answer: { status: number; retryAfter?: string };
beforeAll(async () => {
  server = createServer((_request, response) => {
    const { status, retryAfter } = answer;
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => server.close());
beforeEach(() => {
  answer = { status: 503 };
});

const client = createHttpProviderClient({ allowLoopback: true });
const remind = () => {
  const { port } = server.address() as AddressInfo;
  const provider = { address: `http://127.0.0.1:${port}`, credential: 'credential-of-the-provider' };
  return client.remind(provider, 'order', 'key');
};

describe('a provider that asks to come again later', () => {
  it.each([429, 503])('with %i is given the time that it asks for', async (status) => {
    answer = { status, retryAfter: '1800' };
    await expect(remind()).rejects.toMatchObject({ code: 'dependency_unavailable', retryAfterSeconds: 1800 });
  });

  it('is asked again at the time that it names', async () => {
    answer = { status: 503, retryAfter: new Date(Date.now() + 1_800_000).toUTCString() };
    const { retryAfterSeconds } = await remind().then(
      () => ({ retryAfterSeconds: undefined }),
      (error: { retryAfterSeconds?: number }) => error,
    );
    expect(retryAfterSeconds).toBeGreaterThan(1_700);
    expect(retryAfterSeconds).toBeLessThanOrEqual(1_800);
  });

  it.each([['86400'], ['9'.repeat(20)], ['Sun, 22 Nov 2099 12:00:00 GMT']])(
    'is given no more than an hour: %s',
    async (retryAfter) => {
      answer = { status: 503, retryAfter };
      await expect(remind()).rejects.toMatchObject({ retryAfterSeconds: 3600 });
    },
  );

  it.each([
    ['another status', { status: 500, retryAfter: '1800' }],
    ['words', { status: 503, retryAfter: 'in 2030' }],
    ['nothing', { status: 503 }],
  ])('by %s is asked again as usual', async (_how, said) => {
    answer = said;
    await expect(remind()).rejects.toMatchObject({ code: 'dependency_unavailable', retryAfterSeconds: 2 });
  });
});

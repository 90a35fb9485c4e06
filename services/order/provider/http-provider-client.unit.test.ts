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

  it('is given no more than an hour', async () => {
    answer = { status: 503, retryAfter: '86400' };
    await expect(remind()).rejects.toMatchObject({ retryAfterSeconds: 3600 });
  });

  it.each([
    ['another status', { status: 500, retryAfter: '1800' }],
    ['a date', { status: 503, retryAfter: 'Sun, 22 Nov 2026 12:00:00 GMT' }],
    ['nothing', { status: 503 }],
  ])('by %s is asked again as usual', async (_how, said) => {
    answer = said;
    await expect(remind()).rejects.toMatchObject({ code: 'dependency_unavailable', retryAfterSeconds: 2 });
  });
});

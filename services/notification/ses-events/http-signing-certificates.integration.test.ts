import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpSigningCertificates } from './http-signing-certificates.ts';

/** Far below the real one, so that a test of it takes no 5 s. */
const TEST_TIMEOUT_MS = 300;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const serve = async (answer: RequestListener) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};
const certificates = () => createHttpSigningCertificates({ timeoutMs: TEST_TIMEOUT_MS });
const UNAVAILABLE = { code: 'dependency_unavailable' };

describe('a certificate', () => {
  it('is fetched once for each address, also when it is wanted many times at once', async () => {
    const { url, asked } = await serve((request, response) => response.end(`PEM of ${request.url}`));
    const certificate = certificates();
    const wanted = await Promise.all(Array.from({ length: 8 }, () => certificate.at(`${url}/one`)));
    expect(new Set(wanted)).toEqual(new Set(['PEM of /one']));
    expect(await certificate.at(`${url}/one`)).toBe('PEM of /one');
    expect(await certificate.at(`${url}/two`)).toBe('PEM of /two');
    expect(asked).toEqual(['/one', '/two']);
  });

  it.each<[string, RequestListener]>([
    ['is not there', (_request, response) => response.writeHead(404).end('no')],
    ['is elsewhere', (_request, response) => response.writeHead(302, { location: '/else' }).end()],
    ['does not end', (_request, response) => void response.write('-----BEGIN')],
    ['never begins', () => undefined],
    ['is too large', (_request, response) => response.end('x'.repeat(16 * 1024 + 1))],
    [
      'is cut off',
      (_request, response) => response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy()),
    ],
  ])('that %s is not to be had just now, and is asked for anew', async (_what, answer) => {
    const { url, asked } = await serve(answer);
    const certificate = certificates();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(certificate.at(`${url}/one`)).rejects.toMatchObject(UNAVAILABLE);
      expect(asked).toEqual(Array(attempt).fill('/one'));
    }
  });

  it('of an address that somebody made up does not make us ask without end', async () => {
    const { url, asked } = await serve(() => undefined);
    const certificate = certificates();
    const wanted = Array.from({ length: 50 }, (_, n) => certificate.at(`${url}/${n}`));
    for (const { status } of await Promise.allSettled(wanted)) expect(status).toBe('rejected');
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});

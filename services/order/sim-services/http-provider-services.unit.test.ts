import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpProviderServices } from './http-provider-services.ts';

let server: Server;
let report: object;
beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(report));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => server.close());

const services = createHttpProviderServices({ allowLoopback: true });
const read = (reported: object) => {
  report = reported;
  const { port } = server.address() as AddressInfo;
  const provider = { address: `http://127.0.0.1:${port}`, credential: 'credential-of-the-provider' };
  return services.report(provider, '8944000000000000000');
};

describe('a report of a provider', () => {
  it.each([[7], [true], [null], [{ value: 'on' }], [['on']], ['x'.repeat(201)]])(
    'with %j as the value of an option says nothing of that option, and all it says of the others',
    async (odd) => {
      const reported = { options: { data: odd, sms: 'on' }, ratePlan: 'S' };
      expect(await read(reported)).toEqual({ options: { sms: 'on' }, ratePlan: 'S', scheduled: [] });
    },
  );

  it.each([[7], [''], [{ code: 'S' }], [null]])('with %j as its plan says nothing of the plan', async (odd) => {
    expect(await read({ options: { sms: 'on' }, ratePlan: odd })).toMatchObject({
      options: { sms: 'on' },
      ratePlan: null,
    });
  });

  it('with a schedule that cannot be read is none: a plan could be taken for cancelled', async () => {
    await expect(read({ options: {}, scheduled: [{ plan: 'L' }] })).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});

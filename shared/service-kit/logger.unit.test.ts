import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './logger.ts';

const CODE = 'LPA:1$rsp.example.com$7X9K-SECRET-MATCH';
const SECRETS = ['7X9K', 'hunter2', 'eyJhbGciOiJFUzI1NiJ9', 'link-token-abc', 'whsec-value'];

const logged = (log: (logger: Logger) => void): string => {
  const lines: string[] = [];
  log(createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } }));
  const text = lines.join('');
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  return text;
};

describe('a log line', () => {
  it.each<[string, (logger: Logger) => void]>([
    ['an authorization header', (l) => l.info({ req: { headers: { authorization: 'Bearer hunter2hunter2' } } }, 'm')],
    ['a cookie', (l) => l.info({ headers: { Cookie: 'session=hunter2', 'set-cookie': ['a=hunter2'] } }, 'm')],
    ['a bearer token in a message', (l) => l.info('sent Bearer hunter2hunter2.x.y to them')],
    ['a JSON web token by itself', (l) => l.info(`got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln back`)],
    ['an activation code in a field', (l) => l.info({ sim: { activationCode: CODE } }, 'm')],
    ['an activation code in an object field', (l) => l.info({ activation_code: { host: 'h', id: '7X9K' } }, 'm')],
    ['an activation code in a message', (l) => l.info(`code ${CODE} read`)],
    ['an activation code without its prefix', (l) => l.info('code 1$rsp.example.com$7X9K-SECRET read')],
    ['an activation code in a URL', (l) => l.info({ url: '/x?q=LPA%3A1%24rsp.example.com%247X9K' }, 'm')],
    ['an activation code in an error', (l) => l.error({ err: new Error(`bad ${CODE}`) }, 'm')],
    ['an activation code in a cause', (l) => l.error({ err: new Error('x', { cause: new Error(CODE) }) }, 'm')],
    ['an error alone', (l) => l.error(new Error(`token=hunter2&a=b ${CODE}`))],
    [
      'a child logger',
      (l) =>
        l
          .child({ secret: 'hunter2' })
          .child({ deep: { token: 'hunter2' } })
          .info('m'),
    ],
    [
      'a deep field',
      (l) => l.info({ a: { b: { c: { d: { client_secret: 'hunter2', signalSecret: 'whsec-value' } } } } }),
    ],
    ['an array', (l) => l.info({ list: [{ password: 'hunter2' }, { SEALING_KEYS: 'a:hunter2' }] })],
    ['a link in a request URL', (l) => l.info({ req: { url: '/inventory/v1/qr-uploads/link-token-abc?x=1' } }, 'm')],
    ['a link in a message', (l) => l.warn('GET https://x.example.com/inventory/v1/qr-codes/link-token-abc failed')],
    ['JSON inside of a message', (l) => l.info(`body was ${JSON.stringify({ password: 'hunter2', a: 1 })}`)],
    [
      'JSON inside of JSON',
      (l) => l.info({ body: JSON.stringify({ inner: JSON.stringify({ token: 'hunter2' }) }) }, 'm'),
    ],
    ['a connection string', (l) => l.error({ err: new Error('postgres://app:hunter2@db:5432/x') }, 'm')],
    ['a webhook secret', (l) => l.info('secret is whsec_hunter2hunter2')],
  ])('does not show %s', (_what, log) => {
    const text = logged(log);
    expect(text).toContain('[redacted]');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it('keeps everything else, and stays JSON', () => {
    const fields = {
      id: 'x',
      iccid: '89490200001234567890',
      n: 1,
      path: '/inventory/v1/sims/1/qr-codes',
      tokenCount: 3,
    };
    const line = JSON.parse(logged((l) => l.info(fields, 'a "quoted" message'))) as Record<string, unknown>;
    expect(line).toMatchObject({ ...fields, msg: 'a "quoted" message', name: 'test' });
  });

  it('keeps what every activation code begins with, where nothing follows', () => {
    const said = 'begins with LPA:1$. LPA:1$ it is';
    expect(logged((l) => l.info(said))).toContain(said);
  });

  it('shows of a PostgreSQL error its code and constraint, not the row', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'k',
      detail: 'Key (name)=(Jane Doe)',
    });
    const text = logged((l) => l.error({ err: error }, 'm'));
    expect(text).toContain('"constraint":"k"');
    expect(text).not.toContain('Jane Doe');
  });
});

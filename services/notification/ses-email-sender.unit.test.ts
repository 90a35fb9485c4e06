import { expect, it } from 'vitest';
import { outcomeOf } from './ses-email-sender.ts';

const answered = (httpStatusCode: number, name: string): Error =>
  Object.assign(new Error('answered'), { name, $metadata: { httpStatusCode } });
const failed = (fields: object): Error => Object.assign(new Error('failed'), fields);

it.each([
  ['throttled by its own code', answered(400, 'Throttling'), { code: 'Throttling', passing: true }],
  ['throttled by status', answered(429, 'Unknown'), { code: 'Unknown', passing: true }],
  ['unavailable', answered(503, 'ServiceUnavailable'), { code: 'ServiceUnavailable', passing: true }],
  ['rejected', answered(400, 'MessageRejected'), { code: 'MessageRejected', passing: false }],
  [
    'not signed as it should',
    answered(403, 'SignatureDoesNotMatch'),
    { code: 'SignatureDoesNotMatch', passing: false },
  ],
  ['nobody listening', failed({ code: 'ECONNREFUSED', syscall: 'connect' }), { code: 'ECONNREFUSED', passing: true }],
  ['no such host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), { code: 'ENOTFOUND', passing: true }],
  ['no route', failed({ code: 'ETIMEDOUT', syscall: 'connect' }), { code: 'ETIMEDOUT', passing: true }],
])('has taken nothing: %s', (_what, error, refused) => {
  expect(outcomeOf(error)).toEqual({ outcome: 'refused', ...refused });
});

it.each([
  ['a time-out', failed({ name: 'AbortError' }), 'AbortError'],
  ['a lost connection', failed({ code: 'ECONNRESET', syscall: 'read' }), 'ECONNRESET'],
  ['a failure on the other side', answered(500, 'InternalFailure'), 'InternalFailure'],
  ['a gateway that lost its way', answered(504, 'Unknown'), 'Unknown'],
  ['an answer nobody understands', answered(200, 'SyntaxError'), 'SyntaxError'],
])('may have taken it: %s', (_what, error, code) => {
  expect(outcomeOf(error)).toEqual({ outcome: 'unknown', code });
});

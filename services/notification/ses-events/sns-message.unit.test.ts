import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isFresh, isSignedBy, readSnsMessage, type SnsMessage } from './sns-message.ts';
import { aNotification, certificateOf, makeKeys, type SnsFields, signedBy } from './sns.fixture.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ses-events';
const keys = makeKeys();
const pem = certificateOf(keys);
const notification = aNotification(TOPIC, 'It bounced.');
const subscription = aNotification(TOPIC, 'You have chosen to subscribe', {
  Type: 'SubscriptionConfirmation',
  Token: '2336412f37',
  SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription',
});

const read = (fields: object): SnsMessage | undefined => readSnsMessage(Buffer.from(JSON.stringify(fields)));
const isProven = (fields: SnsFields, by = pem): boolean => {
  const message = read(fields);
  return message !== undefined && isSignedBy(message, by);
};

it('the certificate of these tests is one', () => {
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(keys.publicKey)).toBe(true);
});

describe('a message of SNS', () => {
  it.each([
    ['1', 'a notification', notification],
    ['2', 'a notification', notification],
    ['1', 'a notification with a subject', { ...notification, Subject: 'Bounce' }],
    ['2', 'a notification with a subject', { ...notification, Subject: 'Bounce' }],
    ['1', 'a subscription', subscription],
    ['2', 'a subscription', subscription],
    ['2', 'the end of a subscription', { ...subscription, Type: 'UnsubscribeConfirmation' }],
  ] as const)('signed in version %s is proven: %s', (version, _what, fields) => {
    expect(isProven(signedBy(keys, fields, version))).toBe(true);
    expect(
      isProven(signedBy(keys, fields, version), keys.publicKey.export({ format: 'pem', type: 'spki' }) as string),
    ).toBe(true);
  });

  it.each(['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Subject'] as const)(
    'is not proven with another %s',
    (name) => {
      const signed = signedBy(keys, { ...notification, Subject: 'Bounce' });
      const other = name === 'MessageId' ? subscription.MessageId : name === 'Timestamp' ? '2026-01-01T00:00:00Z' : 'x';
      expect(isProven({ ...signed, [name]: other as string })).toBe(false);
    },
  );

  it('is not proven with a field added, left out, or moved to another version', () => {
    const signed = signedBy(keys, notification);
    expect(isProven({ ...signed, Subject: '' })).toBe(false);
    expect(isProven({ ...signed, SignatureVersion: '1' })).toBe(false);
    expect(isProven({ ...signed, SignatureVersion: '3' })).toBe(false);
    expect(isProven({ ...signed, Signature: '' })).toBe(false);
    expect(isProven({ ...signed, Signature: 'no base64!' })).toBe(false);
    expect(isProven({ ...signedBy(keys, subscription), Token: 'another' })).toBe(false);
    expect(isProven({ ...signedBy(keys, subscription), Type: 'Notification' })).toBe(false);
  });

  it('is not proven by another key, or by what is none', () => {
    const signed = signedBy(keys, notification);
    expect(isProven(signed, certificateOf(makeKeys()))).toBe(false);
    for (const garbage of ['', 'nonsense', pem.slice(0, 200)]) expect(isProven(signed, garbage)).toBe(false);
  });

  it.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://evil.example#@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0a.pem',
    'https://bucket.s3.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://sns.a.b.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem?x=1',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem\n',
    'https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-0a.pem',
    'https://sns.eu-west-1.amazonaws.com/other.pem',
  ])('names no certificate but Amazon’s: %s', (url) => {
    expect(read(signedBy(keys, { ...notification, SigningCertURL: url }))).toBeUndefined();
  });

  it.each(['eu-west-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn', 'us-gov-west-1.amazonaws.com'])(
    'names a certificate in any region of Amazon’s: %s',
    (host) => {
      const url = `https://sns.${host}/SimpleNotificationService-0a.pem`;
      expect(read(signedBy(keys, { ...notification, SigningCertURL: url }))).toBeDefined();
    },
  );

  it('that is none is not read', () => {
    for (const body of ['', 'null', '[]', '{}', '{"Type":"Notification"}', '{', '"x"']) {
      expect(readSnsMessage(Buffer.from(body))).toBeUndefined();
    }
    expect(read(signedBy(keys, { ...notification, Type: 'Other' }))).toBeUndefined();
    expect(read(signedBy(keys, { ...notification, Timestamp: 'yesterday' }))).toBeUndefined();
  });

  it('is fresh for an hour', () => {
    const message = read(signedBy(keys, { ...notification, Timestamp: '2026-03-01T10:00:00.000Z' })) as SnsMessage;
    const at = (time: string) => isFresh(message, new Date(time));
    expect(at('2026-03-01T10:00:00Z')).toBe(true);
    expect(at('2026-03-01T11:00:00Z')).toBe(true);
    expect(at('2026-03-01T11:00:01Z')).toBe(false);
    expect(at('2026-03-01T09:55:00Z')).toBe(true);
    expect(at('2026-03-01T09:54:00Z')).toBe(false);
  });
});

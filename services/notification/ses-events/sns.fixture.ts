/** An SNS of the tests: a key, its certificate, and messages signed with it as Amazon documents. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { SigningCertificates } from './signing-certificates.ts';

export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const RSA_BITS = 2048;
export const makeKeys = (): KeyPair => generateKeyPairSync('rsa', { modulusLength: RSA_BITS });

export type SnsFields = Readonly<Record<string, string>>;

const SIGNED = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** A notification of the topic, with other fields where a test gives them. */
export const aNotification = (topicArn: string, message: unknown, fields: SnsFields = {}): SnsFields => ({
  Type: 'Notification',
  MessageId: randomUUID(),
  TopicArn: topicArn,
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  Timestamp: new Date().toISOString(),
  SigningCertURL: CERTIFICATE_URL,
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  ...fields,
});

/** The body that is posted. */
export const signedBy = (keys: KeyPair, fields: SnsFields, version: '1' | '2' = '2'): SnsFields => {
  const text = SIGNED.flatMap((name) => (fields[name] === undefined ? [] : [`${name}\n${fields[name]}\n`])).join('');
  const signature = sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), keys.privateKey);
  return { ...fields, SignatureVersion: version, Signature: signature.toString('base64') };
};

/** Certificates that are there without a network; counts how often each was asked for. */
export const certificatesAt = (pems: Readonly<Record<string, string>>) => {
  const asked: string[] = [];
  const certificates: SigningCertificates = {
    at: async (url) => {
      asked.push(url);
      const pem = pems[url];
      if (pem === undefined) throw new Error(`Nothing is at ${url}`);
      return pem;
    },
  };
  return { certificates, asked };
};

/** A self-signed X.509 certificate with nothing in it but the key. */
export const certificateOf = (keys: KeyPair): string => {
  const algorithm = der(SEQUENCE, Buffer.from(SHA256_WITH_RSA, 'hex'), der(NULL));
  const time = (text: string) => der(UTC_TIME, Buffer.from(text));
  const nobody = der(SEQUENCE);
  const toSign = der(
    SEQUENCE,
    der(INTEGER, Buffer.from([1])),
    algorithm,
    nobody,
    der(SEQUENCE, time('250101000000Z'), time('490101000000Z')),
    nobody,
    keys.publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = sign('sha256', toSign, keys.privateKey);
  const certificate = der(SEQUENCE, toSign, algorithm, der(BIT_STRING, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
/** sha256WithRSAEncryption, with its tag. */
const SHA256_WITH_RSA = '06092a864886f70d01010b';
/** From here on a length has bytes of its own, and says first how many. */
const LONG_LENGTH = 0x80;

/** A value of ASN.1 in DER: tag, length, content. */
const der = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(content);
  const digits = value.length.toString(16);
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const prefix = value.length < LONG_LENGTH ? [] : [LONG_LENGTH | length.length];
  return Buffer.concat([Buffer.from([tag, ...prefix]), length, value]);
};

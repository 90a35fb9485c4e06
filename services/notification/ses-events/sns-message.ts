/** Messages that Amazon SNS posts, and whether they are what they say: signature versions 1 and 2. */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';

/** Certificates come from Amazon's own hosts and from nowhere else. */
const CERTIFICATE_URL =
  /^https:\/\/sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/SimpleNotificationService-[0-9a-f]+\.pem$/;

const signedFields = {
  MessageId: z.guid(),
  TopicArn: z.string(),
  Message: z.string(),
  Timestamp: z.iso.datetime({ offset: true }),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64(),
  SigningCertURL: z.string().regex(CERTIFICATE_URL),
};
const subscriptionFields = { ...signedFields, Token: z.string(), SubscribeURL: z.string() };

const snsMessageSchema = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Notification'), ...signedFields, Subject: z.string().nullish() }),
  z.object({ Type: z.literal('SubscriptionConfirmation'), ...subscriptionFields }),
  z.object({ Type: z.literal('UnsubscribeConfirmation'), ...subscriptionFields }),
]);
export type SnsMessage = z.output<typeof snsMessageSchema>;

/** What was posted, if it has the form of an SNS message; nothing of it is proven yet. */
export const readSnsMessage = (rawBody: Buffer): SnsMessage | undefined => {
  try {
    return snsMessageSchema.safeParse(JSON.parse(rawBody.toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** SNS tries for an hour at most; what is older was kept by somebody. */
const OLDEST_MS = 3_600_000;
/** By how much clocks may differ. */
const CLOCK_DIFFERENCE_MS = 300_000;

export const isFresh = ({ Timestamp }: SnsMessage, now: Date): boolean => {
  const ageMs = now.getTime() - Date.parse(Timestamp);
  return ageMs <= OLDEST_MS && ageMs >= -CLOCK_DIFFERENCE_MS;
};

const DIGESTS = { '1': 'sha1', '2': 'sha256' } as const satisfies Record<SnsMessage['SignatureVersion'], string>;

/** @param pem the certificate that the message names, or its public key alone */
export const isSignedBy = (message: SnsMessage, pem: string): boolean => {
  const signature = Buffer.from(message.Signature, 'base64');
  try {
    const key = createPublicKey(pem);
    return (
      key.asymmetricKeyType === 'rsa' && verify(DIGESTS[message.SignatureVersion], signedText(message), key, signature)
    );
  } catch {
    return false;
  }
};

/** The signed fields by name, each name and each value on a line of its own. */
const signedText = (message: SnsMessage): Buffer => {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const fields =
    message.Type === 'Notification'
      ? {
          Message,
          MessageId,
          ...(message.Subject == null ? {} : { Subject: message.Subject }),
          Timestamp,
          TopicArn,
          Type,
        }
      : { Message, MessageId, SubscribeURL: message.SubscribeURL, Timestamp, Token: message.Token, TopicArn, Type };
  return Buffer.from(
    Object.entries(fields)
      .map(([name, value]) => `${name}\n${value}\n`)
      .join(''),
  );
};

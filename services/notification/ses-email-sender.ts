import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import type { HandOverOutcome } from './delivery.ts';
import type { EmailSender } from './email-sender.ts';
import { MAIL_TAGS } from './ses-events/ses-event.ts';

interface SesOptions {
  readonly region: string;
  /** Only where it is not AWS's own endpoint of the region. */
  readonly endpoint: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs?: number;
}

/** From the first byte to the last. SES answers within a second; what takes longer is an outcome nobody knows. */
const TIMEOUT_MS = 10_000;
/** Well before the other: an endpoint that cannot be reached is then known to have taken nothing. */
const CONNECTION_TIMEOUT_MS = 3_000;

/** Hands mails to SES (`SendRawEmail`), one call for each, never repeated here. */
export const createSesEmailSender = (options: SesOptions): EmailSender & { close: () => void } => {
  const { region, endpoint, accessKeyId, secretAccessKey, timeoutMs = TIMEOUT_MS } = options;
  const client = new SESClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: { accessKeyId, secretAccessKey },
    // The SDK would repeat a time-out, and with it perhaps the mail.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // A kept connection that the other side has just closed is an unknown outcome for nothing.
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
    },
  });
  return {
    handOver: async ({ from, to, raw, tags }) => {
      const command = new SendRawEmailCommand({
        Source: from,
        Destinations: [to],
        RawMessage: { Data: raw },
        Tags: [
          { Name: MAIL_TAGS.accountId, Value: tags.accountId },
          { Name: MAIL_TAGS.messageId, Value: tags.messageId },
          { Name: MAIL_TAGS.recipientId, Value: tags.recipientId },
        ],
      });
      try {
        const { MessageId } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
        if (MessageId === undefined) return { outcome: 'unknown', code: 'NoMessageId' };
        return { outcome: 'accepted', providerMessageId: MessageId };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => client.destroy(),
  };
};

const THROTTLING_CODES: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'LimitExceededException',
  'RequestLimitExceeded',
]);
const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;

/** What an error says of the mail: refused only where it is certain that SES has not taken it. */
export const outcomeOf = (error: unknown): HandOverOutcome => {
  const { name, code, syscall, message, $metadata } = error as Partial<{
    name: string;
    code: string;
    syscall: string;
    message: string;
    $metadata: { httpStatusCode?: number };
  }>;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) {
    const fault = name ?? String(status);
    if (status === SERVICE_UNAVAILABLE || status === TOO_MANY_REQUESTS || THROTTLING_CODES.has(fault)) {
      return { outcome: 'refused', code: fault, passing: true };
    }
    if (status >= 400 && status < 500) return { outcome: 'refused', code: fault, passing: false };
    return { outcome: 'unknown', code: fault };
  }
  const fault = code ?? name ?? 'unknown';
  // Nothing was sent yet: no address for the name, nobody at the address, or no connection in time.
  const notConnected = syscall === 'connect' || syscall === 'getaddrinfo' || NOT_CONNECTED.test(message ?? '');
  return notConnected ? { outcome: 'refused', code: fault, passing: true } : { outcome: 'unknown', code: fault };
};

/** The SDK's connection time-out, which has no code of its own. */
const NOT_CONNECTED = /did not establish a connection/;

import { randomBytes, randomUUID } from 'node:crypto';
import type { OrderFinished } from '@simlane/contracts/http/notification';
import type { ServiceName } from '@simlane/contracts/permissions';
import { createLogger, type Logger } from '@simlane/service-kit/logger';
import { createMailedLinks } from '@simlane/service-kit/mailed-link';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { createTestDatabase, type TestDatabase } from '@simlane/testing/database';
import { startTestIssuer, type TestIssuer } from '@simlane/testing/issuer';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import type { NotificationDatabase } from './database.ts';
import { createDeliveryHandler } from './delivery.service.ts';
import { DELIVERY, type HandOverOutcome } from './delivery.ts';
import type { EmailSender, OutgoingMail } from './email-sender.ts';
import { createMailMaker } from './mail-maker.ts';
import type { MessageRecipient } from './message.ts';
import { migrations } from './migrations/index.ts';
import type { SigningCertificates } from './ses-events/signing-certificates.ts';

export const MAIL_FROM = 'no-reply@simlane.example';
export const TOPIC_ARN = 'arn:aws:sns:eu-west-1:123456789012:ses-events';
export const INVENTORY_URL = 'https://fleet.simlane.example';
export const links = createMailedLinks(`test:${randomBytes(32).toString('base64')}`);
export const mails = createMailMaker({ from: MAIL_FROM, links, inventoryUrl: INVENTORY_URL });
export const silent = createLogger({ name: 'test', level: 'silent' });

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of it, it says itself
  readonly body: any;
}

/** Notification on a database of its own, for one test file. Nothing is sent by itself. */
export interface TestNotification {
  readonly database: TestDatabase<NotificationDatabase>;
  readonly issuer: TestIssuer;
  readonly app: { readonly public: FastifyInstance; readonly internal: FastifyInstance };
  /** GET as a user of the account. */
  get(accountId: string, url: string, roles?: readonly string[]): Promise<Answer>;
  put(accountId: string, messageId: string, body: unknown, from?: ServiceName): Promise<Answer>;
  /** A call of the internal API. */
  call(accountId: string, method: 'GET' | 'PUT', url: string, body?: unknown, from?: ServiceName): Promise<Answer>;
  /** As the due loop does at that time: every row that is due, by this sender. */
  deliverDue(sender: EmailSender, now: Date): Promise<void>;
  stop(): Promise<void>;
}

export const startTestNotification = async (
  onDue: () => void = () => undefined,
  { certificates = NO_CERTIFICATES, logger = silent }: { certificates?: SigningCertificates; logger?: Logger } = {},
): Promise<TestNotification> => {
  const database = await createTestDatabase<NotificationDatabase>({ service: 'notification', migrations });
  const issuer = await startTestIssuer();
  const app = await buildApp({
    db: database.db,
    logger,
    tokens: createTokenVerifier(issuer),
    mails,
    topicArn: TOPIC_ARN,
    certificates,
    onDue,
    checkAnswers: true,
    callsPerMinute: 'off',
    pressure: 'off',
  });
  const call: TestNotification['call'] = async (accountId, method, url, body, from = 'worker') => {
    const token = await issuer.serviceToken(from);
    const answer = await app.internal.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}`, 'simlane-account': accountId },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  return {
    database,
    issuer,
    app,
    get: async (accountId, url, roles = ['manager']) => {
      const token = await issuer.userToken({ accountId, roles });
      const answer = await app.public.inject({ url, headers: { authorization: `Bearer ${token}` } });
      return { status: answer.statusCode, body: answer.json() };
    },
    put: (accountId, messageId, body, from) => call(accountId, 'PUT', `/internal/messages/${messageId}`, body, from),
    call,
    deliverDue: async (sender, now) => {
      const deliver = createDeliveryHandler({
        db: database.db,
        logger: silent,
        sender,
        mails,
        now: () => now,
      });
      const due = await database.db
        .selectFrom('due')
        .selectAll()
        .where('kind', '=', DELIVERY)
        .where('due_at', '<=', now)
        .execute();
      for (const { id, account_id: accountId, tries } of due) await deliver({ id, accountId, tries });
    },
    stop: async () => {
      await Promise.all([app.public.close(), app.internal.close(), issuer.stop()]);
      await database.stop();
    },
  };
};

const NO_CERTIFICATES: SigningCertificates = {
  at: () => Promise.reject(new Error('Nothing is to be fetched here')),
};

/** A sender that answers as it is told, mail by mail; the last answer stays. */
export const scriptedSender = (...outcomes: readonly (HandOverOutcome | (() => Promise<HandOverOutcome>))[]) => {
  const handedOver: OutgoingMail[] = [];
  const sender: EmailSender = {
    handOver: async (mail) => {
      const outcome = outcomes[Math.min(handedOver.length, outcomes.length - 1)];
      handedOver.push(mail);
      if (outcome === undefined) throw new Error('No outcome was given');
      return typeof outcome === 'function' ? outcome() : outcome;
    },
  };
  return {
    sender,
    handedOver,
    /** Of each hand-over, whether it was marked as a repeat. */
    marks: (): boolean[] => handedOver.map(({ raw }) => raw.includes('\r\nX-Simlane-Repeat: 1\r\n')),
  };
};

/** As it is put: without a link unless it has one. */
export type GivenRecipient = Omit<MessageRecipient, 'linkId'> & { readonly linkId?: string };

export const ALICE = { name: 'Alice Martin', email: 'alice@example.com', language: 'en' } as const;
export const BENOIT = { name: 'Benoît Lefèvre', email: 'benoit@example.com', language: 'fr' } as const;

export const aBody = (
  content: Partial<OrderFinished> = {},
  recipients: readonly GivenRecipient[] = [ALICE],
): { content: OrderFinished; recipients: readonly GivenRecipient[] } => ({
  content: {
    kind: 'order_finished',
    orderId: randomUUID(),
    orderNumber: 'ORD-2026-000042',
    action: 'switch_to_esim',
    msisdn: '+33612345678',
    outcome: 'processed',
    endReason: null,
    needsAttention: false,
    ...content,
  },
  recipients,
});

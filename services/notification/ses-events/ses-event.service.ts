import type { Logger } from '@simlane/service-kit/logger';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import type { Db, Tx } from '../database.ts';
import { lockDelivery, saveDelivery } from '../delivery.repository.ts';
import { objectOf } from '../message.ts';
import { setReturnDue } from './returned-mail.service.ts';
import { afterEvent, isAbout, readSesEvent, type SesEvent } from './ses-event.ts';
import { insertSesEvent } from './ses-event.repository.ts';
import type { SigningCertificates } from './signing-certificates.ts';
import { isFresh, isSignedBy, readSnsMessage, type SnsMessage } from './sns-message.ts';

export interface SesEventDependencies {
  readonly db: Db;
  readonly logger: Logger;
  readonly topicArn: string;
  readonly certificates: SigningCertificates;
  readonly onDue: () => void;
  readonly now?: () => Date;
}

/**
 * Takes in what SNS has posted, from SES or about the subscription; what it changes is committed before this resolves.
 * An event counts once, and only if it is about a mail that was sent from here: anything else of the topic is put up
 * with, so that SNS does not send it again and again.
 *
 * @throws ProblemError `unauthenticated` for whatever the topic has not signed within the hour; UnavailableError while
 *   the certificate cannot be had
 */
export const takeInSnsMessage = async (dependencies: SesEventDependencies, rawBody: Buffer): Promise<void> => {
  const { logger, onDue } = dependencies;
  const message = await verified(dependencies, rawBody);
  if (message.Type !== 'Notification') {
    noteSubscription(logger, message);
    return;
  }
  const snsMessageId = message.MessageId;
  const event = readSesEvent(message.Message);
  if (event === undefined) {
    logger.info({ snsMessageId }, 'an SES event that is not followed');
    return;
  }
  const { accountId, messageId, recipientId } = event.mail;
  const outcome = await inAccount(dependencies.db, accountId, (tx) => apply(tx, snsMessageId, event));
  logger.info({ accountId, messageId, recipientId, snsMessageId, event: event.kind, outcome }, 'SES event');
  if (outcome === 'counted') onDue();
};

const verified = async (
  { topicArn, certificates, now = () => new Date() }: SesEventDependencies,
  rawBody: Buffer,
): Promise<SnsMessage> => {
  const message = readSnsMessage(rawBody);
  if (message === undefined || message.TopicArn !== topicArn || !isFresh(message, now())) throw notFromTopic();
  if (!isSignedBy(message, await certificates.at(message.SigningCertURL))) throw notFromTopic();
  return message;
};

const notFromTopic = (): ProblemError => new ProblemError('unauthenticated', 'The message is not one of the topic');

/**
 * Nothing is fetched because a message says so: operations confirm a subscription themselves (`aws sns
 * confirm-subscription`), by a token that serves nothing else.
 */
const noteSubscription = (logger: Logger, message: Exclude<SnsMessage, { Type: 'Notification' }>): void => {
  const { Type: type, TopicArn: topicArn, Token: confirmBy } = message;
  logger.warn({ type, topicArn, confirmBy }, 'the subscription of the topic of SES events is to be looked at');
};

type Outcome = 'counted' | 'repeated' | 'not a mail of ours';

const apply = async (tx: Tx, snsMessageId: string, event: SesEvent): Promise<Outcome> => {
  const { accountId, messageId, recipientId } = event.mail;
  const found = await lockDelivery(tx, accountId, recipientId);
  if (found === undefined || found.messageId !== messageId || !isAbout(event, found.delivery)) {
    return 'not a mail of ours';
  }
  if (!(await insertSesEvent(tx, snsMessageId, event))) return 'repeated';
  const delivery = afterEvent(found.delivery, event);
  await saveDelivery(tx, accountId, recipientId, delivery);
  if (delivery.state !== found.delivery.state) {
    await setReturnDue(tx, { accountId, recipientId, state: delivery.state, object: objectOf(found.content) });
  }
  return 'counted';
};

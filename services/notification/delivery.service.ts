import { setDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import type { Logger } from '@simlane/service-kit/logger';
import { inAccount } from '@simlane/service-kit/postgres';
import type { Db, Tx } from './database.ts';
import { lockDelivery, saveDelivery } from './delivery.repository.ts';
import { beginHandOver, DELIVERY, endHandOver, type HandOverOutcome, nextStep } from './delivery.ts';
import type { EmailSender, OutgoingMail } from './email-sender.ts';
import type { MailMaker } from './mail-maker.ts';

interface DeliveryDependencies {
  readonly db: Db;
  readonly logger: Logger;
  readonly sender: EmailSender;
  readonly mails: MailMaker;
  readonly now?: () => Date;
}

/**
 * Carries one recipient's mail one hand-over further, if one is due. Two transactions with the call between them:
 * the first leaves the row as it is to stand if this process ends now, the second records what was heard.
 *
 * Safe at any time and in any number of processes: at most one hand-over is accepted, or two after an unknown
 * outcome, the second marked.
 */
export const createDeliveryHandler = (dependencies: DeliveryDependencies): DueHandler => {
  const { db, logger, now = () => new Date() } = dependencies;
  return async ({ id, accountId }) => {
    const mail = await inAccount(db, accountId, (tx) => begin(tx, dependencies, { id, accountId, now: now() }));
    if (mail === null) return;
    const outcome = await handOver(dependencies, mail);
    if (outcome.outcome !== 'accepted') {
      const { outcome: what, code } = outcome;
      logger.warn({ accountId, messageId: mail.tags.messageId, recipientId: id, outcome: what, code }, 'mail not sent');
    }
    await inAccount(db, accountId, async (tx) => {
      const found = await lockDelivery(tx, accountId, id);
      if (found !== undefined) await saveDelivery(tx, accountId, id, endHandOver(found.delivery, outcome, now()));
    });
  };
};

/** Decides under the row's lock whether to hand over, makes the mail, and commits to the hand-over. */
const begin = async (
  tx: Tx,
  { mails }: DeliveryDependencies,
  { id, accountId, now }: { id: string; accountId: string; now: Date },
): Promise<OutgoingMail | null> => {
  const found = await lockDelivery(tx, accountId, id);
  if (found === undefined) {
    await setDue(tx, { kind: DELIVERY, id, accountId, dueAt: null });
    return null;
  }
  const { messageId, content, recipient, delivery } = found;
  const step = nextStep(delivery, now);
  if (step === 'nothing') {
    await setDue(tx, { kind: DELIVERY, id, accountId, dueAt: delivery.attemptAt });
    return null;
  }
  const raw = await mails.make(accountId, content, recipient, { repeat: step === 'repeat' });
  await saveDelivery(tx, accountId, id, beginHandOver(delivery, now));
  return { from: mails.from, to: recipient.email, raw, tags: { accountId, messageId, recipientId: id } };
};

const handOver = async ({ sender }: DeliveryDependencies, mail: OutgoingMail): Promise<HandOverOutcome> => {
  try {
    return await sender.handOver(mail);
  } catch (error) {
    // A port does not throw; if one does, nobody knows how far it had come.
    return { outcome: 'unknown', code: error instanceof Error ? error.name : 'unknown' };
  }
};

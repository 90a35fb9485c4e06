import { notificationRoutes } from '@simlane/contracts/http/notification';
import { type Fact, type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { DemoCast } from './demo-cast.ts';
import { mailsTo } from './mailbox.ts';
import type { ToldStory } from './told-story.ts';

/** The manager hears of the end, once. */
export const seeMail = async (
  told: ToldStory,
  { api, manager, mailboxUrl }: DemoCast,
  { id, orderNumber }: Order,
): Promise<void> => {
  await told.sees({
    name: 'The message to the manager is sent',
    expected: `one message about the order, to ${manager.email}, sent`,
    look: async () => (await api.call(notificationRoutes.listMessages, { query: { objectId: id } })).items,
    holds: (messages) => messages.length === 1 && isSentTo(messages[0], manager),
    seen: (messages) =>
      messages
        .flatMap(({ recipients }) => recipients.map((to) => `${to.email} ${to.language} ${to.state}`))
        .join('; ') || 'no message',
  });
  await told.sees({
    name: 'It is in the mailbox',
    expected: `one mail to ${manager.email} about ${orderNumber}`,
    look: () => mailsTo(mailboxUrl, manager.email, orderNumber),
    holds: (subjects) => subjects.length === 1,
    seen: (subjects) => subjects.map((subject) => `“${subject}”`).join(', ') || 'no mail',
  });
  told.note(`the mailbox: ${mailboxUrl}`);
};

interface SentTo {
  readonly recipients: readonly { readonly email: string; readonly language: string; readonly state: string }[];
}

const isSentTo = (message: SentTo | undefined, manager: DemoCast['manager']): boolean =>
  message?.recipients.length === 1 &&
  message.recipients.every(
    ({ email, language, state }) => email === manager.email && language === manager.language && state === 'sent',
  );

/** The timeline has these facts in this order; other facts may stand between them. */
export const seeTimeline = async (
  told: ToldStory,
  { api }: DemoCast,
  orderId: string,
  facts: readonly Fact['kind'][],
): Promise<void> => {
  await told.sees({
    name: 'The timeline tells it',
    expected: `${facts.join(' → ')}; each word of the provider carried out`,
    look: async () => (await api.call(orderRoutes.getTimeline, { params: { id: orderId }, query: {} })).items,
    holds: (timeline) => isInOrder(facts, timeline) && timeline.every(isSettled),
    seen: (timeline) => timeline.map(({ kind, disposition }) => `${kind}${mark(disposition)}`).join(' → '),
  });
};

const isInOrder = (kinds: readonly Fact['kind'][], timeline: readonly Fact[]): boolean => {
  let from = 0;
  return kinds.every((kind) => {
    const at = timeline.findIndex(
      (fact, index) => index >= from && fact.kind === kind && fact.disposition !== 'duplicate',
    );
    from = at + 1;
    return at !== -1;
  });
};

const isSettled = ({ disposition, carriedOutAt }: Fact): boolean => disposition !== 'applied' || carriedOutAt !== null;

const mark = (disposition: Fact['disposition']): string =>
  disposition === 'applied' || disposition === 'recorded' ? '' : ` (${disposition})`;

/** However often anything was repeated. */
export const seeAcceptedOnce = async (told: ToldStory, { sandbox }: DemoCast, orderId: string): Promise<void> => {
  await told.does({
    name: 'The provider has accepted exactly one order',
    expected: 'accepted 1 time, under 1 key',
    act: async () => {
      const [orders, requests] = await Promise.all([sandbox.orders(orderId), sandbox.requests(orderId)]);
      return { accepted: orders.map(({ accepted }) => accepted), requests: requests.length };
    },
    holds: ({ accepted }) => accepted.length === 1 && accepted[0] === 1,
    seen: ({ accepted, requests }) => `accepted ${accepted.join(' + ') || 0} time(s), from ${requests} request(s)`,
  });
};

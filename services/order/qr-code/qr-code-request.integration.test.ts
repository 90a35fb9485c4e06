import type { Condition } from '@simlane/contracts/http/actions';
import type { Order } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import type { QrRequestObstacle } from '@simlane/contracts/qr-code';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';
import { article } from '../outside-world.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.inventory.outlook = [];
  order.inventory.requestAnswers = [];
  order.catalog.cutoverOn = 'processed';
  order.catalog.articles = [article(order.providerId)];
});

const CODE = '1$RSP.SANDBOX.EXAMPLE$AAAA-BBBB-CCCC';
const { say, submit, carryOut, read, facts, lastFact, dueAt, todos } = atWork(() => order);
const requestsOf = (orderId: string) => order.inventory.requests.filter((request) => request.orderId === orderId);
const wish = (id: string, entry: object = { requestQrCodeWhenProcessed: true }) =>
  order.call<Order & Partial<Pick<Problem, 'code' | 'conditions'>>>('PATCH', `/orders/${id}`, { body: entry });

const confirmedWithWish = async (): Promise<string> => {
  const { id } = await order.completeDraft();
  expect((await wish(id)).status).toBe(200);
  await order.call('POST', `/orders/${id}/confirmation`, { body: {} });
  await submit(id);
  return id;
};

const carryOutWord = async (id: string, word: string, data: object = {}): Promise<string> => {
  await say(word, id, data);
  const fact = (await facts(id)).findLast(
    ({ disposition, carriedOutAt }) => disposition === 'applied' && !carriedOutAt,
  );
  await carryOut(id, fact?.id ?? '');
  return fact?.id ?? '';
};
const settle = async (orderId: string, times = 4): Promise<void> => {
  for (let time = 0; time < times; time += 1) await order.handleDue(orderId);
};
const told = (id: string) => order.callInternal('PUT', `/orders/${id}/manager-told`, { body: { messageId: uuidV7() } });
const impossible = (obstacle: QrRequestObstacle) =>
  ({ outcome: 'impossible', obstacle, detail: `Because of ${obstacle}.` }) as const;

const unmet: Condition = {
  code: 'qr_code_contact',
  state: 'not_met',
  detail: 'No contact of distributor Corvane has the role eSIM QR Code',
  fix: 'Give a contact the role; an administrator can do it',
  whoCanFix: 'administrator',
};

describe('the wish to ask for a QR code', () => {
  it('is kept where nothing would stand in its way, for the distributor of the chosen article', async () => {
    const { id, lineId, article: chosen } = await order.draft();
    const { body } = await wish(id);
    expect(body.requestQrCodeWhenProcessed).toBe(true);
    expect(order.inventory.outlooksFor.at(-1)).toEqual({ lineId, distributorId: chosen?.distributorId, sub: 'user-1' });
    expect((await wish(id, { requestQrCodeWhenProcessed: false })).body.requestQrCodeWhenProcessed).toBe(false);
    expect((await order.draft()).requestQrCodeWhenProcessed).toBe(false);
  });

  it('is refused with the conditions where one is not met', async () => {
    const { id } = await order.draft();
    order.inventory.outlook = [unmet];
    const { status, body } = await wish(id);
    expect([status, body.code, body.conditions]).toEqual([422, 'action_not_available', [unmet]]);
    expect((await read(id)).requestQrCodeWhenProcessed).toBe(false);
  });

  it('cannot be judged while a condition is unknown: 503', async () => {
    const { id } = await order.draft();
    order.inventory.outlook = [{ ...unmet, state: 'unknown' }];
    expect((await wish(id)).body.code).toBe('dependency_unavailable');
  });

  it('is judged when the article is chosen after it, and when another one is', async () => {
    const [one, other] = [article(order.providerId), article(order.providerId)];
    order.catalog.articles = [one, other];
    const { id } = await order.draft();
    expect((await wish(id)).status).toBe(200);
    const choose = ({ packId, id: articleId }: typeof one) => wish(id, { article: { packId, articleId } });
    expect((await choose(one)).status).toBe(200);
    order.inventory.outlook = [unmet];
    expect((await choose(other)).body.code).toBe('action_not_available');
    expect((await wish(id, { comment: 'No question of contacts' })).status).toBe(200);
    expect((await read(id)).article?.id).toBe(one.id);
  });

  it('is refused for an article without a distributor', async () => {
    order.catalog.articles = [{ ...article(order.providerId), distributorId: null }];
    const { id } = await order.draft();
    expect((await wish(id)).body.code).toBe('action_not_available');
  });

  it('is judged as it is kept, whatever two people change at once', async () => {
    const [one, other] = [article(order.providerId), article(order.providerId)];
    order.catalog.articles = [one, other];
    const { id } = await order.draft();
    await wish(id, { article: { packId: one.packId, articleId: one.id } });
    const { qrRequestOutlook } = order.inventory;
    order.inventory.qrRequestOutlook = async (query) => {
      order.inventory.qrRequestOutlook = async ({ distributorId }) =>
        distributorId === one.distributorId ? [] : [unmet];
      await wish(id, { article: { packId: other.packId, articleId: other.id } });
      return qrRequestOutlook(query);
    };
    expect((await wish(id)).body.code).toBe('action_not_available');
    order.inventory.qrRequestOutlook = qrRequestOutlook;
    expect(await read(id)).toMatchObject({ article: { id: other.id }, requestQrCodeWhenProcessed: false });
  });
});

describe('an order that is to ask for a QR code', () => {
  it('asks once, when its eSIM is on the line', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'acknowledged');
    await settle(id);
    expect(requestsOf(id)).toEqual([]);
    const cause = await carryOutWord(id, 'processed');
    await settle(id);
    expect(requestsOf(id)).toEqual([
      {
        orderId: id,
        factId: cause,
        orderedBy: { id: 'user-1', name: 'Mary Manager', email: 'mary@example.com', language: 'en' },
      },
    ]);
    expect((await lastFact(id, 'qr_code_requested')).causeId).toBe(cause);
    await told(id);
    expect(await dueAt(id)).toBeUndefined();
  });

  it('asks when its temporary eSIM is there, where the installation is the cut-over', async () => {
    order.catalog.cutoverOn = 'installed';
    const id = await confirmedWithWish();
    const cause = await carryOutWord(id, 'acknowledged');
    await settle(id);
    expect(requestsOf(id)).toMatchObject([{ factId: cause }]);
    await carryOutWord(id, 'installed');
    await settle(id);
    expect(requestsOf(id)).toHaveLength(1);
  });

  it('does not ask without the wish, nor once it is cancelled', async () => {
    const { id: without } = await order.confirmedOrder();
    await submit(without);
    await carryOutWord(without, 'processed');
    await settle(without);
    order.catalog.cutoverOn = 'installed';
    const cancelled = await confirmedWithWish();
    await carryOutWord(cancelled, 'acknowledged');
    await say('cancelled', cancelled);
    await settle(cancelled);
    await carryOut(cancelled, (await lastFact(cancelled, 'cancelled')).id);
    await settle(cancelled);
    expect([...requestsOf(without), ...requestsOf(cancelled)]).toEqual([]);
  });

  it('passes a code on first, and leaves nothing to do where that makes the request needless', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'processed', { activationCode: CODE });
    order.inventory.requestAnswers = [impossible('code_imported')];
    await settle(id);
    expect((await facts(id)).slice(-2).map(({ kind }) => kind)).toEqual([
      'activation_code_passed_on',
      'qr_code_not_requested',
    ]);
    expect(await todos(id)).toEqual([]);
  });

  it('asks for a code in place of one that was refused, and that is dealt with', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'processed', { activationCode: 'nonsense' });
    const problem = { type: '', title: '', status: 422, code: 'not_activation_code', detail: 'None.' } as const;
    order.inventory.codeAnswers = [{ outcome: 'refused', problem }];
    await settle(id, 1);
    expect(await todos(id)).toEqual(['qr_code_refused']);
    await settle(id);
    expect(requestsOf(id)).toHaveLength(1);
    expect(await todos(id)).toEqual([]);
  });

  it('tries on while inventory does not answer', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'processed');
    order.inventory.requestAnswers = ['no answer'];
    await expect(order.handleDue(id)).rejects.toThrow('inventory cannot be reached');
    await order.handleDue(id);
    expect(requestsOf(id)).toHaveLength(1);
  });
});

describe('a request that is impossible', () => {
  it.each(['no_contact', 'not_enabled'] as const)('because of %s is a to-do with the detail', async (obstacle) => {
    const id = await confirmedWithWish();
    const causeId = await carryOutWord(id, 'processed');
    order.inventory.requestAnswers = [impossible(obstacle)];
    await settle(id, 1);
    const detail = `The QR code of the eSIM could not be asked for: Because of ${obstacle}.`;
    expect((await read(id)).todos).toMatchObject([
      { code: 'qr_request_impossible', responsible: 'manager', causeId, detail, data: { obstacle } },
    ]);
  });

  it.each(['request_open', 'sim_ended', 'code_imported'] as const)(
    'because of %s leaves nothing to do',
    async (obstacle) => {
      const id = await confirmedWithWish();
      await carryOutWord(id, 'processed');
      order.inventory.requestAnswers = [impossible(obstacle)];
      await settle(id);
      expect(await todos(id)).toEqual([]);
      expect(await lastFact(id, 'qr_code_not_requested')).toMatchObject({ data: { obstacle } });
    },
  );

  it('is asked again a day later and leaves one fact for each answer, until it is possible', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'processed');
    order.inventory.requestAnswers = [impossible('no_contact'), impossible('no_contact'), impossible('not_enabled')];
    await order.handleDue(id);
    await told(id);
    const inHours = ((await dueAt(id))?.getTime() ?? 0) - Date.now();
    expect(Math.round(inHours / 3_600_000)).toBe(24);
    await order.handleDue(id);
    await order.handleDue(id);
    expect((await facts(id)).filter(({ kind }) => kind === 'qr_code_not_requested')).toHaveLength(2);
    await order.handleDue(id);
    expect(await todos(id)).toEqual([]);
    expect((await lastFact(id, 'qr_code_requested')).data).toHaveProperty('requestId');
    expect(await dueAt(id)).toBeUndefined();
  });

  it('is settled by a code that the provider sends later', async () => {
    const id = await confirmedWithWish();
    await carryOutWord(id, 'processed');
    order.inventory.requestAnswers = [impossible('no_contact')];
    await order.handleDue(id);
    await say('processed', id, { activationCode: CODE });
    await settle(id);
    expect(await todos(id)).toEqual([]);
    await told(id);
    expect(await dueAt(id)).toBeUndefined();
  });
});

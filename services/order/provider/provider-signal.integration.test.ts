import type { Fact } from '@simlane/contracts/http/order';
import type { ProviderSignal } from '@simlane/contracts/http/provider-signals';
import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());

const MINUTE_MS = 60_000;
const ICCID = '8988211000000530082';
const ACTIVATION_CODE = '1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815';

const word = (type: string, orderId: string, data: object = {}) => ({
  type: `order.${type}`,
  orderId,
  occurredAt: '2026-11-20T10:00:00Z',
  providerReference: 'REF-9',
  data,
});

const facts = async (orderId: string): Promise<Fact[]> =>
  (await order.call<{ items: Fact[] }>('GET', `/orders/${orderId}/timeline`)).body.items;

const judged = async (orderId: string) =>
  (await facts(orderId))
    .filter(({ source }) => source === 'provider')
    .map(({ kind, disposition }) => [kind, disposition]);

describe('a signal', () => {
  it('is stored and judged before it is answered, and shows what became of it', async () => {
    const { id } = await order.confirmedOrder();
    const { status, body } = await order.signal(word('acknowledged', id));
    expect([status, body.intake]).toEqual([202, 'accepted']);
    expect(await judged(id)).toEqual([['acknowledged', 'applied']]);
    const stored = await order.call<ProviderSignal>('GET', `/provider-signals/${body.receipt}`, {
      roles: ['administrator'],
    });
    expect(stored.body).toMatchObject({
      intake: 'accepted',
      orderId: id,
      disposition: 'applied',
      type: 'order.acknowledged',
    });
    const [fact] = (await facts(id)).filter(({ source }) => source === 'provider');
    expect([fact?.causeId, fact?.occurredAt]).toEqual([body.receipt, '2026-11-20T10:00:00.000Z']);
  });

  it('that comes ten times at once is one signal and one fact', async () => {
    const { id } = await order.confirmedOrder();
    const messageId = `msg_${uuidV7()}`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => order.signal(word('acknowledged', id), { messageId })),
    );
    expect(answers.map(({ body }) => body.intake).toSorted()).toEqual(['accepted', ...Array(9).fill('duplicate')]);
    expect(new Set(answers.map(({ body }) => body.receipt)).size).toBe(1);
    expect(await judged(id)).toEqual([['acknowledged', 'applied']]);
  });

  it('with the id of another message but another body is another signal', async () => {
    const { id } = await order.confirmedOrder();
    const messageId = `msg_${uuidV7()}`;
    await order.signal(word('acknowledged', id), { messageId });
    expect((await order.signal(word('processed', id), { messageId })).body.intake).toBe('accepted');
    expect(await judged(id)).toEqual([
      ['acknowledged', 'applied'],
      ['processed', 'applied'],
    ]);
  });

  it('keeps fields that we do not know, and ignores them', async () => {
    const { id } = await order.confirmedOrder();
    const { body } = await order.signal({ ...word('acknowledged', id, { carrier: 'x' }), extra: { deep: true } });
    expect(body.intake).toBe('accepted');
    const stored = await order.call<ProviderSignal>('GET', `/provider-signals/${body.receipt}`, {
      roles: ['operations'],
    });
    expect(stored.body.body).toMatchObject({ extra: { deep: true }, data: { carrier: 'x' } });
  });
});

describe('a signal that is refused changes nothing and tells nothing', () => {
  it.each([
    ['signed with another secret', () => ({ secret: order.secrets.otherProvider })],
    ['older than five minutes', () => ({ timestamp: new Date(Date.now() - 6 * MINUTE_MS) })],
    ['from more than five minutes ahead', () => ({ timestamp: new Date(Date.now() + 6 * MINUTE_MS) })],
    ["sent to another account's address", () => ({ accountId: order.otherAccountId })],
    ['sent to an address that nobody has', () => ({ providerId: uuidV7() })],
    ['sent to an address that is none', () => ({ providerId: 'x' })],
  ])('%s: 401', async (_name, options) => {
    const { id } = await order.confirmedOrder();
    const { status, body } = await order.signal(word('processed', id, { iccid: ICCID }), options());
    expect([status, (body as unknown as Problem).code]).toEqual([401, 'unauthenticated']);
    expect((body as unknown as Problem).detail).toBe('The signature or its time stamp is not right');
    expect(await judged(id)).toEqual([]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['another type', JSON.stringify(word('exploded', uuidV7()))],
    ['an order id that is none', JSON.stringify(word('processed', '42'))],
    ['no time', JSON.stringify({ type: 'order.processed', orderId: uuidV7() })],
    [
      'a time beyond the year 9999',
      JSON.stringify({ ...word('processed', uuidV7()), occurredAt: '9999-12-31T23:59:59-23:59' }),
    ],
    ['full of U+0000', JSON.stringify(word('cancelled', uuidV7(), { reason: 'a\u0000b' }))],
    ['half a surrogate pair', JSON.stringify(word('cancelled', uuidV7(), { extra: '\ud800' }))],
    ['nested 7000 deep', `${'{"a":'.repeat(7000)}1${'}'.repeat(7000)}`],
  ])('a signed body that is %s: 400', async (_name, raw) => {
    const { status, body } = await order.signal({}, { raw });
    expect([status, (body as unknown as Problem).code]).toEqual([400, 'not_a_signal']);
  });

  it('whose body was changed after it was signed: 401', async () => {
    const { id } = await order.confirmedOrder();
    const answer = await order.app.public.inject({
      method: 'POST',
      url: `/orders/v1/provider-signals/${order.accountId}/${order.providerId}`,
      headers: {
        'webhook-id': 'm',
        'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
        'webhook-signature': 'v1,AAAA',
      },
      payload: JSON.stringify(word('processed', id)),
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe('a signal for an order that the provider does not have', () => {
  it.each([
    ['an order that there is not', async () => ({ orderId: uuidV7(), options: {} })],
    [
      "another provider's order",
      async () => ({
        orderId: (await order.confirmedOrder()).id,
        options: { providerId: order.otherProviderId, secret: order.secrets.otherProvider },
      }),
    ],
    ['a draft', async () => ({ orderId: (await order.completeDraft()).id, options: {} })],
    [
      "another account's order",
      async () => ({
        orderId: (await order.confirmedOrder()).id,
        options: { accountId: order.otherAccountId, secret: order.secrets.otherAccount },
      }),
    ],
  ])('(%s) is kept and answered alike', async (_name, arrange) => {
    const { orderId, options } = await arrange();
    const { status, body } = await order.signal(word('processed', orderId), options);
    expect([status, body.intake]).toEqual([202, 'unknown_order']);
    const repeated = await order.signal(word('processed', orderId), { ...options, messageId: 'repeat' });
    expect(repeated.body.intake).toBe('unknown_order');
  });

  it('can be replayed once its order is there: a new receipt and a new fact, once per key', async () => {
    const draft = await order.completeDraft();
    const early = await order.signal(word('acknowledged', draft.id, { activationCode: ACTIVATION_CODE }));
    expect(early.body.intake).toBe('unknown_order');
    await order.call('POST', `/orders/${draft.id}/confirmation`, { body: {} });
    const replay = {
      roles: ['operations' as const],
      key: uuidV7(),
      body: { reason: 'it was early' },
    };
    const path = `/provider-signals/${early.body.receipt}/replay`;
    const first = await order.call<{ receipt: string; intake: string }>('POST', path, replay);
    const second = await order.call<{ receipt: string; intake: string }>('POST', path, replay);
    expect([first.status, first.body.intake]).toEqual([202, 'accepted']);
    expect(second.body).toEqual(first.body);
    expect(first.body.receipt).not.toBe(early.body.receipt);
    expect(await judged(draft.id)).toEqual([['acknowledged', 'applied']]);
  });
});

describe('an activation code in a signal', () => {
  it('is not kept where no provider should put it: in a reason, in fields of other names', async () => {
    const { id } = await order.confirmedOrder();
    const data = { reason: `install LPA:${ACTIVATION_CODE}`, lpa: ACTIVATION_CODE, deep: [{ activation_code: 'x' }] };
    await order.signal({ ...word('cancelled', id, data), note: ACTIVATION_CODE });
    const { rows } = await sql<{ kept: string }>`
      select body::text || coalesce((select reason from fact where fact.id = fact_id), '') as kept
      from provider_signal where order_id = ${id}`.execute(order.database.adminDb);
    expect(rows[0]?.kept).toContain('install');
    expect(rows[0]?.kept).not.toContain('04386');
    expect(rows[0]?.kept).not.toContain('"x"');
  });

  it('is sealed at intake: it stands nowhere in the database, and opens with the key', async () => {
    const { id } = await order.confirmedOrder();
    await order.signal(word('processed', id, { iccid: ICCID, activationCode: ACTIVATION_CODE }));
    const { rows } = await sql<{ dump: string }>`
      select jsonb_agg(t)::text as dump from (select to_jsonb(s) as t from provider_signal s union all select to_jsonb(f) from fact f union all select to_jsonb(o) from "order" o) x
    `.execute(order.database.adminDb);
    expect(rows[0]?.dump).toContain(id);
    expect(rows[0]?.dump).not.toContain('04386-AGYFT');
    const sealed = await sql<{ id: string; sealed: string }>`
      select id, activation_code_sealed as sealed from fact where order_id = ${id} and activation_code_sealed is not null
    `.execute(order.database.adminDb);
    const [row] = sealed.rows;
    expect(order.sealer.openText(row?.sealed ?? '', [order.accountId, row?.id ?? '', 'activation-code'])).toBe(
      ACTIVATION_CODE,
    );
  });
});

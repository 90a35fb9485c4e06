import type { Order } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { article } from '../outside-world.fixture.ts';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.inventory.availability = {};
  order.inventory.reservations = [];
  order.inventory.entered = {};
  order.catalog.articles = [article(order.providerId)];
});

const draftBody = () => ({ action: 'switch_to_esim', lineId: uuidV7() });

describe('a draft', () => {
  it('has the only compatible eSIM chosen already, a number, and who orders', async () => {
    const { status, body } = await order.call('POST', '/orders', { key: uuidV7(), body: draftBody() });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'draft',
      quantity: 1,
      article: { id: order.catalog.articles[0]?.id },
      orderedBy: { id: 'user-1', name: 'Mary Manager', email: 'mary@example.com', language: 'en' },
    });
    expect(body.orderNumber).toMatch(/^ORD-20\d\d-\d{6}$/);
  });

  it('has nothing chosen where there are several, and takes one of them', async () => {
    order.catalog.articles = [article(order.providerId), article(order.providerId)];
    const { body: draft } = await order.call('POST', '/orders', { key: uuidV7(), body: draftBody() });
    expect(draft.article).toBeNull();
    expect(draft.compatibleArticles).toHaveLength(2);
    const [, second] = order.catalog.articles;
    const edit = { article: { packId: second?.packId, articleId: second?.id, quantity: 1 } };
    const { status, body } = await order.call('PATCH', `/orders/${draft.id}`, { body: edit });
    expect([status, body.article?.id]).toEqual([200, second?.id]);
  });

  it('is made once per Idempotency-Key, and another body under the key is refused', async () => {
    const key = uuidV7();
    const body = draftBody();
    const answers = await Promise.all([1, 2, 3].map(() => order.call('POST', '/orders', { key, body })));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    const other = await order.call<Problem>('POST', '/orders', { key, body: draftBody() });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await order.call('POST', '/orders', { key, body, sub: 'user-2' });
    expect(elsewhere.body.id).not.toBe(answers[0]?.body.id);
  });

  it('needs an Idempotency-Key', async () => {
    const { status, body } = await order.call<Problem>('POST', '/orders', { body: draftBody() });
    expect([status, body.code]).toEqual([400, 'idempotency_key_missing']);
  });

  it('refuses an article of another provider, naming the field', async () => {
    const { id } = await order.draft();
    const foreign = article(uuidV7());
    const edit = { article: { packId: foreign.packId, articleId: foreign.id } };
    const { status, body } = await order.call<Problem>('PATCH', `/orders/${id}`, { body: edit });
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'article_not_compatible', '/article']);
  });

  it('refuses a quantity other than 1, naming the field', async () => {
    const { id } = await order.draft();
    const edit = { article: { packId: uuidV7(), articleId: uuidV7(), quantity: 2 } };
    const { status, body } = await order.call<Problem>('PATCH', `/orders/${id}`, { body: edit });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors).toEqual([{ pointer: '/article/quantity', detail: 'Must be one of 1' }]);
  });

  it('refuses an unknown field by its name', async () => {
    const { id } = await order.draft();
    const { status, body } = await order.call<Problem>('PATCH', `/orders/${id}`, { body: { refrence: 'typo' } });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/refrence']);
  });

  it('answers each unmet condition by name where the action is not available', async () => {
    const condition = {
      code: 'esim_in_catalog',
      state: 'not_met',
      detail: 'No eSIM.',
      fix: 'Add one.',
      whoCanFix: 'administrator',
    };
    order.inventory.availability = { display: 'blocked', conditions: [condition as never] };
    const { status, body } = await order.call<Problem>('POST', '/orders', { key: uuidV7(), body: draftBody() });
    expect([status, body.code, body.fix]).toEqual([422, 'action_not_available', 'Add one.']);
    expect(body.conditions).toEqual([condition]);
  });

  it('answers 409 and names the blocking order where only a change in flight is in the way', async () => {
    const blocking = await order.confirmedOrder();
    const condition = {
      code: 'no_change_in_flight',
      state: 'not_met',
      detail: 'A change is in flight.',
      fix: 'Wait for it.',
      whoCanFix: 'nobody',
      blockingOrder: { id: blocking.id },
    };
    order.inventory.availability = { display: 'blocked', conditions: [condition as never] };
    const { status, body } = await order.call<Problem>('POST', '/orders', { key: uuidV7(), body: draftBody() });
    expect([status, body.code]).toEqual([409, 'change_in_flight']);
    expect(body.blockingOrder).toEqual({ id: blocking.id, orderNumber: blocking.orderNumber });
  });

  it('answers 503 where a condition could not be learnt', async () => {
    const condition = { code: 'esim_in_catalog', state: 'unknown', detail: 'Not known.', fix: null, whoCanFix: null };
    order.inventory.availability = { display: 'blocked', conditions: [condition as never] };
    const { status, body, headers } = await order.call<Problem>('POST', '/orders', {
      key: uuidV7(),
      body: draftBody(),
    });
    expect([status, body.code]).toEqual([503, 'dependency_unavailable']);
    expect(headers['retry-after']).toBeDefined();
  });

  it('expires when nobody touches it, and then cannot be changed or confirmed', async () => {
    const { id } = await order.completeDraft();
    await setExpiry(id, new Date(Date.now() - 1000));
    for (const [method, path, body] of [
      ['PATCH', '', { comment: 'late' }],
      ['POST', '/confirmation', {}],
    ] as const) {
      const answer = await order.call<Problem>(method, `/orders/${id}${path}`, { body });
      expect([answer.status, answer.body.code]).toEqual([409, 'draft_expired']);
    }
    await order.handleDue(id);
    const { body } = await order.call('GET', `/orders/${id}`);
    expect([body.status, body.closed]).toEqual(['expired', true]);
    expect(await kinds(id)).toEqual(['draft_created', 'draft_expired']);
  });
});

describe('a confirmation', () => {
  it('reserves, confirms, and makes the order due', async () => {
    const { id } = await order.completeDraft();
    const { status, body } = await order.call('POST', `/orders/${id}/confirmation`, { body: {} });
    expect([status, body.status]).toEqual([200, 'confirmed']);
    expect(await kinds(id)).toEqual(['draft_created', 'confirmation_requested', 'confirmed']);
    await order.handleDue(id);
    expect(order.workflow.wakes.filter(({ orderId }) => orderId === id)).toEqual([
      { orderId: id, facts: [], again: false },
    ]);
  });

  it('gets the same answer when it is repeated, also many times at once, and reserves for one attempt only', async () => {
    const { id } = await order.completeDraft();
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => order.call('POST', `/orders/${id}/confirmation`, { body: {} })),
    );
    const again = await order.call('POST', `/orders/${id}/confirmation`, { body: {} });
    expect([...answers, again].map(({ status, body }) => [status, body.status])).toEqual(
      Array.from({ length: 6 }, () => [200, 'confirmed']),
    );
    const attempts = order.inventory.reserved.filter(({ orderId }) => orderId === id).map(({ attempt }) => attempt);
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect((await kinds(id)).filter((kind) => kind === 'confirmed')).toHaveLength(1);
  });

  it('names what is missing in the draft', async () => {
    order.catalog.articles = [article(order.providerId), article(order.providerId)];
    const { id } = await order.draft();
    const { status, body } = await order.call<Problem>('POST', `/orders/${id}/confirmation`, { body: {} });
    expect([status, body.code]).toEqual([422, 'draft_incomplete']);
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/article', '/deliveryContact', '/reason']);
  });

  it('that inventory refuses makes it a draft again, tells why, and can be tried anew', async () => {
    const { id } = await order.completeDraft();
    const problem = {
      type: 'urn:simlane:problem:warnings_not_accepted',
      title: 't',
      status: 422,
      code: 'warnings_not_accepted' as const,
      detail: 'A warning.',
      warnings: [{ code: 'device_not_esim_capable', detail: 'No eSIM.' }],
    };
    order.inventory.reservations = [{ outcome: 'refused', problem }];
    const refused = await order.call<Problem>('POST', `/orders/${id}/confirmation`, { body: {} });
    expect([refused.status, refused.body.code]).toEqual([422, 'warnings_not_accepted']);
    expect(refused.body.warnings).toEqual(problem.warnings);
    expect((await order.call('GET', `/orders/${id}`)).body.status).toBe('draft');

    const body = { acceptWarnings: ['device_not_esim_capable'] };
    const accepted = await order.call('POST', `/orders/${id}/confirmation`, { body });
    expect(accepted.body.status).toBe('confirmed');
    const attempts = order.inventory.reserved.filter(({ orderId }) => orderId === id);
    expect(attempts.map(({ attempt, acceptWarnings }) => [attempt, acceptWarnings])).toEqual([
      [1, []],
      [2, ['device_not_esim_capable']],
    ]);
  });

  it('whose outcome is unknown answers 503 and is finished without the caller', async () => {
    const { id } = await order.completeDraft();
    order.inventory.reservations = ['done, but no answer'];
    const unknown = await order.call<Problem>('POST', `/orders/${id}/confirmation`, { body: {} });
    expect([unknown.status, unknown.body.code]).toEqual([503, 'outcome_unknown']);
    expect(unknown.headers['retry-after']).toBeDefined();
    expect((await order.call('GET', `/orders/${id}`)).body.status).toBe('confirming');
    await order.handleDue(id);
    expect((await order.call('GET', `/orders/${id}`)).body.status).toBe('confirmed');
    expect(order.inventory.reserved.filter(({ orderId }) => orderId === id).map(({ attempt }) => attempt)).toEqual([
      1, 1,
    ]);
  });

  it('is no longer a draft to be changed', async () => {
    const { id } = await order.confirmedOrder();
    const { status, body } = await order.call<Problem>('PATCH', `/orders/${id}`, { body: { comment: 'late' } });
    expect([status, body.code]).toEqual([409, 'order_state']);
    expect(body.detail).toContain('confirmed');
  });
});

describe('who may do what', () => {
  it('lets a viewer read and change nothing', async () => {
    const { id } = await order.completeDraft();
    expect((await order.call('GET', `/orders/${id}`, { roles: ['viewer'] })).status).toBe(200);
    const refused = await order.call<Problem>('POST', `/orders/${id}/confirmation`, { roles: ['viewer'], body: {} });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('answers 404 for the ids of another account, in every route', async () => {
    const { id } = await order.completeDraft();
    const foreign = { accountId: order.otherAccountId };
    const answers = await Promise.all([
      order.call('GET', `/orders/${id}`, foreign),
      order.call('PATCH', `/orders/${id}`, { ...foreign, body: { comment: 'mine' } }),
      order.call('POST', `/orders/${id}/confirmation`, { ...foreign, body: {} }),
      order.call('PUT', `/orders/${id}/iccid`, { ...foreign, body: { iccid: '8988211000000530082' } }),
      order.call('GET', `/orders/${id}/timeline`, foreign),
      order.callInternal('GET', `/orders/${id}/claim`, foreign),
      order.callInternal('PUT', `/orders/${id}/submission`, foreign),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect((await order.call('GET', `/orders/${id}`)).body.comment).toBeNull();
    const { body } = await order.call<{ items: Order[] }>('GET', '/orders', foreign);
    expect(body.items).toEqual([]);
  });
});

describe('the list of orders', () => {
  it('pages without loss or repetition while orders are added', async () => {
    const made = [await order.draft(), await order.draft(), await order.draft(), await order.draft()];
    const first = await page('/orders?limit=2');
    await order.draft();
    const second = await page(`/orders?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
  });

  it('refuses a cursor that it did not give out', async () => {
    const { status, body } = await order.call<Problem>('GET', '/orders?cursor=made-up');
    expect([status, body.code]).toEqual([400, 'invalid_cursor']);
  });

  it('finds an order by the beginning of its number, and takes wildcards as characters', async () => {
    const made = await order.draft();
    expect((await page(`/orders?q=${made.orderNumber}`)).items.map(({ id }) => id)).toEqual([made.id]);
    expect((await page('/orders?q=%25')).items).toEqual([]);
  });
});

const page = async (url: string) => (await order.call<{ items: Order[]; nextCursor: string | null }>('GET', url)).body;

const kinds = async (id: string): Promise<string[]> => {
  const { body } = await order.call<{ items: { kind: string }[] }>('GET', `/orders/${id}/timeline`);
  return body.items.map(({ kind }) => kind);
};

const setExpiry = (id: string, expiresAt: Date) =>
  sql`update "order" set expires_at = ${expiresAt} where id = ${id}`.execute(order.database.adminDb);

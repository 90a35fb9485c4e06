import type { Order } from '@simlane/contracts/http/order';
import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork, newSim, NO_ISSUE } from '../order-at-work.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.provider.answers = [];
});

const ICCID = '8988211000000530082';
const OTHER_ICCID = '8965030119110000013';
const { say, claim, submit, carryOut, read, facts, lastFact, dueAt, ...at } = atWork(() => order);

const processedOrder = async (data: object = { iccid: ICCID }, issue: object = NO_ISSUE): Promise<Order> =>
  read(await at.processedOrder(data, issue));

describe('the submission', () => {
  it('sends the order once under its own key, however often it is asked for', async () => {
    const { id } = await order.confirmedOrder();
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    const sent = order.provider.submitted.filter((submission) => submission.order.orderId === id);
    expect(sent.map(({ key, credential }) => [key, credential])).toEqual([
      [`sim-replacement/${id}:submit`, 'credential-of-the-provider'],
    ]);
    expect(sent[0]?.order).toMatchObject({
      action: 'switch_to_esim',
      msisdn: '+447700900123',
      customerNumber: 'C-1',
      supplierArticleCode: 'ESIM-1',
    });
    expect((await read(id)).submittedAt).not.toBeNull();
    expect((await facts(id)).filter(({ kind }) => kind === 'submitted')).toHaveLength(1);
  });

  it('of which nobody knows whether it arrived is repeated under the same key and leaves the order waiting', async () => {
    const { id } = await order.confirmedOrder();
    order.provider.answers = ['no answer'];
    const unknown = await order.callInternal<Problem>('PUT', `/orders/${id}/submission`);
    expect([unknown.status, unknown.body.code]).toEqual([503, 'dependency_unavailable']);
    expect((await read(id)).status).toBe('confirmed');
    await submit(id);
    const keys = order.provider.submitted.filter((submission) => submission.order.orderId === id).map(({ key }) => key);
    expect(new Set(keys)).toEqual(new Set([`sim-replacement/${id}:submit`]));
  });

  it('is settled by any signal for the order: nothing is sent any more', async () => {
    const { id } = await order.confirmedOrder();
    await say('acknowledged', id);
    expect((await submit(id)).body).toMatchObject({ outcome: 'accepted' });
    expect(order.provider.submitted.filter((submission) => submission.order.orderId === id)).toEqual([]);
  });

  it('that the provider refuses is a rejected order, with its words, once', async () => {
    const { id } = await order.confirmedOrder();
    order.provider.answers = [{ outcome: 'rejected', detail: 'No such customer.' }];
    const first = await submit(id);
    expect(first.body).toMatchObject({ outcome: 'rejected', fact: { kind: 'rejected' } });
    expect((await submit(id)).body).toEqual(first.body);
    await carryOut(id, first.body.fact?.factId ?? '');
    expect(await read(id)).toMatchObject({
      status: 'cancelled',
      endReason: 'rejected',
      endDetail: 'No such customer.',
    });
  });
});

describe('carrying out', () => {
  it('moves the status when inventory has done it, and records each effect once', async () => {
    const { id } = await order.confirmedOrder();
    await submit(id);
    await say('acknowledged', id);
    expect((await read(id)).status).toBe('confirmed');
    const { pending } = await claim(id);
    expect(pending.map(({ kind }) => kind)).toEqual(['acknowledged']);
    const [{ factId } = { factId: '' }] = pending;
    expect((await carryOut(id, factId)).body.status).toBe('in_progress');
    expect((await carryOut(id, factId)).body.status).toBe('in_progress');
    expect((await claim(id)).pending).toEqual([]);
    expect((await facts(id)).filter(({ kind }) => kind === 'temporary_esim_created')).toHaveLength(1);
  });

  it('refuses a fact that is not there, of another order, or not applied', async () => {
    const one = await order.confirmedOrder();
    const other = await order.confirmedOrder();
    await say('acknowledged', one.id);
    await say('acknowledged', one.id);
    const [applied, duplicate] = (await facts(one.id)).filter(({ kind }) => kind === 'acknowledged');
    for (const [orderId, factId] of [
      [one.id, uuidV7()],
      [other.id, applied?.id],
      [one.id, duplicate?.id],
    ]) {
      const got = await order.callInternal<Problem>('GET', `/orders/${orderId}/facts/${factId}`);
      expect([got.status, got.body.code]).toEqual([409, 'fact_not_applied']);
      const done = await carryOut(orderId ?? '', factId ?? '');
      expect(done.status).toBe(409);
    }
    expect((await read(other.id)).status).toBe('confirmed');
  });

  it('of words in a wrong order never moves the status backwards', async () => {
    const { id } = await processedOrder();
    expect((await say('acknowledged', id)).status).toBe(202);
    expect((await lastFact(id, 'acknowledged')).disposition).toBe('stale');
    expect((await read(id)).status).toBe('processed');
    await expect(
      sql`update "order" set status = 'in_progress' where id = ${id}`.execute(order.database.adminDb),
    ).rejects.toThrow('cannot become');
  });
});

describe('a word after the end', () => {
  it('that contradicts it is a conflict: no effect, and a to-do for operations', async () => {
    const { id } = await processedOrder();
    await say('cancelled', id, { reason: 'Too late.' });
    expect(await read(id)).toMatchObject({
      status: 'processed',
      needsAttention: true,
      closed: false,
      todos: [{ code: 'conflict', responsible: 'operations' }],
    });
    expect((await claim(id)).pending).toEqual([]);
  });

  it('that brings another ICCID than the provider said before is a conflict', async () => {
    const { id } = await processedOrder();
    await say('processed', id, { iccid: OTHER_ICCID });
    expect((await lastFact(id, 'processed')).disposition).toBe('conflict');
  });

  it('that falls back to an ICCID which a later word has replaced is a conflict, too', async () => {
    const id = await at.inProgressOrder({ iccid: ICCID });
    await say('processed', id, { iccid: OTHER_ICCID });
    await say('processed', id, { iccid: ICCID });
    expect((await lastFact(id, 'processed')).disposition).toBe('conflict');
  });

  it('that repeats it with a padded ICCID is a duplicate and nothing more', async () => {
    const { id } = await processedOrder();
    await say('processed', id, { iccid: `${ICCID}F` });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    expect((await read(id)).todos).toEqual([]);
  });

  it('that brings the missing ICCID fills it in, and the to-do is done', async () => {
    const missing = {
      newSim: newSim(),
      iccidIssue: { code: 'iccid_missing', reason: 'none_given', otherSimId: null },
    };
    const { id, todos } = await processedOrder({}, missing);
    expect(todos.map(({ code }) => code)).toEqual(['iccid_missing']);
    await say('processed', id, { iccid: ICCID });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    await order.handleDue(id);
    expect(order.inventory.filledIn.at(-1)).toMatchObject({ iccid: ICCID });
    expect((await read(id)).todos).toEqual([]);
    await order.handleDue(id);
    expect((await facts(id)).filter(({ kind }) => kind === 'identifiers_filled_in')).toHaveLength(1);
  });
});

describe('an ICCID that the provider says late', () => {
  const missing = (reason: string) => ({
    newSim: newSim(),
    iccidIssue: { code: 'iccid_missing', reason, otherSimId: null },
  });

  it('is filled in although a stale word has brought it before', async () => {
    const { id } = await processedOrder({}, missing('none_given'));
    await say('acknowledged', id, { iccid: ICCID });
    await say('processed', id, { iccid: ICCID });
    await order.handleDue(id);
    expect(order.inventory.filledIn.at(-1)).toMatchObject({ iccid: ICCID });
    expect((await read(id)).todos).toEqual([]);
  });

  it('is filled in where the one said before could not be used, and is no conflict', async () => {
    const { id } = await processedOrder({ iccid: ICCID }, missing('in_use'));
    await say('processed', id, { iccid: OTHER_ICCID });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    await order.handleDue(id);
    expect(order.inventory.filledIn.at(-1)).toMatchObject({ iccid: OTHER_ICCID });
    expect((await read(id)).todos).toEqual([]);
  });
});

it('keeps each conflict as a to-do of its own', async () => {
  const { id } = await processedOrder();
  await say('cancelled', id);
  await say('processed', id, { iccid: OTHER_ICCID });
  const { todos } = await read(id);
  expect(todos.map(({ code, data }) => [code, data.word])).toEqual([
    ['conflict', 'cancelled'],
    ['conflict', 'processed'],
  ]);
});

describe('an ICCID entered by a manager', () => {
  it('is refused before there is an eSIM', async () => {
    const { id } = await order.confirmedOrder();
    const { status, body } = await order.call<Problem>('PUT', `/orders/${id}/iccid`, { body: { iccid: ICCID } });
    expect([status, body.code]).toEqual([409, 'order_state']);
  });

  it('settles the to-do, and stands on the timeline with who did it', async () => {
    const missing = {
      newSim: newSim(),
      iccidIssue: { code: 'iccid_missing', reason: 'none_given', otherSimId: null },
    };
    const { id } = await processedOrder({}, missing);
    const { status, body } = await order.call('PUT', `/orders/${id}/iccid`, { body: { iccid: ICCID } });
    expect([status, body.todos]).toEqual([200, []]);
    expect(await lastFact(id, 'iccid_entered')).toMatchObject({ source: 'user', actorId: 'user-1' });
  });
});

describe('what is owed', () => {
  it('is nothing once the manager has been told of the end', async () => {
    const { id } = await processedOrder();
    expect(await dueAt(id)).toBeDefined();
    const told = { body: { messageId: uuidV7() } };
    await order.callInternal('PUT', `/orders/${id}/manager-told`, told);
    await order.callInternal('PUT', `/orders/${id}/manager-told`, told);
    expect(await dueAt(id)).toBeUndefined();
    expect((await facts(id)).filter(({ kind }) => kind === 'manager_told')).toHaveLength(1);
    expect((await read(id)).closed).toBe(true);
  });

  it('is the workflow, which hears of each applied word that is not carried out', async () => {
    const { id } = await order.confirmedOrder();
    await submit(id);
    await say('acknowledged', id);
    await say('processed', id, { iccid: ICCID });
    await order.handleDue(id);
    const wake = order.workflow.wakes.findLast(({ orderId }) => orderId === id);
    expect(wake?.facts.map(({ kind }) => kind)).toEqual(['acknowledged', 'processed']);
  });

  it('is nothing at once when the last word has been carried out: the order is looked at daily', async () => {
    const { id } = await order.confirmedOrder();
    await submit(id);
    await say('acknowledged', id);
    expect((await dueAt(id))?.getTime()).toBeLessThanOrEqual(Date.now());
    await carryOut(id, (await lastFact(id, 'acknowledged')).id);
    const inAnHour = Date.now() + 60 * 60 * 1000;
    expect((await dueAt(id))?.getTime()).toBeGreaterThan(inAnHour);
  });

  it('is set for every unfinished order', async () => {
    const { rows } = await sql<{ id: string }>`
      select id from "order" o where status in ('draft', 'confirming', 'confirmed', 'in_progress')
        and not exists (select from due where due.id = o.id)`.execute(order.database.adminDb);
    expect(rows).toEqual([]);
  });
});

describe('the internal routes', () => {
  it('are for the worker alone, and not for a token of a person', async () => {
    const { id } = await order.confirmedOrder();
    expect((await order.callInternal('GET', `/orders/${id}/claim`, { service: 'inventory' })).status).toBe(403);
    const token = await order.issuer.userToken({ accountId: order.accountId, roles: ['administrator'] });
    const answer = await order.app.internal.inject({
      url: `/internal/orders/${id}/claim`,
      headers: { authorization: `Bearer ${token}`, 'simlane-account': order.accountId },
    });
    expect(answer.statusCode).toBe(401);
  });
});

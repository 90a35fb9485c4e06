import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { atWork } from '../order-at-work.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp();
});
afterAll(() => order.stop());
beforeEach(() => {
  order.inventory.codeAnswers = [];
});

const CODE = '1$RSP.SANDBOX.EXAMPLE$AAAA-BBBB-CCCC';
const OTHER_CODE = '1$RSP.SANDBOX.EXAMPLE$DDDD-EEEE-FFFF';
const REFUSED = {
  outcome: 'refused',
  problem: {
    type: 'urn:simlane:problem:activation_code_in_use',
    title: 'Another SIM in use has this activation code',
    status: 422,
    code: 'activation_code_in_use',
    detail: `SIM-Temp-000007 carries ${CODE}`,
  },
} as const;

const { say, submit, carryOut, read, facts, lastFact, dueAt, todos, ...at } = atWork(() => order);
const codesOf = (orderId: string) => order.inventory.codes.filter((code) => code.orderId === orderId);
const passedOn = async (orderId: string) =>
  (await facts(orderId)).filter(({ kind }) => kind === 'activation_code_passed_on');

/** Everything that is owed and can be done by the due loop alone. */
const settle = async (orderId: string, times = 4): Promise<void> => {
  for (let time = 0; time < times; time += 1) await order.handleDue(orderId);
};

describe('an activation code that comes with a word', () => {
  it('is passed on once its word is carried out, for whoever confirmed the order', async () => {
    const { id } = await order.confirmedOrder();
    await submit(id);
    await say('processed', id, { activationCode: CODE });
    await settle(id);
    expect(codesOf(id)).toEqual([]);
    const said = await lastFact(id, 'processed');
    await carryOut(id, said.id);
    expect((await dueAt(id))?.getTime()).toBeLessThanOrEqual(Date.now());
    await settle(id);
    expect(codesOf(id)).toEqual([
      {
        orderId: id,
        factId: said.id,
        occurredAt: new Date('2026-11-20T10:00:00Z'),
        activationCode: CODE,
        orderedBy: { id: 'user-1', name: 'Mary Manager', email: 'mary@example.com', language: 'en' },
      },
    ]);
    expect(await passedOn(id)).toMatchObject([{ causeId: said.id, data: { outcome: 'imported' } }]);
    expect(await todos(id)).toEqual([]);
  });

  it('is handed over with an acknowledgement too, and the same code is not handed over again', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    await settle(id);
    await say('processed', id, { activationCode: `LPA:${CODE.toLowerCase()}` });
    await carryOut(id, (await lastFact(id, 'processed')).id);
    await settle(id);
    expect(codesOf(id).map(({ activationCode }) => activationCode)).toEqual([CODE]);
    expect(await todos(id)).toEqual([]);
  });

  it('that another one has replaced is followed by the other one', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    await settle(id);
    await say('processed', id, { activationCode: OTHER_CODE });
    await carryOut(id, (await lastFact(id, 'processed')).id);
    await settle(id);
    expect(codesOf(id).map(({ activationCode }) => activationCode)).toEqual([CODE, OTHER_CODE]);
  });

  it('late, by a word that fills it in, goes the way of identifiers, and then to inventory', async () => {
    const id = await at.processedOrder({});
    await say('processed', id, { activationCode: CODE });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    await settle(id);
    expect(codesOf(id)).toMatchObject([{ activationCode: CODE, factId: (await lastFact(id, 'processed')).id }]);
    expect((await facts(id)).slice(-2).map(({ kind }) => kind)).toEqual([
      'identifiers_filled_in',
      'activation_code_passed_on',
    ]);
  });

  it('is in no order, timeline, or row in the clear', async () => {
    const id = await at.processedOrder({ activationCode: CODE });
    order.inventory.codeAnswers = [REFUSED];
    await settle(id);
    expect(JSON.stringify([await read(id), await facts(id)])).not.toContain('AAAA-BBBB');
    const { rows } = await sql<{ text: string }>`
      select row_to_json(f)::text as text from fact f where order_id = ${id}
      union all select row_to_json(o)::text from "order" o where id = ${id}
      union all select row_to_json(s)::text from provider_signal s where order_id = ${id}`.execute(
      order.database.adminDb,
    );
    expect(rows.map(({ text }) => text).join()).not.toContain('AAAA-BBBB');
  });

  it('is the same one however it is written: a word that repeats it is no conflict', async () => {
    const id = await at.processedOrder({ activationCode: CODE });
    await settle(id);
    await say('processed', id, { activationCode: `lpa:${CODE.toLowerCase()}$` });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    await settle(id);
    expect(codesOf(id)).toHaveLength(1);
  });

  it('is not handed over for a stale or a conflicting word', async () => {
    const id = await at.processedOrder({ activationCode: CODE });
    await settle(id);
    await say('acknowledged', id, { activationCode: OTHER_CODE });
    await say('processed', id, { activationCode: OTHER_CODE });
    expect((await lastFact(id, 'processed')).disposition).toBe('conflict');
    await settle(id);
    expect(codesOf(id)).toHaveLength(1);
  });

  it('of an order that is cancelled before is not handed over', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    await say('cancelled', id);
    await carryOut(id, (await lastFact(id, 'cancelled')).id);
    await settle(id);
    expect(codesOf(id)).toEqual([]);
  });

  it('cannot be handed over while inventory does not answer, is tried on, and stops nothing', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    order.inventory.codeAnswers = ['no answer'];
    await expect(order.handleDue(id)).rejects.toThrow('inventory cannot be reached');
    expect(await passedOn(id)).toEqual([]);
    await say('processed', id, {});
    await order.handleDue(id);
    expect(order.workflow.wakes.at(-1)).toMatchObject({ orderId: id, facts: [{ kind: 'processed' }] });
    await carryOut(id, (await lastFact(id, 'processed')).id);
    await settle(id);
    expect(codesOf(id)).toHaveLength(1);
  });
});

describe('an activation code that inventory refuses', () => {
  it('is a to-do for the manager with the reason and without the code; the replacement goes on', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    order.inventory.codeAnswers = [REFUSED];
    await settle(id);
    const [todo] = (await read(id)).todos;
    expect(todo).toMatchObject({
      code: 'qr_code_refused',
      responsible: 'manager',
      causeId: (await lastFact(id, 'acknowledged')).id,
      detail: 'The activation code that the provider sent could not be taken: SIM-Temp-000007 carries [redacted]',
      data: { problem: 'activation_code_in_use' },
    });
    expect(await passedOn(id)).toMatchObject([{ data: { outcome: 'refused', problem: 'activation_code_in_use' } }]);
    await say('processed', id);
    await carryOut(id, (await lastFact(id, 'processed')).id);
    expect((await read(id)).status).toBe('processed');
  });

  it('is settled by another one that is taken, which is no conflict', async () => {
    const id = await at.processedOrder({ activationCode: CODE });
    order.inventory.codeAnswers = [REFUSED];
    await settle(id);
    await say('processed', id, { activationCode: OTHER_CODE });
    expect((await lastFact(id, 'processed')).disposition).toBe('duplicate');
    await settle(id);
    expect(codesOf(id).map(({ activationCode }) => activationCode)).toEqual([CODE, OTHER_CODE]);
    expect(await todos(id)).toEqual([]);
  });

  it('is handed over again where it is said again, for what stood in its way may be gone', async () => {
    const id = await at.processedOrder({ activationCode: CODE });
    order.inventory.codeAnswers = [REFUSED];
    await settle(id);
    await say('processed', id, { activationCode: CODE });
    await settle(id);
    expect(codesOf(id)).toHaveLength(2);
    expect(await todos(id)).toEqual([]);
  });

  it('is no longer to be dealt with once the order is cancelled', async () => {
    const id = await at.inProgressOrder({ activationCode: CODE });
    order.inventory.codeAnswers = [REFUSED];
    await settle(id);
    await say('cancelled', id);
    await carryOut(id, (await lastFact(id, 'cancelled')).id);
    expect(await todos(id)).toEqual([]);
  });
});

it('the code of an adopted word goes to the order that adopts it, once', async () => {
  const former = await at.cancelledOrder();
  await say('processed', former, { activationCode: CODE });
  const conflict = await lastFact(former, 'processed');
  const decided = await at.decide(former, {
    decision: 'resolve_conflict',
    factId: conflict.id,
    resolution: 'adopt',
  });
  expect(decided.status).toBe(200);
  const adopting = String((await read(former)).todos[0]?.data.adoptingOrderId);
  await order.call('POST', `/orders/${adopting}/confirmation`, { body: {}, key: uuidV7() });
  const adopted = await lastFact(adopting, 'processed');
  await carryOut(adopting, adopted.id);
  await settle(adopting);
  await say('processed', former, { activationCode: CODE });
  await settle(adopting);
  await settle(former);
  expect(codesOf(former)).toEqual([]);
  expect(codesOf(adopting)).toMatchObject([{ factId: adopted.id, activationCode: CODE }]);
});

import { randomUUID } from 'node:crypto';
import { inAccount } from '@simlane/service-kit/postgres';
import { sqlState, violatedConstraint } from '@simlane/service-kit/postgres-errors';
import { checkSchema } from '@simlane/testing/schema-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Transaction } from '../database.ts';
import { addLine, type LineInFleet } from '../fleet.fixture.ts';
import { type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const accountId = randomUUID();
let line: LineInFleet;
beforeEach(async () => {
  line = await addLine(inventory.db, accountId);
});

const run = (work: (tx: Transaction) => Promise<unknown>) => inAccount(inventory.db, accountId, work);
/** What the database says to it: the name of a constraint, or an SQLSTATE. */
const refusalTo = async (work: (tx: Transaction) => Promise<unknown>): Promise<string | null> => {
  try {
    await run(work);
    return null;
  } catch (error) {
    return violatedConstraint(error) ?? sqlState(error) ?? String(error);
  }
};
const update = (table: 'line' | 'sim', id: string, set: string) => (tx: Transaction) =>
  sql`update ${sql.table(table)} set ${sql.raw(set)} where id = ${id}`.execute(tx);

const reservedOrder = async () => {
  const order = inventory.order(accountId);
  const answer = await order.reserve(line.lineId);
  expect(answer.body).toMatchObject({ outcome: 'reserved' });
  return order;
};

describe('the schema', () => {
  it('keeps accounts apart in every table, and lets the service only add to the timeline', async () => {
    const { adminDb, appRole } = inventory;
    expect(await checkSchema(adminDb, { appRole, appendOnly: { timeline: [] }, withoutAccount: ['due'] })).toEqual([]);
  });

  it('shows nothing, and takes nothing, while no account is set', async () => {
    for (const table of ['line', 'sim', 'sim_in_fleet', 'sim_replacement', 'timeline'] as const) {
      expect((await sql`select * from ${sql.table(table)}`.execute(inventory.db)).rows).toEqual([]);
    }
    const insert = sql`insert into employee (account_id, id, name, language)
      values (${accountId}, ${randomUUID()}, 'Nora', 'en')`.execute(inventory.db);
    await expect(insert).rejects.toThrow(/row-level security/);
  });
});

describe('a line and its SIM, attacked with SQL', () => {
  it('is one: a SIM cannot be on two lines, a line cannot have a SIM that does not serve', async () => {
    const other = await addLine(inventory.db, accountId);
    expect(await refusalTo(update('line', line.lineId, `sim_id = '${other.simId}'`))).toBe('line_sim');
    const stock = await addLine(inventory.db, accountId, { sim: { state: 'in_stock' }, line: { simId: null } });
    expect(await refusalTo(update('line', line.lineId, `sim_id = '${stock.simId}'`))).toBe('line_serving_sim');
    expect(await refusalTo(update('line', line.lineId, `sim_id = '${randomUUID()}'`))).toBe('line_serving_sim');
  });

  it('stays: the line cannot lose its SIM, and a SIM on a line cannot be discarded or deleted', async () => {
    expect(await refusalTo(update('line', line.lineId, 'sim_id = null'))).toBe('SL002');
    await run((tx) => sql`delete from sim_group where sim_id = ${line.simId}`.execute(tx));
    const discard = `state = 'discarded', discarded_at = now(), employee_id = null`;
    expect(await refusalTo(update('sim', line.simId, discard))).toBe('line_serving_sim');
    expect(await refusalTo((tx) => sql`delete from sim where id = ${line.simId}`.execute(tx))).toBe('line_serving_sim');
  });

  it('of another account cannot be pointed to', async () => {
    const foreign = await addLine(inventory.db, randomUUID());
    expect(await refusalTo(update('line', line.lineId, `sim_id = '${foreign.simId}'`))).toBe('line_serving_sim');
    expect(await refusalTo(update('line', line.lineId, `device_id = '${foreign.deviceId}'`))).toMatch(/^line_.*fkey$/);
  });
});

describe('a discarded SIM, attacked with SQL', () => {
  const discarded = async () => {
    const free = await addLine(inventory.db, accountId, { line: { simId: null } });
    const set = `state = 'discarded', discarded_at = now(), employee_id = null`;
    await run(async (tx) => {
      await sql`delete from sim_group where sim_id = ${free.simId}`.execute(tx);
      await update('sim', free.simId, set)(tx);
    });
    return free;
  };

  it('is final', async () => {
    const { simId } = await discarded();
    expect(await refusalTo(update('sim', simId, `state = 'active', discarded_at = null`))).toBe('SL003');
  });

  it('is on no employee, in no group, on no line and in no change', async () => {
    const { simId, employeeId, groupIds } = await discarded();
    expect(await refusalTo(update('sim', simId, `employee_id = '${employeeId}'`))).toBe('sim_discarded_is_free');
    expect(await refusalTo(update('sim', simId, `change_order_id = '${randomUUID()}'`))).toBe('sim_discarded_is_free');
    expect(
      await refusalTo((tx) =>
        sql`insert into sim_group (account_id, sim_id, group_id) values (${accountId}, ${simId}, ${groupIds[0]})`.execute(
          tx,
        ),
      ),
    ).toBe('sim_group_sim_in_use');
    expect(await refusalTo(update('line', line.lineId, `sim_id = '${simId}'`))).toBe('line_serving_sim');
  });

  it('cannot be made of a SIM that is in a group or with an employee', async () => {
    const free = await addLine(inventory.db, accountId, { line: { simId: null } });
    const set = `state = 'discarded', discarded_at = now()`;
    expect(await refusalTo(update('sim', free.simId, set))).toBe('sim_discarded_is_free');
    expect(await refusalTo(update('sim', free.simId, `${set}, employee_id = null`))).toBe('sim_group_sim_in_use');
  });

  it('gives its ICCID back: in use an ICCID is unique, and a new SIM can have that of a discarded one', async () => {
    const { iccid, simId } = await discarded();
    const other = await addLine(inventory.db, accountId);
    expect(await refusalTo(update('sim', other.simId, `iccid = '${line.iccid}'`))).toBe('sim_iccid_in_use');
    expect(await refusalTo(update('sim', other.simId, `iccid = '${iccid}'`))).toBeNull();
    expect(simId).not.toBe(other.simId);
  });
});

describe('a change in flight, attacked with SQL', () => {
  it('protects which SIM is on the line, its kind, state, provider and ICCID, and the line, SIM and device themselves', async () => {
    await reservedOrder();
    const other = await addLine(inventory.db, accountId, { line: { simId: null } });
    const attacks = [
      update('line', line.lineId, `sim_id = '${other.simId}'`),
      update('line', line.lineId, `provider_id = '${randomUUID()}'`),
      update('line', line.lineId, `change_order_id = '${randomUUID()}'`),
      update('sim', line.simId, `kind = 'esim'`),
      update('sim', line.simId, `state = 'suspended'`),
      update('sim', line.simId, `provider_id = '${randomUUID()}'`),
      update('sim', line.simId, `iccid = '8988211000000530082'`),
      update('sim', line.simId, `change_order_id = '${randomUUID()}'`),
      (tx: Transaction) => sql`delete from line where id = ${line.lineId}`.execute(tx),
      (tx: Transaction) => sql`delete from sim where id = ${line.simId}`.execute(tx),
      (tx: Transaction) => sql`delete from device where id = ${line.deviceId}`.execute(tx),
    ];
    for (const attack of attacks) expect(await refusalTo(attack)).toBe('SL001');
  });

  it('leaves free what it does not protect: slot, employee and groups', async () => {
    await reservedOrder();
    expect(await refusalTo(update('line', line.lineId, 'device_id = null, slot = null'))).toBeNull();
    expect(await refusalTo(update('sim', line.simId, 'employee_id = null'))).toBeNull();
    expect(await refusalTo((tx) => sql`delete from sim_group where sim_id = ${line.simId}`.execute(tx))).toBeNull();
  });

  it('is one for each line and SIM, and only of an order that is live', async () => {
    const order = await reservedOrder();
    const second = (tx: Transaction) =>
      sql`insert into sim_replacement
          (account_id, order_id, attempt, state, answer, action, activate, line_id, old_sim_id, provider_id)
        select account_id, ${randomUUID()}::uuid, 1, 'reserved', answer, action, activate, line_id, old_sim_id, provider_id
        from sim_replacement where order_id = ${order.id}`.execute(tx);
    expect(await refusalTo(second)).toBe('sim_replacement_one_per_line');
    const free = await addLine(inventory.db, accountId);
    expect(await refusalTo(update('line', free.lineId, `change_order_id = '${randomUUID()}'`))).toBe(
      'line_live_change',
    );
    expect(await refusalTo(update('line', free.lineId, `change_order_id = '${order.id}'`))).toBe('line_live_change');
  });

  it('cannot end on one side only: replacement, line and SIM end together or not at all', async () => {
    const order = await reservedOrder();
    const finish = (state: string) => (tx: Transaction) =>
      sql`update sim_replacement set state = ${state}, ended_at = now() where order_id = ${order.id}`.execute(tx);
    expect(await refusalTo(finish('rolled_back'))).toMatch(/^(line|sim)_live_change$/);
    expect(await refusalTo(update('line', line.lineId, 'change_order_id = null'))).toBe('sim_replacement_holds_line');
    expect(await refusalTo(update('sim', line.simId, 'change_order_id = null'))).toBe('sim_replacement_holds_sim');
  });

  it('never goes backwards', async () => {
    const order = await reservedOrder();
    await order.createTemporaryEsim();
    await order.rollBack();
    for (const state of ['reserved', 'started', 'committed', 'refused']) {
      const back = (tx: Transaction) =>
        sql`update sim_replacement set state = ${state} where order_id = ${order.id}`.execute(tx);
      expect(await refusalTo(back)).toBe('SL003');
    }
  });

  it('keeps the temporary eSIM: it has no group and no employee of its own, and does not go or outlive its order', async () => {
    const order = await reservedOrder();
    const { body } = await order.createTemporaryEsim();
    const newSimId = body.newSimId as string;
    expect(await refusalTo(update('sim', newSimId, `employee_id = '${line.employeeId}'`))).toBe(
      'sim_temporary_is_an_orders',
    );
    expect(await refusalTo(update('sim', newSimId, 'change_order_id = null'))).toBe('sim_temporary_is_an_orders');
    expect(await refusalTo((tx) => sql`delete from sim where id = ${newSimId}`.execute(tx))).toBe('SL001');
    expect(
      await refusalTo((tx) =>
        sql`insert into sim_group (account_id, sim_id, group_id)
          values (${accountId}, ${newSimId}, ${line.groupIds[0]})`.execute(tx),
      ),
    ).toBe('sim_group_sim_in_use');
    expect(
      await refusalTo(async (tx) => {
        await sql`update sim_replacement set state = 'rolled_back', ended_at = now() where order_id = ${order.id}`.execute(
          tx,
        );
        await sql`update line set change_order_id = null where id = ${line.lineId}`.execute(tx);
        await sql`update sim set change_order_id = null where id = ${line.simId}`.execute(tx);
      }),
    ).toBe('sim_live_change');
  });
});

describe('the statements of a commit', () => {
  const statements = (orderId: string, newSimId: string) => ({
    line: update('line', line.lineId, `sim_id = '${newSimId}', change_order_id = null`),
    newSim: update('sim', newSimId, `state = 'active', change_order_id = null`),
    groups: (tx: Transaction) => sql`delete from sim_group where sim_id = ${line.simId}`.execute(tx),
    oldSim: update(
      'sim',
      line.simId,
      `state = 'discarded', discarded_at = now(), employee_id = null, change_order_id = null`,
    ),
    replacement: (tx: Transaction) =>
      sql`update sim_replacement set state = 'committed', ended_at = now() where order_id = ${orderId}`.execute(tx),
  });

  it('can come in any order', async () => {
    const orders = [
      ['line', 'newSim', 'groups', 'oldSim', 'replacement'],
      ['oldSim', 'groups', 'newSim', 'replacement', 'line'],
      ['replacement', 'oldSim', 'line', 'newSim', 'groups'],
      ['newSim', 'replacement', 'groups', 'line', 'oldSim'],
    ] as const;
    for (const names of orders) {
      line = await addLine(inventory.db, accountId);
      const order = await reservedOrder();
      const { body } = await order.createTemporaryEsim();
      const all = statements(order.id, body.newSimId as string);
      expect(
        await refusalTo(async (tx) => {
          for (const name of names) await all[name](tx);
        }),
      ).toBeNull();
    }
  });

  it('are refused at the end where one of them is missing, whichever it is', async () => {
    const order = await reservedOrder();
    const { body } = await order.createTemporaryEsim();
    const all = statements(order.id, body.newSimId as string);
    for (const missing of Object.keys(all)) {
      const refusal = await refusalTo(async (tx) => {
        for (const [name, statement] of Object.entries(all)) if (name !== missing) await statement(tx);
      });
      expect(refusal, `without ${missing}`).not.toBeNull();
    }
  });
});

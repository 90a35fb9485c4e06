import { randomUUID } from 'node:crypto';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLine, newIccid } from '../fleet.fixture.ts';
import { ESIM, type Inventory, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

describe('a SIM switch over HTTP', () => {
  it('goes from reservation over the temporary eSIM to the eSIM on the line', async () => {
    const accountId = randomUUID();
    const line = await addLine(inventory.db, accountId);
    const order = inventory.order(accountId);

    const reserved = await order.reserve(line.lineId);
    expect(reserved.body).toMatchObject({ outcome: 'reserved', line: { lineId: line.lineId, simId: line.simId } });

    const started = await order.createTemporaryEsim();
    expect(started.body).toMatchObject({ state: 'started', iccid: null, iccidIssue: null });
    const newSimId = started.body.newSimId as string;
    const temporary = await inventory.call<Sim>({ accountId }, 'GET', `/sims/${newSimId}`);
    expect(temporary.body).toMatchObject({
      kind: 'esim',
      state: 'temporary',
      distributorId: ESIM.distributorId,
      temporaryReference: expect.stringMatching(/^SIM-Temp-[0-9A-Z]{8}$/),
      lineId: line.lineId,
      employeeId: line.employeeId,
      groupIds: line.groupIds,
      changeInFlight: { orderId: order.id },
    });
    const during = await inventory.call<Line>({ accountId }, 'GET', `/lines/${line.lineId}`);
    expect(during.body).toMatchObject({ sim: { id: line.simId }, incomingSim: { id: newSimId } });

    const iccid = newIccid();
    const committed = await order.commit({ iccid });
    expect(committed.body).toMatchObject({ state: 'committed', newSimId, iccid, iccidIssue: null });
    const after = await inventory.call<Line>({ accountId }, 'GET', `/lines/${line.lineId}`);
    expect(after.body).toMatchObject({ sim: { id: newSimId, iccid }, incomingSim: null, changeInFlight: null });
    const gone = await inventory.call<Sim>({ accountId }, 'GET', `/sims/${line.simId}`);
    expect(gone.body).toMatchObject({ state: 'discarded', lineId: null, employeeId: null, groupIds: [] });
    const serving = await inventory.call<Sim>({ accountId }, 'GET', `/sims/${newSimId}`);
    expect(serving.body).toMatchObject({
      state: 'active',
      temporaryReference: null,
      employeeId: line.employeeId,
      groupIds: line.groupIds,
      changeInFlight: null,
    });
  });

  it('leaves every line exactly one serving SIM at every instant, whatever ends twenty of them at once', async () => {
    const accountId = randomUUID();
    const lines = await Promise.all(Array.from({ length: 20 }, () => addLine(inventory.db, accountId)));
    const ended = new AbortController();
    let looks = 0;
    const badLooks: unknown[] = [];
    const watch = async () => {
      while (!ended.signal.aborted) {
        const { rows } = await sql<{ served: number; shown_twice: number; adrift: number }>`
          select
            (select count(*) from line l join sim s on s.account_id = l.account_id and s.id = l.sim_id
              where l.account_id = ${accountId} and s.state in ('active', 'suspended')) as served,
            (select count(*) from sim s where s.account_id = ${accountId} and s.state in ('active', 'suspended')
              and not exists (select from line l where l.account_id = s.account_id and l.sim_id = s.id)) as shown_twice,
            (select count(*) from sim s where s.account_id = ${accountId} and s.state = 'temporary' and not exists (
              select from sim_replacement r where r.account_id = s.account_id and r.new_sim_id = s.id
              and r.state = 'started')) as adrift`.execute(inventory.adminDb);
        looks += 1;
        const [look] = rows;
        if (look?.served !== lines.length || look.shown_twice !== 0 || look.adrift !== 0) badLooks.push(look);
      }
    };
    const watching = watch();
    await Promise.all(
      lines.map(async ({ lineId }, index) => {
        const order = inventory.order(accountId);
        await order.reserve(lineId);
        if (index % 2 === 0) await order.createTemporaryEsim();
        await (index % 3 === 0 ? order.rollBack() : order.commit({ iccid: newIccid() }));
      }),
    );
    ended.abort();
    await watching;
    expect(looks).toBeGreaterThan(5);
    expect(badLooks).toEqual([]);
  });
});

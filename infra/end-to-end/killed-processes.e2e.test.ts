import { beforeAll, describe, expect, it } from 'vitest';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { signalProcess } from './stack-process.fixture.ts';

let manager: Manager;
beforeAll(async () => {
  manager = await startManager();
});

/** As an out-of-memory kill would; the supervisor starts it again. */
const kill = (name: string): void => signalProcess(name, 'SIGKILL');

describe('an order in the middle of which a process is killed ends right, once', () => {
  it.each(['worker', 'inventory', 'order'])('%s, killed as the word comes that moves the line', async (name) => {
    const { order, line, sim } = await manager.submittedSwitch();
    await manager.sandbox.signal(order.id, { type: 'order.acknowledged' });
    await manager.reaches(order.id, 'in_progress');

    const said = manager.sandbox.signal(order.id, { type: 'order.processed', data: { iccid: 'generate' } });
    kill(name);
    // The order service may have died before it answered; a provider says it again until it is heard.
    const [answer] = await said.catch(() => []);
    if (answer?.status !== 202) {
      await expect
        .poll(
          () =>
            manager.sandbox
              .signal(order.id, { type: 'order.processed', data: { iccid: 'generate' } })
              .then(([again]) => again?.status),
          { timeout: 30_000, interval: 500 },
        )
        .toBe(202);
    }

    await manager.reaches(order.id, 'processed');
    const after = await manager.line(line.id);
    expect(after.sim).toMatchObject({ kind: 'esim', state: 'active' });
    expect(after.changeInFlight).toBeNull();
    expect(await manager.sim(sim.id)).toMatchObject({
      state: 'discarded',
      lineId: null,
      groupIds: [],
      employeeId: null,
    });
    expect(await manager.mailsAbout(order.orderNumber)).toBe(1);
    const effects = (await manager.facts(order.id)).filter(
      ({ kind }) => kind === 'sim_replaced' || kind === 'manager_told',
    );
    expect(effects.map(({ kind }) => kind)).toEqual(['sim_replaced', 'manager_told']);
    expect((await manager.sandbox.orders(order.id)).map(({ accepted }) => accepted)).toEqual([1]);
  });

  it('worker, killed as the order is submitted', async () => {
    const confirming = manager.confirmedSwitch();
    kill('worker');
    const { order } = await confirming;
    await manager.submitted(order.id);
    await manager.sandbox.signal(order.id, { type: 'order.cancelled', data: { reason: 'Out of stock' } });
    await manager.reaches(order.id, 'cancelled');
    expect((await manager.sandbox.orders(order.id)).map(({ accepted }) => accepted)).toEqual([1]);
  });

  it('worker, killed while the provider has not answered yet: the order is submitted again within seconds', async () => {
    const { order } = await manager.confirmedSwitch({ rules: [{ submission: 'hang', times: 1 }] });
    const { id } = order;
    const requests = async () => (await manager.sandbox.requests(id)).length;
    await expect.poll(requests, { timeout: 10_000 }).toBe(1);
    kill('worker');
    // 6.5 s on a quiet machine; without heartbeats it would be the 45 s that a step may take.
    await expect.poll(requests, { timeout: 20_000 }).toBeGreaterThan(1);
    await manager.submitted(id);
    expect((await manager.sandbox.orders(id)).map(({ accepted }) => accepted)).toEqual([1]);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from '../drill.ts';

const PROCESSES = ['order', 'inventory', 'notification', 'worker', 'catalog'] as const;
const ORDERS_EACH_TIME = 8;
const ORDER_EVERY_MS = 50;
const ASK_WITHIN_MS = 400;
/** What every process of ours promises. */
const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

export const sigtermUnderLoad: Drill = {
  name: 'sigterm-under-load',
  title: 'each process asked to end under load: it drains within 10 s, and nobody gets more than a 503 that says when',
  run: async (stage) => {
    for (const name of PROCESSES) {
      for (let times = 0; times < stage.times(10, 1); times += 1) {
        const orders = await stage.orders.prepare(ORDERS_EACH_TIME);
        const confirmed = stage.orders.confirm(orders, ORDER_EVERY_MS);
        await sleep(stage.random.below(ASK_WITHIN_MS));
        const before = stage.stack.processes[name]?.pid;
        const giveUpAt = Date.now() + GONE_WITHIN_MS;
        stage.fault();
        await stage.stack.kill(name, 'SIGTERM');
        while (stage.stack.processes[name]?.pid === before) {
          if (Date.now() > giveUpAt) throw new Error(`${name} has not ended within 10 s`);
          await sleep(LOOK_EVERY_MS);
        }
        await Promise.all([confirmed, stage.back(name)]);
        if (!stage.short) await stage.recovered();
      }
    }
    if (stage.short) await stage.recovered();
  },
};

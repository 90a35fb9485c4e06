import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from '../drill.ts';

/** Each of ours: the ones that have work in hand when they die, and the one that only answers. */
const PROCESSES = ['order', 'inventory', 'notification', 'worker', 'catalog'] as const;
const ORDERS_EACH_TIME = 6;
const ORDER_EVERY_MS = 50;
/** Confirmation to mail takes about this long: the kill hits any part of it. */
const KILL_WITHIN_MS = 1_200;

export const killProcesses: Drill = {
  name: 'kill-processes',
  title: 'each process killed at random moments while orders flow',
  run: async (stage) => {
    for (const name of PROCESSES) {
      for (let kills = 0; kills < stage.times(30, 1); kills += 1) {
        const orders = await stage.orders.prepare(ORDERS_EACH_TIME);
        const confirmed = stage.orders.confirm(orders, ORDER_EVERY_MS);
        await sleep(stage.random.below(KILL_WITHIN_MS));
        await stage.kill(name);
        await Promise.all([confirmed, stage.back(name)]);
        if (!stage.short) await stage.recovered();
      }
    }
    if (stage.short) await stage.recovered();
  },
};

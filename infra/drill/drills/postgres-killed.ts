import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from '../drill.ts';

const ORDERS_EACH_TIME = 8;
const ORDER_EVERY_MS = 50;
const KILL_WITHIN_MS = 1_000;

export const postgresKilled: Drill = {
  name: 'postgres-killed',
  title: 'PostgreSQL killed while orders flow',
  run: async (stage) => {
    for (let kills = 0; kills < stage.times(5, 1); kills += 1) {
      const orders = await stage.orders.prepare(ORDERS_EACH_TIME);
      const confirmed = stage.orders.confirm(orders, ORDER_EVERY_MS);
      await sleep(stage.random.below(KILL_WITHIN_MS));
      await stage.kill('postgres');
      await Promise.all([confirmed, stage.back('postgres')]);
      await stage.recovered();
    }
  },
};

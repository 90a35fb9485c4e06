import type { CrashPoint } from '../crash-point.ts';
import type { Drill } from '../drill.ts';

/** Each point in each process that passes it. */
const POINTS: readonly { readonly process: string; readonly point: CrashPoint; readonly mostPasses: number }[] = [
  { process: 'order', point: 'before-commit', mostPasses: 20 },
  { process: 'order', point: 'after-commit', mostPasses: 20 },
  { process: 'order', point: 'after-wake', mostPasses: 4 },
  { process: 'order', point: 'after-provider-answer', mostPasses: 3 },
  { process: 'order', point: 'after-reservation', mostPasses: 3 },
  { process: 'inventory', point: 'before-commit', mostPasses: 8 },
  { process: 'inventory', point: 'after-commit', mostPasses: 8 },
  { process: 'worker', point: 'after-step', mostPasses: 4 },
  { process: 'notification', point: 'before-commit', mostPasses: 8 },
  { process: 'notification', point: 'after-commit', mostPasses: 8 },
  { process: 'notification', point: 'after-mail-taken', mostPasses: 3 },
];
const ORDERS_EACH_TIME = 6;
const ORDER_EVERY_MS = 50;

export const crashPoints: Drill = {
  name: 'crash-points',
  title: 'each process killed between two steps that a power cut could part',
  run: async (stage) => {
    for (const { process, point, mostPasses } of POINTS) {
      for (let times = 0; times < stage.times(10, 1); times += 1) {
        const orders = await stage.orders.prepare(ORDERS_EACH_TIME);
        const struck = stage.killAt(process, point, stage.random.below(mostPasses));
        const confirmed = stage.orders.confirm(orders, ORDER_EVERY_MS);
        await struck;
        await Promise.all([confirmed, stage.back(process)]);
        if (!stage.short) await stage.recovered();
      }
    }
    if (stage.short) await stage.recovered();
  },
};

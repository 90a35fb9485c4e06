import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATE } from '../../provider-sandbox/control-api.ts';
import type { Drill } from '../drill.ts';
import { SILENT } from '../order-courses.ts';

const LONG_OUTAGE_MS = 120_000;
const SHORT_OUTAGE_MS = 8_000;
const ORDERS_UNDER_WAY = 8;
const ORDERS_MEANWHILE = 8;

export const temporalDown: Drill = {
  name: 'temporal-down',
  title: 'Temporal away while confirmations and signals come in, which are all answered',
  run: async (stage) => {
    const underWay = await stage.orders.prepare(ORDERS_UNDER_WAY, SILENT);
    const meanwhile = await stage.orders.prepare(ORDERS_MEANWHILE);
    await stage.orders.confirm(underWay, 0);
    await stage.orders.submitted(underWay);
    await stage.stack.stopProcess('temporal');
    stage.fault();
    const outageMs = stage.times(LONG_OUTAGE_MS, SHORT_OUTAGE_MS);
    const over = sleep(outageMs);
    await stage.orders.confirm(meanwhile, Math.floor(outageMs / (2 * ORDERS_MEANWHILE)));
    for (const { id } of underWay) await stage.say(id, { type: 'order.processed', data: { iccid: GENERATE } });
    await over;
    await stage.back('temporal');
    await stage.recovered();
  },
};

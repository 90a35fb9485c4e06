import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATE } from '../../provider-sandbox/control-api.ts';
import type { Drill } from '../drill.ts';
import { SILENT } from '../order-courses.ts';
import { inDatabase } from '../order-ends.ts';
import { connectWorkflows } from '../workflows.ts';

const ORDERS_IN_EACH_PHASE = 3;
const RUNNING_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;

export const temporalEmptied: Drill = {
  name: 'temporal-emptied',
  title: "Temporal's database lost, with orders in every phase",
  run: async (stage) => {
    const { orders, stack } = stage;
    const waiting = await orders.prepare(ORDERS_IN_EACH_PHASE, SILENT);
    const inProgress = await orders.prepare(ORDERS_IN_EACH_PHASE, SILENT);
    const told = await orders.prepare(ORDERS_IN_EACH_PHASE, SILENT);
    const fresh = await orders.prepare(ORDERS_IN_EACH_PHASE, SILENT);
    const early = [...waiting, ...inProgress, ...told];
    await orders.confirm(early, 0);
    await orders.submitted(early);
    for (const { id } of [...inProgress, ...told]) await stage.say(id, { type: 'order.acknowledged' });
    await orders.reach([...inProgress, ...told], 'in_progress');
    // From here on nothing is carried out: words and confirmations wait.
    await stack.stopProcess('worker');
    for (const { id } of told) await stage.say(id, PROCESSED);
    await orders.confirm(fresh, 0);

    await stack.stopProcess('temporal');
    stage.fault();
    for (const file of readdirSync(stack.info.stateFolder).filter((name) => name.startsWith('temporal.sqlite'))) {
      rmSync(path.join(stack.info.stateFolder, file));
    }
    await stage.back('temporal');
    await stage.back('worker');
    // As the runbook says: what waits is looked at daily by itself, and now when it is woken.
    await inDatabase(stack.info, 'order', 'update due set due_at = now()');

    const workflows = await connectWorkflows(stack.info);
    const giveUpAt = Date.now() + RUNNING_WITHIN_MS;
    for (const { id } of [...waiting, ...inProgress]) {
      while (!(await workflows.isRunning(id))) {
        if (Date.now() > giveUpAt) throw new Error(`the workflow of order ${id}, which waits, was not started again`);
        await sleep(LOOK_EVERY_MS);
      }
    }
    await workflows.close();
    await orders.submitted(fresh);
    for (const { id } of [...waiting, ...inProgress, ...fresh]) await stage.say(id, PROCESSED);
    await stage.recovered();
  },
};

const PROCESSED = { type: 'order.processed', data: { iccid: GENERATE } } as const;

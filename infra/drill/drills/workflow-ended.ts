import { GENERATE } from '../../provider-sandbox/control-api.ts';
import type { Drill } from '../drill.ts';
import { SILENT } from '../order-courses.ts';
import type { PlacedOrder } from '../order-flow.ts';
import type { Stage } from '../stage.ts';
import { connectWorkflows, type OrderWorkflows } from '../workflows.ts';

const WAYS = ['terminate', 'cancel', 'resetToEach'] as const satisfies readonly (keyof OrderWorkflows)[];
const ACKNOWLEDGED = { type: 'order.acknowledged' } as const;
const PROCESSED = { type: 'order.processed', data: { iccid: GENERATE } } as const;

/** Brings an order into a phase; then what is said after its workflow has been ended. */
const PHASES: readonly {
  readonly bring: (stage: Stage, orders: readonly PlacedOrder[]) => Promise<void>;
  readonly words: readonly (typeof ACKNOWLEDGED | typeof PROCESSED)[];
}[] = [
  { bring: (stage, orders) => stage.orders.submitted(orders), words: [ACKNOWLEDGED, PROCESSED] },
  {
    bring: async (stage, orders) => {
      await stage.orders.submitted(orders);
      for (const { id } of orders) await stage.say(id, ACKNOWLEDGED);
      await stage.orders.reach(orders, 'in_progress');
    },
    words: [PROCESSED],
  },
  {
    bring: async (stage, orders) => {
      await stage.orders.submitted(orders);
      for (const { id } of orders) await stage.say(id, PROCESSED);
      await stage.orders.told(orders);
    },
    words: [],
  },
];

export const workflowEnded: Drill = {
  name: 'workflow-ended',
  title: 'workflows terminated, cancelled, and reset to every point, in each phase',
  run: async (stage) => {
    const workflows = await connectWorkflows(stage.stack.info);
    for (let times = 0; times < stage.times(5, 1); times += 1) {
      for (const { bring, words } of PHASES) {
        const orders = await stage.orders.prepare(WAYS.length, SILENT);
        await stage.orders.confirm(orders, 0);
        await bring(stage, orders);
        for (const [index, way] of WAYS.entries()) {
          stage.fault();
          await workflows[way](orders[index]?.id ?? '');
        }
        stage.faultEnded();
        for (const word of words) for (const { id } of orders) await stage.say(id, word);
        await stage.recovered();
      }
    }
    await workflows.close();
  },
};

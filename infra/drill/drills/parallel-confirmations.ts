import { orderRoutes } from '@simlane/contracts/http/order';
import { ApiProblem } from '../../demo/public-api.ts';
import { GENERATE } from '../../provider-sandbox/control-api.ts';
import type { Drill } from '../drill.ts';
import { SILENT } from '../order-courses.ts';

const RIVALS = 50;

export const parallelConfirmations: Drill = {
  name: 'parallel-confirmations',
  title: 'fifty orders for one line confirmed at the same moment: one wins, the others name it',
  run: async (stage) => {
    for (let times = 0; times < stage.times(10, 1); times += 1) {
      const rivals = await stage.orders.prepareRivals(RIVALS, SILENT);
      stage.fault();
      const answers = await Promise.allSettled(
        rivals.map(({ id }) => stage.api().call(orderRoutes.confirm, { params: { id }, body: {} })),
      );
      stage.faultEnded();
      const winners = rivals.filter((_rival, index) => answers[index]?.status === 'fulfilled');
      const [winner] = winners;
      if (winner === undefined || winners.length > 1) throw new Error(`${winners.length} of ${RIVALS} were confirmed`);
      for (const answer of answers) {
        if (answer.status === 'fulfilled') continue;
        const blockedBy = blockingOrderOf(answer.reason);
        if (blockedBy !== winner.id) throw new Error(`a rival was told of ${blockedBy}, not of ${winner.id}`);
      }
      stage.orders.follow(winner);
      await stage.orders.submitted([winner]);
      await stage.say(winner.id, { type: 'order.processed', data: { iccid: GENERATE } });
      await stage.recovered();
    }
  },
};

const blockingOrderOf = (error: unknown): string | undefined => {
  if (!(error instanceof ApiProblem) || error.problem?.code !== 'change_in_flight') throw error;
  return error.problem.blockingOrder?.id;
};

import { runHistories } from '../../model/histories.ts';
import type { Drill } from '../drill.ts';

const LARGEST_SEED = 2 ** 31;

export const randomHistories: Drill = {
  name: 'random-histories',
  title: 'random histories of signals, people, deadlines and other writers end as the model says',
  run: async (stage) => {
    const count = stage.times(2_000, 50);
    const seed = stage.random.below(LARGEST_SEED);
    const { failures } = await runHistories({ stack: stage.stack.info, count, seed });
    stage.counters.histories += count;
    stage.faultEnded();
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
    await stage.recovered();
  },
};

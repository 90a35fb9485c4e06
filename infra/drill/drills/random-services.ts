import { setTimeout as sleep } from 'node:timers/promises';
import { runServicesHistories } from '../../model/services-histories.ts';
import type { Drill } from '../drill.ts';

const LARGEST_SEED = 2 ** 31;
const KILLED = ['worker', 'inventory', 'order'] as const;
const LONGEST_PAUSE_MS = 3_000;

export const randomServices: Drill = {
  name: 'random-services',
  title:
    'services changed at random, with a provider that misbehaves and processes that die, come to what was wanted last',
  run: async (stage) => {
    const count = stage.times(2_000, 40);
    const { failures, doubled } = await runServicesHistories({
      stack: stage.stack.info,
      count,
      seed: stage.random.below(LARGEST_SEED),
      disturb: async () => {
        await sleep(stage.random.below(LONGEST_PAUSE_MS));
        const name = stage.random.pick(KILLED);
        await stage.kill(name);
        await stage.back(name);
      },
    });
    stage.counters.histories += count;
    stage.counters.doubled += doubled;
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
    if (doubled > 0) throw new Error('The provider has taken a change more than once');
    await stage.recovered();
  },
};

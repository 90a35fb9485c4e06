/** The floor: the shape of a replacement (5 activities, 2 signals) with nothing in it. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import { type BareActivities, BARE_WORD_SIGNAL } from './bare-messages.ts';

const { empty } = proxyActivities<BareActivities>({ startToCloseTimeout: '45 seconds' });
const word = defineSignal(BARE_WORD_SIGNAL);

export async function bareReplacement(run: string): Promise<void> {
  const heard = { words: 0 };
  setHandler(word, () => {
    heard.words += 1;
  });
  await empty(run, 1);
  await empty(run, 2);
  await condition(() => heard.words >= 1);
  await empty(run, 3);
  await condition(() => heard.words >= 2);
  await empty(run, 4);
  await empty(run, 5);
}

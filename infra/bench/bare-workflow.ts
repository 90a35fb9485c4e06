/** The floors: the shape of a replacement (5 activities, 2 signals), and of a fan-out, with nothing in them. */
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

/** So many activities, a thousand at a time: a server lets no workflow have more than two thousand pending. */
export async function bareFanOut(activities: number): Promise<void> {
  for (let done = 0; done < activities; done += AT_ONCE) {
    const portion = Math.min(AT_ONCE, activities - done);
    await Promise.all(Array.from({ length: portion }, () => empty('fan-out', 1)));
  }
}

const AT_ONCE = 1_000;

import { setTimeout as sleep } from 'node:timers/promises';
import type { Line } from '@simlane/contracts/http/fleet';
import type { StackInfo } from '../local/stack-info.ts';
import type { BareReplacements, BareRun } from './bare-replacements.ts';
import type { BenchStage } from './bench-stage.ts';
import { inTurn } from '../local/callers.ts';
import { nowMs } from './clock.ts';
import { type Figure, figureOfSamples, type Goal } from './figures.ts';
import { createHttpCalls } from './http-calls.ts';
import { createProviderWords, type ProviderWords } from './provider-words.ts';
import { makeRuns } from './runs.ts';

/** At least 100 samples, so that one in a hundred is one that was measured. */
const RUNS = { wanted: 6, atLeast: 4, withinMs: 75_000 };
const SAMPLES_PER_RUN = 25;
const P50 = 0.5;
const P99 = 0.99;
/** What still goes on behind an answer (the end of a workflow task, a mail) is over by then: one thing at a time. */
const SETTLE_MS = 60;
/** Between two looks; a look itself takes about as long again. */
const LOOK_PAUSE_MS = 1;
const VISIBLE_WITHIN_MS = 30_000;
const GOAL = { of: 'ratio', atMost: 2, aim: 1.5 } as const;

/** How long it took from sending a word to the change visible, and from the 202 on. */
interface Sample {
  readonly sinceSentMs: number;
  readonly sinceAcceptedMs: number;
}

export interface LatencyFigures {
  readonly figures: readonly Figure[];
  /** Orders that had exactly two words, one at a time. */
  readonly orderIds: readonly string[];
  readonly bareWorkflowIds: readonly string[];
}

/**
 * From the provider's `processed`, accepted with 202, to a GET that shows the new eSIM on the line; against a signal to
 * a workflow, from sending it until its activity runs. One at a time, ours and bare in turn, nothing else going on.
 */
export async function measureLatency(
  info: StackInfo,
  stage: BenchStage,
  bare: BareReplacements,
  report: (line: string) => void,
): Promise<LatencyFigures> {
  const timer = createWordTimer(info, stage);
  const orderIds: string[] = [];
  const bareWorkflowIds: string[] = [];
  const runs = await makeRuns(RUNS, async (number) => {
    const run: { ours: Sample[]; bare: number[] } = { ours: [], bare: [] };
    for (let sample = 0; sample < SAMPLES_PER_RUN; sample++) {
      const lineId = stage.lineIds[orderIds.length % stage.lineIds.length] as string;
      const { orderId, ...times } = await timer.word(lineId);
      run.ours.push(times);
      orderIds.push(orderId);
      const floor = await bare.start();
      run.bare.push(await bareWord(floor));
      bareWorkflowIds.push(floor.workflowId);
    }
    report(`the provider's word, run ${number}: ${SAMPLES_PER_RUN} samples`);
    return run;
  });
  timer.close();
  const figure = (name: string, share: number, time: (sample: Sample) => number, goal: { goal?: Goal }) =>
    figureOfSamples(
      { name, unit: 'ms', ...goal },
      share,
      runs.map((run) => ({ ours: run.ours.map(time), bare: run.bare })),
    );
  const sinceAccepted = ({ sinceAcceptedMs }: Sample) => sinceAcceptedMs;
  const sinceSent = ({ sinceSentMs }: Sample) => sinceSentMs;
  return {
    orderIds,
    bareWorkflowIds,
    figures: [
      figure('signal accepted to change visible, p50', P50, sinceAccepted, { goal: GOAL }),
      figure('signal accepted to change visible, p99', P99, sinceAccepted, { goal: GOAL }),
      figure('signal sent to change visible, p50', P50, sinceSent, {}),
      figure('signal sent to change visible, p99', P99, sinceSent, {}),
    ],
  };
}

/** Orders a change of a line and times the provider's last word about it. */
export function createWordTimer(
  info: StackInfo,
  stage: BenchStage,
): { word(lineId: string): Promise<Sample & { orderId: string }>; close(): void } {
  const words = createProviderWords(info);
  const looks = createLooks(info, stage.tokens);
  return {
    word: (lineId) => ourWord(stage, words, looks, lineId),
    close: () => {
      words.close();
      looks.close();
    },
  };
}

async function ourWord(
  { watch, ...stage }: BenchStage,
  words: ProviderWords,
  looks: Looks,
  lineId: string,
): Promise<Sample & { orderId: string }> {
  const order = await stage.prepareDraft(lineId);
  await stage.confirm(order.id);
  await watch.until(order.id, 'submitted');
  await words.say(order, 'order.acknowledged');
  await watch.until(order.id, 'in_progress');
  await sleep(SETTLE_MS);
  const sentAt = nowMs();
  const [acceptedAt, visibleAt] = await Promise.all([
    words.say(order, 'order.processed').then(nowMs),
    looks.untilReplaced(lineId, order.oldSimId),
  ]);
  await watch.until(order.id, 'told');
  await sleep(SETTLE_MS);
  return { orderId: order.id, sinceSentMs: visibleAt - sentAt, sinceAcceptedMs: visibleAt - acceptedAt };
}

/** From sending the signal to the activity that follows it. */
async function bareWord(run: BareRun): Promise<number> {
  await run.reached(2);
  await run.say();
  await run.reached(3);
  await sleep(SETTLE_MS);
  const sentAt = nowMs();
  const [, doneAt] = await Promise.all([run.say(), run.reached(4)]);
  await run.reached(5);
  await sleep(SETTLE_MS);
  return doneAt - sentAt;
}

interface Looks {
  /** Looks at the line without rest; resolves to when an answer came that shows another SIM on it and nothing in flight. */
  untilReplaced(lineId: string, oldSimId: string): Promise<number>;
  close(): void;
}

/** Reads the line as a user would, over one connection. */
function createLooks(info: StackInfo, tokens: readonly string[]): Looks {
  const http = createHttpCalls(1);
  const nextToken = inTurn(tokens);
  return {
    untilReplaced: async (lineId, oldSimId) => {
      const url = `${info.services.inventory.url}/inventory/v1/lines/${lineId}`;
      const giveUpAt = nowMs() + VISIBLE_WITHIN_MS;
      while (nowMs() < giveUpAt) {
        const text = await http.call({ method: 'GET', url, headers: { authorization: `Bearer ${nextToken()}` } });
        const at = nowMs();
        const { sim, changeInFlight } = JSON.parse(text) as Line;
        if (sim?.id !== oldSimId && changeInFlight === null) return at;
        await sleep(LOOK_PAUSE_MS);
      }
      throw new Error(`The line ${lineId} did not change within ${VISIBLE_WITHIN_MS} ms`);
    },
    close: () => http.close(),
  };
}

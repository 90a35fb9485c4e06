/** Uploads through mailed links, as many distributors make them at once, and what the processes hold that read the files. */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Stack } from '../local/stack.ts';
import { nowMs } from './clock.ts';
import { type Figure, figureOfRuns, percentile } from './figures.ts';
import { type MeasuringOptions, runMeasuring } from './measuring-process.ts';
import { prepareUploadLinks, SMDP_ADDRESS } from './upload-links.ts';

/** What the services let one account have in flight; one link has one. So many accounts are needed. */
const IN_FLIGHT_EACH = 2;
const ACCOUNTS = 4;
const IN_FLIGHT = ACCOUNTS * IN_FLIGHT_EACH;
/** Each link is used once. Enough for a p99 that is not the slowest. */
const UPLOADS_EACH = 30;
const P99 = 0.99;
const P50 = 0.5;
const MS_IN_SECOND = 1000;
const ANSWER_WITHIN_MS = 60_000;

/** Two files are read at a time and two processes wait warm (`services/inventory/decoding`), each under its limit. */
const MOST_PROCESSES = 4;
const MOST_MB_EACH = 700;
const SAMPLE_EVERY_MS = 50;
const KIB_IN_MB = 1024;

const DRAW = 'services/inventory/decoding/draw-screenshots.bench.ts';

export async function measureUploads(
  stack: Stack,
  options: MeasuringOptions & { readonly report: (line: string) => void },
): Promise<Figure[]> {
  const { report } = options;
  const accounts = await prepareUploadLinks(stack.info, { accounts: ACCOUNTS, simsEach: UPLOADS_EACH });
  const uploads = accounts.flat().length;
  const texts = Array.from(
    { length: uploads },
    (_none, index) => `LPA:1$${SMDP_ADDRESS}$K2-${String(index).padStart(6, '0')}-Q8R7T6`,
  );
  const files = await runMeasuring(DRAW, z.array(z.base64()).length(uploads), options, texts);
  const pictures = files.map((file) => new Blob([Buffer.from(file, 'base64')], { type: 'image/png' }));
  report(`${uploads} upload links of ${ACCOUNTS} accounts are mailed`);

  const memory = watchChildren(stack.processes.inventory?.pid);
  const took: number[] = [];
  const began = nowMs();
  await Promise.all(
    accounts.flatMap((links, account) =>
      Array.from({ length: IN_FLIGHT_EACH }, async (_none, lane) => {
        for (let index = lane; index < links.length; index += IN_FLIGHT_EACH) {
          const sent = nowMs();
          await upload(links[index] as string, pictures[account * UPLOADS_EACH + index] as Blob, options.signal);
          took.push(nowMs() - sent);
        }
      }),
    ),
  );
  const perSecond = took.length / ((nowMs() - began) / MS_IN_SECOND);
  const { mostTogetherMb, mostOfOneMb } = memory.stop();
  report(`${took.length} uploads, ${IN_FLIGHT} in flight`);

  const how = `${IN_FLIGHT} in flight: ${ACCOUNTS} accounts, ${IN_FLIGHT_EACH} links of each`;
  const figure = (name: string, unit: string, ours: number, atMost?: number): Figure =>
    figureOfRuns({ name, unit, ...(atMost === undefined ? {} : { goal: { of: 'ours', atMost } }) }, [
      { ours, bare: null },
    ]);
  return [
    figure(`uploads of a screenshot (PNG) through a link, ${how}`, '/s', perSecond),
    figure('upload to answer, p50', 'ms', percentile(took, P50)),
    figure('upload to answer, p99', 'ms', percentile(took, P99)),
    figure(
      'resident memory of all decode processes, the most seen together',
      'MB',
      mostTogetherMb,
      MOST_PROCESSES * MOST_MB_EACH,
    ),
    figure('resident memory of one decode process, the most seen', 'MB', mostOfOneMb, MOST_MB_EACH),
  ];
}

const understoodSchema = z.object({ is: z.literal('understood') });

async function upload(url: string, picture: Blob, signal: AbortSignal): Promise<void> {
  const form = new FormData();
  form.set('file', picture, 'esim.png');
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: form,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
  });
  const text = await response.text();
  // Nothing that is measured here may fail. The address holds a token and is not told.
  if (!response.ok) throw new Error(`An upload was answered with ${response.status}: ${text}`);
  understoodSchema.parse(JSON.parse(text));
}

/** Looks at the children of a process again and again. */
function watchChildren(pid: number | undefined): { stop(): { mostTogetherMb: number; mostOfOneMb: number } } {
  if (pid === undefined) throw new Error('inventory does not run');
  let [mostTogetherMb, mostOfOneMb] = [0, 0];
  const timer = setInterval(() => {
    const each = childrenOf(pid).map(residentMb);
    mostTogetherMb = Math.max(
      mostTogetherMb,
      each.reduce((sum, one) => sum + one, 0),
    );
    mostOfOneMb = Math.max(mostOfOneMb, ...each);
  }, SAMPLE_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return { mostTogetherMb, mostOfOneMb };
    },
  };
}

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readIfThere(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`))?.[1] ?? 0) / KIB_IN_MB;

/** Empty for a process that has just ended. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

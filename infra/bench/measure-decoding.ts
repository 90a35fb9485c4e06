/** What the decoder of uploaded files costs and what it reads, against its parts called bare, without the stack. */
import { z } from 'zod';
import { type Figure, figureOfRuns, figureOfSamples, median, percentile } from './figures.ts';
import { type MeasuringOptions, runMeasuring } from './measuring-process.ts';

const P50 = 0.5;
const P95 = 0.95;
/** Of the bare time; the hand-over comes on top. */
const MOST_OF_BARE = 1.3;
const LONGEST_HAND_OVER_MS = 15;

const SPEED = 'services/inventory/decoding/decode-speed.bench.ts';
const READ_RATE = 'services/inventory/decoding/read-rate.bench.ts';

const samplesSchema = z.array(z.object({ ours: z.number(), bare: z.number() }));
const speedSchema = z.object({
  formats: z.array(z.object({ what: z.string(), samples: samplesSchema })),
  handOver: samplesSchema,
});
const readRateSchema = z.array(z.object({ what: z.string(), of: z.int(), ours: z.int(), bare: z.int() }));

export async function measureDecoding(
  options: MeasuringOptions & { readonly report: (line: string) => void },
): Promise<Figure[]> {
  const { formats, handOver } = await runMeasuring(SPEED, speedSchema, options);
  options.report(`${formats.length} formats: files read in processes of their own`);
  const levels = await runMeasuring(READ_RATE, readRateSchema, options);
  options.report(`${levels.length} levels of poor pictures: read`);

  const handOverMs = handOver.map(({ ours }) => ours);
  return [
    ...[P50, P95].map((share) => ({
      ...figureOfRuns({ name: `hand-over of a file to a warm process, ${percent(share)}`, unit: 'ms' }, []),
      ours: percentile(handOverMs, share),
      goal: share === P50 ? ({ of: 'ours', atMost: LONGEST_HAND_OVER_MS } as const) : null,
    })),
    ...formats.flatMap(({ what, samples }) => timesOf(what, samples, median(handOverMs))),
    ...levels.map(({ what, of, ours, bare }) => ({
      ...figureOfRuns({ name: `read at ${what}`, unit: `of ${of}`, goal: { of: 'ours', atLeast: bare } }, [
        { ours, bare },
      ]),
      // Of counts that may be none.
      ratio: null,
    })),
  ];
}

function timesOf(what: string, samples: z.output<typeof samplesSchema>, handOverMs: number): Figure[] {
  const run = { ours: samples.map(({ ours }) => ours), bare: samples.map(({ bare }) => bare) };
  return [P50, P95].map((share) => {
    const atMost = Math.round(MOST_OF_BARE * percentile(run.bare, share) + handOverMs);
    return figureOfSamples(
      { name: `${what}: read, ${percent(share)}`, unit: 'ms', goal: { of: 'ours', atMost } },
      share,
      [run],
    );
  });
}

const percent = (share: number) => `p${share * 100}`;

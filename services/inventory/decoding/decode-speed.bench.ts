/**
 * What it costs to read a file in a process of its own: milliseconds from the hand-over to the answer, against the same
 * function called here, in turn. Each process is ready before it is given its file, as those of the decoder are that
 * are kept warm. Says its samples as JSON on standard output.
 */
import { parseAnswer } from './child-answer.ts';
import { BENCH_FILES, codeNumber } from './bench-files.fixture.ts';
import { DECODING_CHILD, findConfinement } from './confinement.ts';
import { decodeFile, prepare } from './decode-file.ts';
import type { Decoded } from './decoder.ts';
import { startDecodingProcess } from './decoding-process.ts';

const SAMPLES = 20;
/** Before anything is measured here: a program that calls the decoder itself has done so before. */
const WARM_UPS = 3;
/** Of a file that takes nothing to read: as large as a photograph. */
const HANDED_OVER_BYTES = 200_000;

interface Sample {
  /** From the hand-over to the parsed answer. */
  readonly ours: number;
  /** `decodeFile` called in this process. */
  readonly bare: number;
}

await prepare();
const confinement = await findConfinement(DECODING_CHILD);

const timed = async (work: () => Promise<Decoded | null>): Promise<{ ms: number; decoded: Decoded | null }> => {
  const began = performance.now();
  const decoded = await work();
  return { ms: performance.now() - began, decoded };
};

const measure = async (file: Uint8Array, isRight: (decoded: Decoded | null) => boolean): Promise<Sample> => {
  const reading = startDecodingProcess(confinement, 'warm');
  await reading.ready;
  const ours = await timed(async () => parseAnswer((await reading.ask(file)) ?? ''));
  await reading.ended;
  const bare = await timed(() => decodeFile(file));
  if (!isRight(ours.decoded) || !isRight(bare.decoded)) throw new Error('A file of the bench was not read right');
  return { ours: ours.ms, bare: bare.ms };
};

const formats: { readonly what: string; readonly samples: readonly Sample[] }[] = [];
for (const { format, what, make } of BENCH_FILES) {
  const samples: Sample[] = [];
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await decodeFile(await make(codeNumber(warmUp)));
  for (let number = 1; number <= SAMPLES; number++) {
    const text = codeNumber(number);
    const isRight = (decoded: Decoded | null) =>
      decoded?.outcome === 'read' && decoded.format === format && decoded.codes[0]?.text === text;
    samples.push(await measure(await make(text), isRight));
  }
  formats.push({ what, samples });
}

const handOver: Sample[] = [];
for (let number = 1; number <= SAMPLES; number++) {
  handOver.push(await measure(Buffer.alloc(HANDED_OVER_BYTES), (decoded) => decoded?.outcome === 'unreadable'));
}

process.stdout.write(`${JSON.stringify({ formats, handOver })}\n`);

import type { Logger } from '@simlane/service-kit/logger';
import { parseAnswer } from './child-answer.ts';
import { DECODING_CHILD, findConfinement, WALLS } from './confinement.ts';
import { type Decoded, type Decoder, DecoderBusy, DecoderUnavailable } from './decoder.ts';
import { type DecodingProcess, startDecodingProcess } from './decoding-process.ts';
import type { Preparation } from './handover.ts';

/** Reading a picture takes all of a core. */
export const AT_A_TIME = 2;
/** As many as are read at a time, so that none of these waits for a start. */
const KEPT_WARM = AT_A_TIME;
/** With pictures as they come, the last of them has its answer in a few seconds; a person waits no longer. */
export const MOST_WAITING = 16;

const TOO_COMPLEX: Decoded = { outcome: 'unreadable', reason: 'too_complex', format: null };
const BROKEN: Decoded = { outcome: 'unreadable', reason: 'broken', format: null };

/**
 * A decoder that gives each file a process of its own, which is started before and used once, behind the walls that
 * the system has. A process that dies of its file makes the file `too_complex`; the next file does not notice.
 */
export const createChildProcessDecoder = ({ logger }: { logger: Logger }): Decoder => {
  const alive = new Set<DecodingProcess>();
  const warm: DecodingProcess[] = [];
  const waiting: { begin: () => void; giveUp: (reason: Error) => void }[] = [];
  let running = 0;
  let closed = false;

  const confinement = findConfinement(DECODING_CHILD).then((found) => {
    const missing = WALLS.filter((wall) => !found.walls.includes(wall));
    logger[missing.length === 0 ? 'info' : 'warn'](
      { walls: found.walls, missing },
      'files are read behind these walls',
    );
    return found;
  });

  /** Warming up takes as long as reading a file: not while somebody waits. */
  const start = async (preparation: Preparation): Promise<DecodingProcess> => {
    const behind = await confinement;
    if (closed) throw gone();
    const started = startDecodingProcess(behind, preparation);
    alive.add(started);
    void forgetWhenEnded(started);
    return started;
  };

  const forgetWhenEnded = async (started: DecodingProcess): Promise<void> => {
    await started.ended;
    alive.delete(started);
    const at = warm.indexOf(started);
    if (at !== -1) warm.splice(at, 1);
  };

  const keepWarm = async (): Promise<void> => {
    await confinement;
    const isShort = (): boolean => !closed && warm.length < KEPT_WARM;
    while (isShort()) warm.push(await start(waiting.length > 0 ? 'loaded' : 'warm'));
  };

  /** A process that is ready. One that was waiting may have been ended by the system meanwhile: then one more is tried. */
  const ready = async (): Promise<DecodingProcess> => {
    const kept = warm.shift();
    if (kept !== undefined && (await isReady(kept))) return kept;
    const fresh = await start('loaded');
    await fresh.ready;
    return fresh;
  };

  const read = async (file: Uint8Array): Promise<Decoded> => {
    const reading = await ready();
    const answer = await reading.ask(file);
    if (closed) throw gone();
    if (answer === null) return TOO_COMPLEX;
    const decoded = parseAnswer(answer);
    if (decoded === null) logger.warn('a process that read a file gave an answer that is none');
    return decoded ?? BROKEN;
  };

  const turn = async (): Promise<void> => {
    if (running >= AT_A_TIME) {
      if (waiting.length >= MOST_WAITING) throw new DecoderBusy('too many files are waiting to be read');
      // Whoever ends hands its place over, so that nobody comes in between.
      return new Promise((begin, giveUp) => waiting.push({ begin, giveUp }));
    }
    running++;
  };

  const next = (): void => {
    const first = waiting.shift();
    if (first === undefined) running--;
    else first.begin();
    keepWarm().catch((error: unknown) => {
      if (!closed) logger.error({ err: error }, 'no process could be started that reads files');
    });
  };

  void keepWarm().catch(() => undefined);

  return {
    decode: async (file) => {
      if (closed) throw gone();
      await turn();
      try {
        return await read(file);
      } finally {
        next();
      }
    },
    close: async () => {
      closed = true;
      for (const { giveUp } of waiting.splice(0)) giveUp(gone());
      const ending = [...alive];
      for (const process of ending) process.end();
      await Promise.all([confinement, ...ending.map(({ ended }) => ended)]);
    },
  };
};

const gone = () => new DecoderUnavailable('files are no longer read here');

const isReady = (process: DecodingProcess): Promise<boolean> =>
  process.ready.then(
    () => true,
    () => false,
  );

import { type Confinement, startConfined } from './confinement.ts';
import { DecoderUnavailable } from './decoder.ts';
import { LONGEST_ANSWER_BYTES, type Preparation, READY } from './handover.ts';

/** Loading what reads files takes a fraction of a second; this is for a machine that is very busy. */
const START_MS = 20_000;
/** From the hand-over on, for when CPU is scarce; otherwise the limit of the process itself comes first. */
const DECODE_MS = 30_000;

/** One process for one file, started before there is one. */
export interface DecodingProcess {
  /** Rejects with `DecoderUnavailable` if it does not come up. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** Its answer; null if it ended without one or said too much: at its limits, or by what it read. Once only. */
  ask(file: Uint8Array): Promise<string | null>;
  end(): void;
}

export const startDecodingProcess = (confinement: Confinement, preparation: Preparation): DecodingProcess => {
  const child = startConfined(confinement, preparation);
  const end = () => {
    child.kill('SIGKILL');
  };
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  // A process that has ended takes no file; that it did is known from its end.
  child.stdin.on('error', () => undefined);

  let said = '';
  let heard: () => void = () => undefined;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (part: string) => {
    said += part;
    heard();
  });

  /** The next line; null if the process ends, says too much or takes too long. Then it is no longer there. */
  const nextLine = (withinMs: number): Promise<string | null> =>
    new Promise((resolve) => {
      const finish = (line: string | null) => {
        clearTimeout(timer);
        if (line === null) end();
        resolve(line);
      };
      const timer = setTimeout(() => finish(null), withinMs);
      heard = () => {
        const at = said.indexOf('\n');
        const line = said.slice(0, Math.max(at, 0));
        if (at === -1 ? said.length > LONGEST_ANSWER_BYTES : Buffer.byteLength(line) > LONGEST_ANSWER_BYTES) {
          return finish(null);
        }
        if (at === -1) return;
        said = said.slice(at + 1);
        finish(line);
      };
      void ended.then(() => finish(null));
      heard();
    });

  const begin = async (): Promise<void> => {
    const line = await nextLine(START_MS);
    if (line !== READY) throw new DecoderUnavailable('the process that reads files did not start');
  };
  const ready = begin();
  // Whoever hands a file over hears of it; a process that nobody used yet is only replaced.
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    end,
    ask: async (file) => {
      child.stdin.end(file);
      try {
        return await nextLine(DECODE_MS);
      } finally {
        end();
      }
    },
  };
};

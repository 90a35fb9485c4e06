import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { SandboxEvent } from './sandbox-event.ts';

/** Where the sandbox writes down what it must not forget. */
export interface Journal {
  /** What was written before, in order. */
  readonly earlier: readonly SandboxEvent[];
  /** Returns when the event is with the operating system: a kill of the process cannot take it back. */
  append(event: SandboxEvent): void;
  close(): void;
}

/** A journal that forgets with the process. */
export const memoryJournal = (): Journal => ({ earlier: [], append: () => undefined, close: () => undefined });

/**
 * A journal in a file, one JSON object a line. A last line that a kill has cut short was never answered for: it is
 * dropped. Throws if any other line cannot be read.
 */
export const openJournal = (file: string): Journal => {
  mkdirSync(path.dirname(file), { recursive: true });
  const earlier = existsSync(file) ? readWholeLines(file) : [];
  // The file holds credentials and signal secrets.
  const descriptor = openSync(file, 'a', 0o600);
  return {
    earlier,
    append: (event) => {
      writeSync(descriptor, `${JSON.stringify(event)}\n`);
    },
    close: () => closeSync(descriptor),
  };
};

const readWholeLines = (file: string): SandboxEvent[] => {
  const content = readFileSync(file);
  const end = content.lastIndexOf('\n') + 1;
  if (end < content.length) truncateSync(file, end);
  const lines = content.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as SandboxEvent;
    } catch {
      throw new Error(`${file}: line ${index + 1} is not JSON. Move the file away to begin with nothing accepted.`);
    }
  });
};

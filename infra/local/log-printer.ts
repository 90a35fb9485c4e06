import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { prettyFactory } from 'pino-pretty';

/** Logs go to files, so that they cost the supervisor nothing and outlive it; a person sees them this much later. */
const LOOK_EVERY_MS = 200;
const CHUNK_BYTES = 64 * 1024;
const NAME_WIDTH = 12;

export interface FollowedLog {
  readonly name: string;
  readonly file: string;
}

export interface LogPrinterOptions {
  /** The logs to follow; asked again at each look, since processes come and go. */
  readonly logs: () => readonly FollowedLog[];
  readonly write: (text: string) => void;
  readonly color: boolean;
}

/** Prints what is added to the logs, pino lines made readable, each with its process's name, until stopped. */
export function printLogs({ logs, write, color }: LogPrinterOptions): { stop(): void } {
  const readers = new Map<string, () => void>();
  const look = () => {
    for (const { name, file } of logs()) {
      let read = readers.get(name);
      if (!read) {
        read = followFile(file, createPrinter(name, write, color));
        readers.set(name, read);
      }
      read();
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
    },
  };
}

function createPrinter(name: string, write: (text: string) => void, color: boolean): (line: string) => void {
  const label = name.padEnd(NAME_WIDTH);
  const pretty = prettyFactory({
    colorize: color,
    minimumLevel: 'info',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,name,service',
    messageFormat: `${label} {msg}`,
    singleLine: true,
  });
  return (line) => {
    if (line === '') return;
    const text = line.startsWith('{') ? pretty(line) : `${label} ${line}\n`;
    if (text) write(text);
  };
}

/** A function that passes on the whole lines added since its last call. */
function followFile(file: string, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  let rest = '';
  return () => {
    let handle: number;
    try {
      handle = openSync(file, 'r');
    } catch {
      return;
    }
    try {
      // Shorter than what was read: the log has begun anew.
      if (fstatSync(handle).size < position) position = 0;
      for (;;) {
        const count = readSync(handle, buffer, 0, CHUNK_BYTES, position);
        if (count === 0) return;
        position += count;
        const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      }
    } finally {
      closeSync(handle);
    }
  };
}

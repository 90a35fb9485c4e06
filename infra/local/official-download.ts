import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, renameSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BinaryMaker } from './binaries.ts';

/** Somebody without a way to the site should not wait for it. */
const ANSWER_WITHIN_MS = 5_000;
const DOWNLOAD_WITHIN_MS = 5 * 60_000;
const CHECK_WITHIN_MS = 10_000;

export interface OfficialArchive {
  /** Address of the .tar.gz for this system; undefined when the project publishes none. */
  readonly url: string | undefined;
  /** The executable inside of it. */
  readonly member: string;
}

/** Fetches the project's own release archive and takes the executable out of it, which must then run. */
export function officialDownload({ url, member }: OfficialArchive): BinaryMaker {
  return {
    way: 'official download',
    make: async (target, { report, signal }) => {
      if (!url) return { lacked: `none is published for ${process.platform} ${process.arch}` };
      const archive = `${target}.tar.gz`;
      try {
        await fetchTo(archive, url, signal);
        await runQuietly('tar', ['-xzf', archive, '-C', path.dirname(target), '--no-same-owner', member]);
        renameSync(path.join(path.dirname(target), member), target);
        chmodSync(target, 0o755);
        await runQuietly(target, ['--version']);
        report(`${path.basename(target)}: downloaded from ${url}`);
        return 'made';
      } catch (error) {
        return { lacked: `${url}: ${reasonOf(error)}` };
      }
    },
  };
}

async function fetchTo(file: string, url: string, signal: AbortSignal): Promise<void> {
  const tooLate = new AbortController();
  const timer = setTimeout(
    () => tooLate.abort(new Error(`no answer in ${ANSWER_WITHIN_MS / 1000} s`)),
    ANSWER_WITHIN_MS,
  );
  try {
    const limit = AbortSignal.any([signal, tooLate.signal, AbortSignal.timeout(DOWNLOAD_WITHIN_MS)]);
    const response = await fetch(url, { signal: limit });
    clearTimeout(timer);
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file), { signal: limit });
  } finally {
    clearTimeout(timer);
  }
}

async function runQuietly(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore', timeout: CHECK_WITHIN_MS });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${path.basename(command)} ${args[0]} failed (exit code ${code})`);
}

/** fetch says "fetch failed" and hides why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

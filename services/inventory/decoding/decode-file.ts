import type { Decoded } from './decoder.ts';
import { tellFormat } from './file-format.ts';
import { attemptsAt } from './attempts.ts';
import { type Pages, whitened } from './pages.ts';
import { loadPdfRenderer, openPdf } from './pdf-pages.ts';
import { openDrawing, openPicture } from './picture-pages.ts';
import { loadReader, readOtherCodes, readQrCodes } from './symbols.ts';
import { isOutOfBounds, Unreadable } from './unreadable.ts';
import { warmUpFiles } from './warm-up.ts';

/** CPU by which every page must have been looked at once: about a hundred pages of text. */
const FIRST_LOOK_CPU_MS = 7_000;
/** CPU for more attempts where the first look found nothing. With the above, less than a process is given. */
const ATTEMPTS_CPU_MS = 3_000;

const OPEN = { png: openPicture, jpeg: openPicture, tiff: openPicture, svg: openDrawing, pdf: openPdf } as const;

/** Loads beforehand what does not depend on the file. */
export const prepare = async (): Promise<void> => {
  await Promise.all([loadReader(), loadPdfRenderer()]);
};

/** Reads small files of its own, too, so that what reads files is compiled by the time there is one. */
export const warmUp = async (): Promise<void> => {
  await prepare();
  for (const file of await warmUpFiles()) await decodeFile(file);
};

/**
 * Reads a foreign file, in this process: its memory and time are bounded by whoever runs the process. Each page is
 * looked at as it is; where none has a code, pages are looked at in other ways until a code is found or time is over.
 */
export const decodeFile = async (file: Uint8Array): Promise<Decoded> => {
  const format = tellFormat(file);
  if (format === null) return { outcome: 'unreadable', reason: 'format', format };
  try {
    const pages = await OPEN[format](file);
    const { codes, texts } = await readPages(pages);
    return { outcome: 'read', format, codes: codes.size > 0 ? listed(codes) : listed(await tryHarder(pages)), texts };
  } catch (error) {
    return { outcome: 'unreadable', reason: reasonOf(error), format };
  }
};

/** Not the time on the clock: how much is tried does not depend on what else the machine does. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** The page that each text is on first. */
type Codes = Map<string, number>;

const listed = (codes: Codes) => [...codes].map(([text, page]) => ({ text, page }));

const readPages = async (pages: Pages): Promise<{ codes: Codes; texts: string[] }> => {
  const codes: Codes = new Map();
  const texts = new Set<string>();
  const until = cpuMs() + FIRST_LOOK_CPU_MS;
  for (let index = 0; index < pages.count; index++) {
    // Unseen pages could hold another code, so what was found so far is no answer.
    if (cpuMs() > until) throw new Unreadable('too_complex');
    const drawn = await pages.draw(index, 'plain');
    const pixels = whitened(drawn);
    const found = await readQrCodes(pixels);
    note(codes, found, index);
    const others = found.length > 0 ? await readOtherCodes(pixels) : [];
    for (const text of [...others, ...drawn.texts]) texts.add(text);
  }
  return { codes, texts: [...texts] };
};

const tryHarder = async (pages: Pages): Promise<Codes> => {
  const codes: Codes = new Map();
  const until = cpuMs() + ATTEMPTS_CPU_MS;
  for (let index = 0; index < pages.count && cpuMs() < until; index++) {
    try {
      for await (const found of attemptsAt(pages, index)) {
        note(codes, found, index);
        if (found.length > 0 || cpuMs() > until) break;
      }
    } catch {
      // A page that cannot be changed like this, as one of few pixels cannot, was seen as it is all the same.
    }
  }
  return codes;
};

const note = (codes: Codes, found: readonly string[], index: number): void => {
  for (const text of found) if (!codes.has(text)) codes.set(text, index + 1);
};

const reasonOf = (error: unknown) => {
  if (error instanceof Unreadable) return error.reason;
  return isOutOfBounds(error) ? 'too_complex' : 'broken';
};

import type { Decoded } from './decoder.ts';
import { tellFormat } from './file-format.ts';
import { attemptsAt } from './attempts.ts';
import { type Pages, whitened } from './pages.ts';
import { loadPdfRenderer, openPdf } from './pdf-pages.ts';
import { openDrawing, openPicture } from './picture-pages.ts';
import { loadReader, readSymbols } from './symbols.ts';
import { isOutOfBounds, Unreadable } from './unreadable.ts';

/** By then every page must have been looked at once. */
const FIRST_LOOK_MS = 10_000;
/** How long more is tried where the first look found nothing; the uploader is waiting. */
const ATTEMPTS_MS = 4_000;

const OPEN = { png: openPicture, jpeg: openPicture, tiff: openPicture, svg: openDrawing, pdf: openPdf } as const;

/** Does beforehand what does not depend on the file. */
export const prepare = async (): Promise<void> => {
  await Promise.all([loadReader(), loadPdfRenderer()]);
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

/** The page that each text is on first. */
type Codes = Map<string, number>;

const listed = (codes: Codes) => [...codes].map(([text, page]) => ({ text, page }));

const readPages = async (pages: Pages): Promise<{ codes: Codes; texts: string[] }> => {
  const codes: Codes = new Map();
  const texts = new Set<string>();
  const until = performance.now() + FIRST_LOOK_MS;
  for (let index = 0; index < pages.count; index++) {
    // Unseen pages could hold another code, so what was found so far is no answer.
    if (performance.now() > until) throw new Unreadable('too_complex');
    const drawn = await pages.draw(index, 'plain');
    const symbols = await readSymbols(whitened(drawn));
    note(codes, symbols.codes, index);
    for (const text of [...symbols.others, ...drawn.texts]) texts.add(text);
  }
  return { codes, texts: [...texts] };
};

const tryHarder = async (pages: Pages): Promise<Codes> => {
  const codes: Codes = new Map();
  const until = performance.now() + ATTEMPTS_MS;
  for (let index = 0; index < pages.count && performance.now() < until; index++) {
    for await (const found of attemptsAt(pages, index, () => until - performance.now())) {
      note(codes, found, index);
      if (found.length > 0 || performance.now() > until) break;
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

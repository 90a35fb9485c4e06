import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type PDFiumDocument, PDFiumLibrary, type PDFiumPage } from '@hyzyla/pdfium';
import type { Detail, Pages } from './pages.ts';
import { isOutOfBounds, Unreadable } from './unreadable.ts';

const POINTS_PER_INCH = 72;
/** Dots per inch at which a code of 2 cm on paper has two pixels or more for each module, and for one of half a centimetre. */
const DENSITY: Readonly<Record<Detail, number>> = { plain: 150, fine: 400 };
/** A page the size of a label is drawn larger, one the size of a poster smaller than its density asks for. */
const SHORTEST_LONGER_SIDE = 1_000;
const MOST_PAGE_PIXELS: Readonly<Record<Detail, number>> = { plain: 6_000_000, fine: 12_000_000 };

let library: Promise<PDFiumLibrary> | undefined;

/** Loads the renderer. A repeat does nothing. */
export const loadPdfRenderer = (): Promise<PDFiumLibrary> => {
  library ??= readFile(fileURLToPath(import.meta.resolve('@hyzyla/pdfium/pdfium.wasm'))).then((wasm) =>
    PDFiumLibrary.init({ wasmBinary: new Uint8Array(wasm).buffer }),
  );
  return library;
};

export const openPdf = async (file: Uint8Array): Promise<Pages> => {
  const document = await load(file);
  const count = document.getPageCount();
  if (count < 1) throw new Unreadable('broken');
  return {
    count,
    hasFinePrint: true,
    draw: async (index, detail) => {
      const page = document.getPage(index);
      const { originalWidth, originalHeight } = page.getOriginalSize();
      const size = drawnSize(originalWidth, originalHeight, detail);
      // Drawing a page closes it.
      const texts = linesOf(page);
      const { data } = await page.render({ render: 'bitmap', ...size, scale: 1 });
      return { pixels: { ...size, data }, transparent: false, texts };
    },
  };
};

const linesOf = (page: PDFiumPage): readonly string[] =>
  page
    .getText()
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

const load = async (file: Uint8Array): Promise<PDFiumDocument> => {
  const renderer = await loadPdfRenderer();
  try {
    return await renderer.loadDocument(file);
  } catch (error) {
    if (isOutOfBounds(error)) throw error;
    throw new Unreadable(error instanceof Error && /password|security/i.test(error.message) ? 'encrypted' : 'broken');
  }
};

/** In whole pixels. A page without a size, which is what is shown of one that cannot be loaded, is broken. */
const drawnSize = (widthPoints: number, heightPoints: number, detail: Detail): { width: number; height: number } => {
  if (!(widthPoints > 0 && heightPoints > 0)) throw new Unreadable('broken');
  const wanted = Math.max(
    DENSITY[detail] / POINTS_PER_INCH,
    SHORTEST_LONGER_SIDE / Math.max(widthPoints, heightPoints),
  );
  const bearable = Math.sqrt(MOST_PAGE_PIXELS[detail] / (widthPoints * heightPoints));
  const scale = Math.min(wanted, bearable);
  return { width: Math.max(1, Math.floor(widthPoints * scale)), height: Math.max(1, Math.floor(heightPoints * scale)) };
};

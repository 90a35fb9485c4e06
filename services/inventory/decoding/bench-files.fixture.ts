/** What the benchmarks read: a file of each format as distributors send them, the same ones in every run. */
import type { QrFileFormat } from '@simlane/contracts/qr-code';
import sharp from 'sharp';
import { drawQrCodePng, drawQrCodeSvg } from './draw-qr-code.ts';
import { pdfOf } from './pdf.fixture.ts';
import { photograph, qrPicture } from './uploads.fixture.ts';

/** The activation code of one of many SIMs. */
export const codeNumber = (number: number): string =>
  `LPA:1$smdp.operator.example$K2-${String(number).padStart(6, '0')}-Q8R7T6`;

/** A telephone's screen, and A4 at 150 dots per inch. */
const SCREEN = { width: 1080, height: 1920 } as const;
const SCAN = { width: 1240, height: 1754 } as const;

const onPage = async (page: { width: number; height: number }, text: string) =>
  sharp({ create: { ...page, channels: 3, background: 'white' } }).composite([
    { input: await drawQrCodePng(text), left: 300, top: 500 },
  ]);

/** A screenshot with the code in it. */
export const screenshot = async (text: string): Promise<Buffer> => (await onPage(SCREEN, text)).png().toBuffer();

const scan = async (text: string): Promise<Buffer> => {
  const page = await (await onPage(SCAN, text)).png().toBuffer();
  const blackAndWhite = sharp(page).removeAlpha().greyscale().toColourspace('b-w');
  return blackAndWhite.tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer();
};

const letter = async (text: string): Promise<Buffer> =>
  pdfOf([{ lines: ['Welcome to your eSIM'] }, { lines: ['Scan this code'], picture: await qrPicture(text) }]);

interface BenchFile {
  readonly format: QrFileFormat;
  readonly what: string;
  readonly make: (text: string) => Promise<Buffer>;
}

export const BENCH_FILES: readonly BenchFile[] = [
  { format: 'png', what: 'PNG, a screenshot of 2 megapixels', make: screenshot },
  {
    format: 'jpeg',
    what: 'JPEG, a photograph of 0.8 megapixels',
    make: (text) => photograph({ turned: 0.2, tilted: 0.2, blur: 1, noise: 8, shadow: 0.2 }, text),
  },
  { format: 'svg', what: 'SVG, the code alone', make: async (text) => Buffer.from(await drawQrCodeSvg(text)) },
  { format: 'tiff', what: 'TIFF, a scanned page of 2 megapixels', make: scan },
  { format: 'pdf', what: 'PDF, the code on the second of two pages', make: letter },
];

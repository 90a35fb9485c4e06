import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeQR } from 'qr/decode.js';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import type { Pixels } from './pages.ts';

/** More codes than this in one picture are a sheet of labels. */
const MOST_SYMBOLS = 64;

const QR_CODES: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: MOST_SYMBOLS,
  // As it was meant, without marks for what cannot be printed.
  textMode: 'Plain',
};

/** What ICCIDs and EIDs are printed in. They are only compared: one that is hard to read is not worth its time. */
const OTHER_CODES: ReaderOptions = {
  formats: ['Code128', 'DataMatrix'],
  tryHarder: false,
  tryInvert: false,
  maxNumberOfSymbols: MOST_SYMBOLS,
  textMode: 'Plain',
};

let reader: Promise<unknown> | undefined;

/** Loads the reader from disk; without this it would ask the network for itself. A repeat does nothing. */
export const loadReader = (): Promise<unknown> => {
  reader ??= readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))).then((wasm) =>
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer }, fireImmediately: true }),
  );
  return reader;
};

/** The texts of the QR codes in the picture, all of them. */
export const readQrCodes = (pixels: Pixels, differently: ReaderOptions = {}): Promise<readonly string[]> =>
  read(pixels, { ...QR_CODES, ...differently });

/** The texts of other bar codes in it. */
export const readOtherCodes = (pixels: Pixels): Promise<readonly string[]> => read(pixels, OTHER_CODES);

const read = async (pixels: Pixels, options: ReaderOptions): Promise<readonly string[]> => {
  await loadReader();
  const found = await readBarcodes(asImage(pixels), options);
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
};

/** One code, by another reader, which finds some that the first does not. */
export const readWithOtherReader = ({ width, height, data }: Pixels, timeLimit: number): readonly string[] => {
  try {
    return [decodeQR({ width, height, data }, { format: 'RGBA', timeLimit })];
  } catch {
    return [];
  }
};

/** The shape that the reader wants: what it does not use is not there. */
const asImage = ({ width, height, data }: Pixels) =>
  ({
    width,
    height,
    data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength),
  }) as unknown as Parameters<typeof readBarcodes>[0];

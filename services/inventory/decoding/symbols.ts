import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeQR } from 'qr/decode.js';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import type { Pixels } from './pages.ts';

/** What is printed as a code in a picture. */
export interface Symbols {
  /** The texts of the QR codes. */
  readonly codes: readonly string[];
  /** The texts of other bar codes: on a card, its ICCID and EID. */
  readonly others: readonly string[];
}

/** More codes than this in one picture are a sheet of labels. */
const MOST_SYMBOLS = 64;

const READING: ReaderOptions = {
  formats: ['QRCode', 'DataMatrix', 'Code128'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: MOST_SYMBOLS,
  // As it was meant, without marks for what cannot be printed.
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

/** Every code in the picture. */
export const readSymbols = async (pixels: Pixels, differently: ReaderOptions = {}): Promise<Symbols> => {
  await loadReader();
  const found = await readBarcodes(asImage(pixels), { ...READING, ...differently });
  const valid = found.filter(({ isValid }) => isValid);
  return {
    codes: valid.filter(({ symbology }) => symbology === 'QRCode').map(({ text }) => text),
    others: valid.filter(({ symbology }) => symbology !== 'QRCode').map(({ text }) => text),
  };
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

/**
 * How many poor pictures are read: photographs of codes, each level of each fault with several codes, by our decoder and
 * by zxing-wasm alone, as it comes, on the same pixels. Says the counts as JSON on standard output.
 */
import sharp from 'sharp';
import { readBarcodes } from 'zxing-wasm/reader';
import { codeNumber } from './bench-files.fixture.ts';
import { decodeFile, prepare } from './decode-file.ts';
import { type Photograph, photograph } from './uploads.fixture.ts';

/** Pictures at each level: each another code with other noise. */
const SEEDS = 4;

interface Fault {
  readonly what: string;
  readonly levels: readonly number[];
  readonly at: (level: number) => Photograph;
}

/** From what every reader reads to what hardly any does. A code is 400 pixels wide where nothing else is said. */
const GRID: readonly Fault[] = [
  { what: 'blur, σ in pixels', levels: [4, 5, 6, 6.5, 7], at: (blur) => ({ blur, noise: 8 }) },
  { what: 'noise, σ of 255', levels: [100, 130, 160, 190, 220], at: (noise) => ({ noise, blur: 1 }) },
  {
    what: 'perspective, how much nearer one edge is',
    levels: [0.6, 0.8, 1, 1.1, 1.2],
    at: (tilted) => ({ tilted, blur: 1, noise: 10 }),
  },
  {
    what: 'rotation in degrees, blurred (σ 5) and noisy (σ 40)',
    levels: [0, 11, 22, 33, 45],
    at: (degrees) => ({ turned: (degrees * Math.PI) / 180, blur: 5, noise: 40 }),
  },
  {
    what: 'JPEG quality, of a code 70 pixels wide',
    levels: [40, 20, 10, 8, 6],
    at: (jpegQuality) => ({ side: 70, jpegQuality }),
  },
  { what: 'width of the code in pixels', levels: [100, 80, 60, 55, 50], at: (side) => ({ side, blur: 0.5, noise: 5 }) },
];

await prepare();

const weRead = async (picture: Buffer, text: string): Promise<boolean> => {
  const decoded = await decodeFile(picture);
  return decoded.outcome === 'read' && decoded.codes.some((code) => code.text === text);
};

const zxingReads = async (picture: Buffer, text: string): Promise<boolean> => {
  const pixels = sharp(picture).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await pixels.toBuffer({ resolveWithObject: true });
  const image = { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  const found = await readBarcodes(image, { formats: ['QRCode'] });
  return found.some((code) => code.isValid && code.text === text);
};

const levels: { readonly what: string; readonly of: number; readonly ours: number; readonly bare: number }[] = [];
for (const { what, levels: steps, at } of GRID) {
  for (const step of steps) {
    let [ours, bare] = [0, 0];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const text = codeNumber(seed);
      const picture = await photograph({ ...at(step), seed }, text);
      if (await weRead(picture, text)) ours++;
      if (await zxingReads(picture, text)) bare++;
    }
    levels.push({ what: `${what}: ${step}`, of: SEEDS, ours, bare });
  }
}

process.stdout.write(`${JSON.stringify(levels)}\n`);

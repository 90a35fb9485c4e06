import sharp, { type Sharp } from 'sharp';
import { type Pages, type Pixels, whitened } from './pages.ts';
import { readQrCodes, readWithOtherReader } from './symbols.ts';

/** How long the other reader may try its own variations of one picture. */
const OTHER_READER_MS = 300;
/** The longer side of what is looked at again: all of the picture was seen once, and each attempt has to end. */
const LONGEST_SIDE = 2_000;
/** Noise and texture are finer than modules: a picture is looked at smaller, too, or, if it is small, larger. */
const OTHER_SIDE = 900;

type Change = (picture: Sharp) => Sharp;

/** What undoes some of what cameras and printers do; those that help most often and cost least come first. */
const CHANGES: readonly Change[] = [
  // Noise.
  (picture) => picture.blur(1.5),
  // Out of focus.
  (picture) => picture.sharpen({ sigma: 4, m1: 5, m2: 5 }),
  // Speckles.
  (picture) => picture.median(5),
  // Shadows and glare: contrast by neighbourhood.
  (picture) => picture.clahe({ width: 50, height: 50, maxSlope: 3 }),
];

/**
 * Looks at a page in other ways, one after another, each only when it is asked for: with the second reader, on black,
 * finer, in other sizes, and changed. Gives the texts found by each. None costs more than a second or two.
 */
export async function* attemptsAt(pages: Pages, index: number): AsyncGenerator<readonly string[]> {
  const drawn = await pages.draw(index, 'plain');
  const plain = await bounded(whitened(drawn));
  yield readWithOtherReader(plain, OTHER_READER_MS);
  if (drawn.transparent) yield await readQrCodes(await bounded(whitened(drawn, 0)));
  if (pages.hasFinePrint) yield await readQrCodes(whitened(await pages.draw(index, 'fine')));
  yield await readQrCodes(plain, { tryDenoise: true });
  const side = Math.max(plain.width, plain.height);
  const resized = await changed(plain, resizedTo(side > OTHER_SIDE ? OTHER_SIDE : 2 * side));
  yield* readings(resized);
  for (const base of [resized, plain]) {
    for (const change of CHANGES) yield* readings(await changed(base, change));
  }
}

async function* readings(pixels: Pixels): AsyncGenerator<readonly string[]> {
  yield await readQrCodes(pixels);
  yield readWithOtherReader(pixels, OTHER_READER_MS);
}

const resizedTo = (side: number): Change => {
  return (picture) => picture.resize({ width: side, height: side, fit: 'inside', kernel: 'cubic' });
};

const bounded = async (pixels: Pixels): Promise<Pixels> =>
  Math.max(pixels.width, pixels.height) > LONGEST_SIDE ? changed(pixels, resizedTo(LONGEST_SIDE)) : pixels;

/** In shades of grey. */
const changed = async ({ width, height, data }: Pixels, change: Change): Promise<Pixels> => {
  const grey = sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .greyscale();
  const { data: shades, info } = await change(grey).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const rgba = new Uint8Array(4 * shades.length).fill(255);
  for (let at = 0; at < shades.length; at++) {
    const shade = shades[at] ?? 0;
    rgba[4 * at] = shade;
    rgba[4 * at + 1] = shade;
    rgba[4 * at + 2] = shade;
  }
  return { width: info.width, height: info.height, data: rgba };
};

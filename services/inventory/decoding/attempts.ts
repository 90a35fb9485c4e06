import sharp, { type Sharp } from 'sharp';
import { type Pages, type Pixels, whitened } from './pages.ts';
import { readSymbols, readWithOtherReader } from './symbols.ts';

/** How long the other reader may try its own variations of one picture. */
const OTHER_READER_MS = 300;
/** A side shorter than this may hold modules of a pixel or two: it is looked at larger. */
const SMALL_SIDE = 1_600;
/** In a large picture, noise and texture are finer than the modules: it is looked at smaller. */
const SIDES_OF_LARGE = [1_400, 700] as const;

type Change = (picture: Sharp) => Sharp;

const resized = (side: number): Change => {
  return (picture) => picture.resize({ width: side, height: side, fit: 'inside', kernel: 'cubic' });
};

/** Ways to look at a poor picture, those that help most often first. */
const changesFor = ({ width, height }: Pixels): readonly Change[] => {
  const side = Math.max(width, height);
  const sizes = side < SMALL_SIDE ? [resized(2 * side)] : SIDES_OF_LARGE.filter((size) => size < side).map(resized);
  const halved = resized(Math.round(side / 2));
  return [
    (picture) => picture.blur(1.5),
    ...sizes,
    // Shadows and glare: contrast by neighbourhood.
    (picture) => picture.clahe({ width: 100, height: 100, maxSlope: 3 }),
    // Out of focus.
    (picture) => picture.sharpen({ sigma: 4, m1: 5, m2: 5 }),
    // Speckles.
    (picture) => picture.median(5),
    (picture) => halved(picture.blur(2)),
  ];
};

/**
 * Looks at a page in other ways, one after another, each only when it is asked for: as it is with the second reader, on
 * black, finer, and changed in ways that undo what cameras and printers do. Gives the texts found by each.
 */
export async function* attemptsAt(
  pages: Pages,
  index: number,
  timeLeftMs: () => number,
): AsyncGenerator<readonly string[]> {
  const drawn = await pages.draw(index, 'plain');
  const other = (pixels: Pixels) => readWithOtherReader(pixels, Math.min(OTHER_READER_MS, timeLeftMs()));
  const plain = whitened(drawn);
  yield other(plain);
  yield (await readSymbols(plain, { tryDenoise: true })).codes;
  if (drawn.transparent) yield (await readSymbols(whitened(drawn, 0))).codes;
  const bases = [plain];
  if (pages.hasFinePrint) {
    const fine = whitened(await pages.draw(index, 'fine'));
    yield (await readSymbols(fine)).codes;
    bases.unshift(fine);
  }
  for (const base of bases) {
    for (const change of changesFor(base)) {
      const pixels = await changed(base, change);
      yield (await readSymbols(pixels)).codes;
      yield other(pixels);
    }
  }
}

const changed = async ({ width, height, data }: Pixels, change: Change): Promise<Pixels> => {
  const grey = sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .greyscale();
  const pixels = await change(grey)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: pixels.info.width, height: pixels.info.height, data: pixels.data };
};

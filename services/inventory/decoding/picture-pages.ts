import sharp, { type Sharp } from 'sharp';
import { MOST_PIXELS, type Pages, type Pixels } from './pages.ts';
import { readSvgSource, repairSvg } from './svg-source.ts';
import { Unreadable } from './unreadable.ts';

// One file, one page at a time: what libvips keeps for later is never asked for, and threads want memory.
sharp.cache(false);
sharp.concurrency(1);
// The format was told already; nothing else that libvips could read is to be reached.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadSvgBuffer',
  ],
});

const STRICT = { limitInputPixels: MOST_PIXELS, failOn: 'error' } as const;

/** PNG, JPEG and TIFF, as large as they are. */
export const openPicture = async (file: Uint8Array): Promise<Pages> => {
  const { pages = 1, hasAlpha } = await refusing(() => sharp(file, STRICT).metadata());
  return {
    count: pages,
    hasFinePrint: false,
    draw: async (page) => {
      const pixels = await toPixels(sharp(file, { ...STRICT, page }));
      return { pixels, transparent: hasAlpha && hasHoles(pixels), texts: [] };
    },
  };
};

/** The longer side of a drawing that has no size of its own, in pixels: a code that fills it has sharp modules. */
const DRAWING_SIDE = 1_200;
const FINE_DRAWING_SIDE = 3_000;
/** The resolution at which a drawing has the size it says, and what sharp takes. */
const NATURAL_DENSITY = 72;
const LEAST_DENSITY = 1;
const MOST_DENSITY = 100_000;

export const openDrawing = async (file: Uint8Array): Promise<Pages> => {
  const source = readSvgSource(file);
  const { svg, densityFor } = await measured(source.text);
  return {
    count: 1,
    hasFinePrint: true,
    draw: async (_page, detail) => {
      const density = densityFor(detail === 'fine' ? FINE_DRAWING_SIDE : DRAWING_SIDE);
      const pixels = await toPixels(sharp(svg, { ...STRICT, density }));
      return { pixels, transparent: hasHoles(pixels), texts: source.texts };
    },
  };
};

interface Measured {
  readonly svg: Buffer;
  /** The resolution at which the longer side has so many pixels. */
  readonly densityFor: (side: number) => number;
}

/** A source that does not draw is repaired once. Only ever from memory: from a path, a drawing could name other files. */
const measured = async (text: string): Promise<Measured> => {
  try {
    return await measure(Buffer.from(text));
  } catch (error) {
    if (error instanceof Unreadable && error.reason === 'broken') return measure(Buffer.from(repairSvg(text)));
    throw error;
  }
};

const measure = async (svg: Buffer): Promise<Measured> => {
  const sideAt = async (density: number): Promise<number> => {
    const { width, height } = await refusing(() => sharp(svg, { ...STRICT, density }).metadata());
    return Math.max(width, height, 1);
  };
  const natural = await sideAt(NATURAL_DENSITY);
  // A size in centimetres grows with the resolution twice: as a length, and with everything that is drawn.
  const power = Math.max(1, Math.round(Math.log2(natural / (await sideAt(NATURAL_DENSITY / 2)))));
  const densityFor = (side: number) => NATURAL_DENSITY * (side / natural) ** (1 / power);
  return { svg, densityFor: (side) => Math.min(MOST_DENSITY, Math.max(LEAST_DENSITY, densityFor(side))) };
};

/** Any colour space and depth, as the eye sees it. */
const toPixels = async (picture: Sharp): Promise<Pixels> => {
  const pixels = picture.toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' });
  const { data, info } = await refusing(() => pixels.toBuffer({ resolveWithObject: true }));
  return { width: info.width, height: info.height, data };
};

const hasHoles = ({ data }: Pixels): boolean => {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
};

/** What libvips says when a picture is too large, or it has no memory left for it. */
const TOO_MUCH = /exceeds pixel limit|out of memory|unable to allocate|memory allocation/i;

const refusing = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    throw new Unreadable(error instanceof Error && TOO_MUCH.test(error.message) ? 'too_complex' : 'broken');
  }
};

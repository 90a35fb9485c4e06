/** Files as distributors send them, made from a text. */
import { seededRandom } from '@simlane/testing/random';
import sharp from 'sharp';
import { drawQrCodePng, drawQrCodeSvg } from './draw-qr-code.ts';
import type { PdfPicture } from './pdf.fixture.ts';

export const CODE = 'LPA:1$smdp.operator.example$K2-1F3ZYX-Q8R7T6';
export const OTHER_CODE = 'LPA:1$smdp.operator.example$ZZ-9W8V7U-A1B2C3';

export const qrPicture = async (text = CODE): Promise<PdfPicture> => {
  const { data, info } = await sharp(await drawQrCodePng(text))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
};

/** The paths of the drawing, to put into a drawing of another shape. */
export const qrPaths = async (text = CODE): Promise<{ modules: number; paths: string }> => {
  const svg = await drawQrCodeSvg(text);
  return {
    modules: Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]),
    paths: svg.replaceAll(/<\/?svg[^>]*>/g, '').replaceAll(/<\?[^>]*>/g, ''),
  };
};

export interface Photograph {
  /** Pixels that the code is wide. */
  readonly side?: number;
  /** Radians. */
  readonly turned?: number;
  /** How much nearer one edge is than the other. */
  readonly tilted?: number;
  readonly blur?: number;
  /** Standard deviation, of 255. */
  readonly noise?: number;
  /** 1 is black on white. */
  readonly contrast?: number;
  /** How much darker one side is. */
  readonly shadow?: number;
  readonly jpegQuality?: number;
  /** Of the noise. */
  readonly seed?: number;
}

const PHOTOGRAPH_SIDE = 900;
const WALL_GREY = 225;

/** A photograph of the code on a wall: turned, from the side, blurred, noisy, in poor light. */
export const photograph = async (as: Photograph, text = CODE): Promise<Buffer> => {
  const { side = 400, turned = 0, tilted = 0, blur = 0, noise = 0, contrast = 1, shadow = 0 } = as;
  const { jpegQuality = 80, seed = 7 } = as;
  const flat = await sharp(await drawQrCodePng(text))
    .resize(side, side, { kernel: 'lanczos3' })
    .greyscale()
    .raw()
    .toBuffer();
  const seen = seenFrom(flat, side, turned, tilted);
  const picture = sharp(seen, { raw: { width: PHOTOGRAPH_SIDE, height: PHOTOGRAPH_SIDE, channels: 1 } });
  const blurred = await (blur > 0 ? picture.blur(blur) : picture).toColourspace('b-w').raw().toBuffer();
  const random = seededRandom(seed);
  // Six even numbers added are near enough to a normal one; 0.5 is the variance of their sum.
  const normal = () =>
    (Array.from({ length: 6 }, () => random.next()).reduce((sum, value) => sum + value, 0) - 3) / Math.SQRT1_2;
  const lit = blurred.map((value, at) => {
    const light = 1 - shadow * ((at % PHOTOGRAPH_SIDE) / PHOTOGRAPH_SIDE);
    return Math.min(255, Math.max(0, (128 + (value - 128) * contrast) * light + noise * normal()));
  });
  return sharp(lit, { raw: { width: PHOTOGRAPH_SIDE, height: PHOTOGRAPH_SIDE, channels: 1 } })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
};

const seenFrom = (flat: Uint8Array, side: number, turned: number, tilted: number): Uint8Array => {
  const seen = new Uint8Array(PHOTOGRAPH_SIDE ** 2).fill(WALL_GREY);
  const middle = PHOTOGRAPH_SIDE / 2;
  const [cosine, sine] = [Math.cos(turned), Math.sin(turned)];
  for (let y = 0; y < PHOTOGRAPH_SIDE; y++) {
    for (let x = 0; x < PHOTOGRAPH_SIDE; x++) {
      const [dx, dy] = [x - middle, y - middle];
      const depth = 1 + (tilted * (dx + dy / 2)) / side;
      const u = Math.round((cosine * dx + sine * dy) / depth + side / 2);
      const v = Math.round((cosine * dy - sine * dx) / depth + side / 2);
      if (depth > 0 && u >= 0 && v >= 0 && u < side && v < side)
        seen[y * PHOTOGRAPH_SIDE + x] = flat[v * side + u] ?? 0;
    }
  }
  return seen;
};

/** Pixels as they come from a renderer: red, green, blue and opacity, a byte each, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Drawn {
  readonly pixels: Pixels;
  /** Something in it lets the background through. */
  readonly transparent: boolean;
  /** The text that the page holds as text. */
  readonly texts: readonly string[];
}

/** How much of a page is drawn: `plain` is what it holds or what a printed code needs, `fine` is for small print. */
export type Detail = 'plain' | 'fine';

/** A file of any format, opened. One page at a time is in memory. */
export interface Pages {
  readonly count: number;
  /** Whether `fine` shows more than `plain`. */
  readonly hasFinePrint: boolean;
  /** @param page counted from 0 */
  draw(page: number, detail: Detail): Promise<Drawn>;
}

/** Larger pictures are refused before they are unpacked: what a good phone takes in one picture. */
export const MOST_PIXELS = 25_000_000;

/** The picture on paper: where it lets the background through, that is white, or as light as told. */
export const whitened = ({ pixels, transparent }: Drawn, background = 255): Pixels => {
  if (!transparent) return pixels;
  const data = new Uint8Array(pixels.data);
  for (let at = 0; at < data.length; at += 4) {
    const opacity = (data[at + 3] ?? 0) / 255;
    for (let colour = at; colour < at + 3; colour++) {
      data[colour] = Math.round((data[colour] ?? 0) * opacity + background * (1 - opacity));
    }
    data[at + 3] = 255;
  }
  return { ...pixels, data };
};

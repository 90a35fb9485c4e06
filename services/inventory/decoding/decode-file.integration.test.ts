import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFile, prepare } from './decode-file.ts';
import { drawQrCodePng, drawQrCodeSvg } from './draw-qr-code.ts';
import { pdfOf } from './pdf.fixture.ts';
import { readQrCodes } from './symbols.ts';
import { warmUpFiles } from './warm-up.ts';
import { CODE, OTHER_CODE, photograph, qrPaths, qrPicture } from './uploads.fixture.ts';

const SVG = 'xmlns="http://www.w3.org/2000/svg"';

const textsIn = async (file: Uint8Array): Promise<readonly string[]> => {
  const decoded = await decodeFile(file);
  return decoded.outcome === 'read' ? decoded.codes.map(({ text }) => text) : [decoded.reason];
};

const pictureWith = async (...texts: string[]): Promise<Buffer> => {
  const codes = await Promise.all(texts.map((text) => drawQrCodePng(text)));
  return sharp({ create: { width: 560 * texts.length, height: 600, channels: 3, background: 'white' } })
    .composite(codes.map((input, at) => ({ input, left: 30 + at * 560, top: 30 })))
    .png()
    .toBuffer();
};

const multiPageTiff = async (texts: readonly (string | null)[]): Promise<Buffer> => {
  const blank = { create: { width: 600, height: 600, channels: 3, background: 'white' } } as const;
  const pages = await Promise.all(
    texts.map((text) => (text === null ? sharp(blank).png().toBuffer() : pictureWith(text).then(fitted))),
  );
  return sharp(pages, { join: { animated: true } })
    .tiff()
    .toBuffer();
};
const fitted = (picture: Buffer) => sharp(picture).resize(600, 600, { fit: 'fill' }).png().toBuffer();

beforeAll(prepare);

it.each([
  [9_000, 20],
  [3, 2_000],
  [1, 1],
])('a picture of %i by %i pixels has no code; it is not broken', async (width, height) => {
  const file = await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  expect(await decodeFile(file)).toMatchObject({ outcome: 'read', codes: [] });
});

describe('a file in each accepted format', () => {
  it('gives its code: PNG, JPEG, TIFF', async () => {
    const png = await drawQrCodePng(CODE);
    for (const [format, file] of [
      ['png', png],
      ['jpeg', await sharp(png).jpeg().toBuffer()],
      ['tiff', await sharp(png).tiff().toBuffer()],
      [
        'tiff',
        await sharp(png)
          .removeAlpha()
          .greyscale()
          .toColourspace('b-w')
          .tiff({ bitdepth: 1, compression: 'ccittfax4' })
          .toBuffer(),
      ],
    ] as const) {
      expect(await decodeFile(file)).toEqual({ outcome: 'read', format, codes: [{ text: CODE, page: 1 }], texts: [] });
    }
  });

  it('is read in the colours of a printer', async () => {
    const file = await sharp(await drawQrCodePng(CODE))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    expect(await textsIn(file)).toEqual([CODE]);
  });

  it('is read with a palette, grey, and 16 bits deep', async () => {
    const png = sharp(await drawQrCodePng(CODE));
    expect(await textsIn(await png.clone().png({ palette: true }).toBuffer())).toEqual([CODE]);
    expect(await textsIn(await png.clone().toColourspace('b-w').png().toBuffer())).toEqual([CODE]);
    expect(await textsIn(await png.clone().toColourspace('rgb16').png().toBuffer())).toEqual([CODE]);
  });

  it('is read on whichever page the code is', async () => {
    const blank = { lines: ['Welcome to your eSIM'] };
    const file = pdfOf([blank, blank, { picture: await qrPicture(), lines: ['ICCID 8988303000000000014'] }, blank]);
    const decoded = await decodeFile(file);
    expect(decoded).toMatchObject({ outcome: 'read', format: 'pdf', codes: [{ text: CODE, page: 3 }] });
    expect(decoded).toHaveProperty('texts', ['Welcome to your eSIM', 'ICCID 8988303000000000014']);

    const tiff = await multiPageTiff([null, null, CODE]);
    expect(await decodeFile(tiff)).toMatchObject({ format: 'tiff', codes: [{ text: CODE, page: 3 }] });
  });

  it('is read from a drawing, of whatever size it says it has', async () => {
    const { modules, paths } = await qrPaths();
    for (const size of [
      `viewBox="0 0 ${modules} ${modules}"`,
      `viewBox="0 0 ${modules} ${modules}" width="20" height="20"`,
      `viewBox="0 0 ${modules} ${modules}" width="100%" height="100%"`,
      `viewBox="0 0 ${modules} ${modules}" width="4cm" height="4cm"`,
      `viewBox="-10 -10 ${modules + 20} ${modules + 20}" width="4000" height="4000"`,
      '',
    ]) {
      const decoded = await decodeFile(Buffer.from(`<svg ${SVG} ${size}>${paths}</svg>`));
      expect([size, decoded]).toMatchObject([size, { format: 'svg', codes: [{ text: CODE, page: 1 }] }]);
    }
  });

  it('is read from a drawing in UTF-16, behind a prolog, with a prefix', async () => {
    const { modules, paths } = await qrPaths();
    const drawing = `<svg ${SVG} viewBox="0 0 ${modules} ${modules}">${paths}</svg>`;
    expect(await textsIn(Buffer.from(`\ufeff${drawing}`, 'utf16le'))).toEqual([CODE]);
    const prolog = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- <svg> of the café -->\n<?style a?>\n';
    expect(await textsIn(Buffer.from(prolog + drawing, 'latin1'))).toEqual([CODE]);
    const prefixed = drawing.replaceAll(/<(\/?)(svg|path)/g, '<$1svg:$2').replace('xmlns=', 'xmlns:svg=');
    expect(await textsIn(Buffer.from(prefixed))).toEqual([CODE]);
  });

  it('is read from a drawing that is slightly broken', async () => {
    const { modules, paths } = await qrPaths();
    const root = `<svg ${SVG} viewBox="0 0 ${modules} ${modules}">`;
    for (const broken of [
      `<svg viewBox="0 0 ${modules} ${modules}">${paths}</svg>`,
      `${root}${paths}<text>Smith & Sons &nbsp;</text></svg>`,
      `${root}<g>${paths}`,
      `${root}<g><g>${paths}</g></svg>`,
      `${root}</g>${paths}</svg>`,
      `${root}<use xlink:href="#logo"/>${paths}</svg>`,
      `${root}${paths}</svg><p>Sent from my phone`,
    ]) {
      expect([broken, await textsIn(Buffer.from(broken))]).toEqual([broken, [CODE]]);
    }
  });

  it('is read where the paper is not drawn', async () => {
    const png = sharp(await drawQrCodePng(CODE));
    const { data, info } = await png.greyscale().negate().raw().toBuffer({ resolveWithObject: true });
    const size = { width: info.width, height: info.height };
    const inkOf = (background: string) =>
      sharp({ create: { ...size, channels: 3, background } })
        .joinChannel(data, { raw: { ...size, channels: 1 } })
        .png()
        .toBuffer();
    expect(await textsIn(await inkOf('black'))).toEqual([CODE]);
    // For a dark page: what is not drawn are the dark modules.
    expect(await textsIn(await inkOf('white'))).toEqual([CODE]);
  });
});

describe('a code that is hard to read', () => {
  it.each([
    ['turned', { turned: 0.6 }],
    ['small', { side: 100 }],
    ['from the side', { tilted: 0.35, turned: 0.3 }],
    ['out of focus', { blur: 4 }],
    ['in the dark', { noise: 45, contrast: 0.5 }],
    ['in low contrast', { contrast: 0.06, noise: 2, jpegQuality: 90 }],
    ['half in a shadow', { shadow: 0.85, noise: 4 }],
    ['saved over and over', { side: 250, jpegQuality: 6 }],
    [
      'all of it a little',
      { side: 260, turned: 0.4, tilted: 0.3, blur: 1.6, noise: 15, contrast: 0.6, shadow: 0.4, jpegQuality: 45 },
    ],
  ] as const)('is read: %s', async (_how, as) => {
    expect(await textsIn(await photograph(as))).toEqual([CODE]);
  });

  it.each([
    ['speckled', { noise: 160, blur: 1 }],
    ['far out of focus', { blur: 6.5, noise: 8 }],
    ['very small', { side: 50, blur: 0.5, noise: 5 }],
    ['saved at the lowest quality', { side: 70, jpegQuality: 6 }],
  ] as const)('is read where one look does not find it: %s', async (_how, as) => {
    const picture = await photograph(as);
    const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(await readQrCodes({ width: info.width, height: info.height, data })).toEqual([]);
    expect(await textsIn(picture)).toEqual([CODE]);
  });

  it('is read white on black', async () => {
    expect(
      await textsIn(
        await sharp(await drawQrCodePng(CODE))
          .negate({ alpha: false })
          .png()
          .toBuffer(),
      ),
    ).toEqual([CODE]);
  });

  it('is read behind a logo', async () => {
    const logo = await sharp({ create: { width: 80, height: 80, channels: 3, background: 'crimson' } })
      .png()
      .toBuffer();
    const file = await sharp(await drawQrCodePng(CODE))
      .composite([{ input: logo, gravity: 'centre' }])
      .png()
      .toBuffer();
    expect(await textsIn(file)).toEqual([CODE]);
  });

  it('is read in a picture of many pixels', async () => {
    const file = await sharp(await drawQrCodePng(CODE))
      .resize(4_800, 4_800, { kernel: 'nearest' })
      .png()
      .toBuffer();
    expect(await textsIn(file)).toEqual([CODE]);
  });
});

describe('what a process warms up with', () => {
  it('is read as any other file', async () => {
    const read = [];
    for (const file of await warmUpFiles()) read.push(await decodeFile(file));
    expect(read.map((decoded) => [decoded.format, decoded.outcome === 'read' && decoded.codes.length])).toEqual([
      ['png', 1],
      ['svg', 1],
      ['pdf', 1],
      ['pdf', 1],
    ]);
  });
});

describe('what a file holds', () => {
  it('is every code: in one picture, on several pages', async () => {
    expect(new Set(await textsIn(await pictureWith(CODE, OTHER_CODE)))).toEqual(new Set([CODE, OTHER_CODE]));
    const pdf = pdfOf([{ picture: await qrPicture() }, { picture: await qrPicture(OTHER_CODE) }]);
    expect(await decodeFile(pdf)).toMatchObject({
      codes: [
        { text: CODE, page: 1 },
        { text: OTHER_CODE, page: 2 },
      ],
    });
  });

  it('is a code once, however often it is there', async () => {
    expect(await textsIn(await pictureWith(CODE, CODE))).toEqual([CODE]);
    expect(await textsIn(await multiPageTiff([CODE, CODE]))).toEqual([CODE]);
  });

  it('is the text of a drawing', async () => {
    const { paths } = await qrPaths();
    const text = '<text x="1">ICCID <tspan>8988303000000000014</tspan></text>';
    const decoded = await decodeFile(Buffer.from(`<svg ${SVG} viewBox="0 0 60 60">${paths}${text}</svg>`));
    expect(decoded).toMatchObject({ codes: [{ text: CODE }], texts: ['ICCID 8988303000000000014'] });
  });

  it('is no code where there is none', async () => {
    const noise = new Uint8Array(600 * 600).map((_value, at) => (at * 2_654_435_761) >>> 24);
    const picture = await sharp(noise, { raw: { width: 600, height: 600, channels: 1 } })
      .png()
      .toBuffer();
    expect(await decodeFile(picture)).toEqual({ outcome: 'read', format: 'png', codes: [], texts: [] });
  });

  it('is what is drawn: the clean drawing of a text is read as that text', async () => {
    expect(await textsIn(Buffer.from(await drawQrCodeSvg(OTHER_CODE)))).toEqual([OTHER_CODE]);
    expect(await textsIn(await drawQrCodePng(OTHER_CODE))).toEqual([OTHER_CODE]);
  });
});

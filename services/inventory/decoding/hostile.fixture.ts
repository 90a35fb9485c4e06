/** Files that were made to do harm, or that look as if. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { type PdfObject, pdfOf, writePdf } from './pdf.fixture.ts';

const SVG = 'xmlns="http://www.w3.org/2000/svg"';

const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
};

/** One bit for each pixel, all of them the same. */
export const giantPng = (side: number): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(side * (Math.ceil(side / 8) + 1)))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
};

/** A small picture that says it is 65,500 pixels wide and high. */
export const giantJpeg = async (): Promise<Buffer> => {
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'white' } })
    .jpeg()
    .toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(65_500, frame + 5);
  jpeg.writeUInt16BE(65_500, frame + 7);
  return jpeg;
};

const TIFF_ENTRY_BYTES = 12;
const [SHORT, LONG] = [3, 4];

/** Directories of a bilevel TIFF, each with these sides and a strip of nothing. */
const tiffOf = (directories: number, side: number): Buffer => {
  const tags = (strip: number) => [
    [256, LONG, side],
    [257, LONG, side],
    [258, SHORT, 1],
    [259, SHORT, 1],
    [262, SHORT, 1],
    [273, LONG, strip],
    [277, SHORT, 1],
    [278, LONG, side],
    [279, LONG, 1],
  ];
  const bytes = 2 + tags(0).length * TIFF_ENTRY_BYTES + 4;
  const file = Buffer.alloc(8 + directories * bytes + 1);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  for (let index = 0; index < directories; index++) {
    const start = 8 + index * bytes;
    const entries = tags(file.length - 1);
    file.writeUInt16LE(entries.length, start);
    for (const [at, [tag = 0, type = 0, value = 0]] of entries.entries()) {
      const entry = start + 2 + at * TIFF_ENTRY_BYTES;
      file.writeUInt16LE(tag, entry);
      file.writeUInt16LE(type, entry + 2);
      file.writeUInt32LE(1, entry + 4);
      file.writeUInt32LE(value, entry + 8);
    }
    file.writeUInt32LE(index + 1 < directories ? start + bytes : 0, start + bytes - 4);
  }
  return file;
};

export const giantTiff = (): Buffer => tiffOf(1, 60_000);
export const tiffOfManyPages = (): Buffer => tiffOf(30_000, 1_000);

export const giantSvg = (): Buffer =>
  Buffer.from(`<svg ${SVG} width="1000000000" height="1000000000"><rect width="9" height="9"/></svg>`);

const LAUGHS = 12;
const LEVELS = 9;

/** Each level uses the one below twelve times. */
export const svgOfUses = (): Buffer => {
  const levels = Array.from({ length: LEVELS }, (_level, at) => {
    const below = at === 0 ? '<rect width="1" height="1"/>' : `<use href="#l${at - 1}" x="1"/>`.repeat(LAUGHS);
    return `<g id="l${at}">${at === 0 ? below.repeat(LAUGHS) : below}</g>`;
  });
  return Buffer.from(
    `<svg ${SVG} viewBox="0 0 99 99"><defs>${levels.join('')}</defs><use href="#l${LEVELS - 1}"/></svg>`,
  );
};

/** Each filter asks for another look at every pixel. */
export const svgOfFilters = (): Buffer => {
  const steps = '<feTurbulence baseFrequency="0.9" numOctaves="99"/><feMorphology operator="dilate" radius="400"/>';
  const rects = '<rect width="99" height="99" filter="url(#f)"/>'.repeat(200);
  return Buffer.from(
    `<svg ${SVG} viewBox="0 0 99 99"><filter id="f" x="-9" y="-9" width="19" height="19">${steps.repeat(50)}</filter>${rects}</svg>`,
  );
};

/** Each pattern is filled with the next one. */
export const svgOfPatterns = (): Buffer => {
  const patterns = Array.from(
    { length: 12 },
    (_pattern, at) =>
      `<pattern id="p${at}" width="0.01" height="0.01"><rect width="99" height="99" fill="url(#p${at + 1})"/></pattern>`,
  );
  return Buffer.from(
    `<svg ${SVG} viewBox="0 0 99 99">${patterns.join('')}<rect width="99" height="99" fill="url(#p0)"/></svg>`,
  );
};

/** A picture in a few kilobytes that wants gigabytes: packed twice. */
export const pdfThatWantsGigabytes = (): Buffer => {
  const side = 30_000;
  const objects: PdfObject[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>',
    { entries: '', bytes: Buffer.from('q 500 0 0 500 0 0 cm /I Do Q') },
    {
      entries:
        `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceRGB ` +
        '/BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]',
      bytes: deflateSync(deflateSync(Buffer.alloc(500_000_000), { level: 1 })),
    },
  ];
  return writePdf(objects);
};

export const pdfOfManyObjects = (): Buffer => {
  const kids = Array.from({ length: 150_000 }, () => '<<>>');
  return writePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 0 /Kids [] >>', ...kids]).subarray(
    0,
    5e6,
  );
};

/** A page that is there again and again. */
export const pdfOfManyPages = (): Buffer =>
  writePdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count 400000 /Kids [${'3 0 R '.repeat(400_000)}] >>`,
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
  ]);

/** A page that draws itself twice, and so on. */
export const pdfOfForms = (): Buffer => {
  const forms: PdfObject[] = Array.from({ length: 12 }, (_form, at) => ({
    entries: `/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F ${6 + at} 0 R >> >>`,
    bytes: Buffer.from('0 0 500 500 re f /F Do '.repeat(12)),
  }));
  return writePdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>',
    { entries: '', bytes: Buffer.from('/F Do') },
    ...forms,
    { entries: '/Type /XObject /Subtype /Form /BBox [0 0 9 9]', bytes: Buffer.from('0 0 5 5 re f') },
  ]);
};

/** Opens with a password only, which nobody told. */
export const encryptedPdf = (): Buffer => {
  const hash = '<'.concat('a5'.repeat(32), '>');
  const handler = `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O ${hash} /U ${hash} >>`;
  return pdfOf([{ lines: ['secret'] }], `/Encrypt ${handler} /ID [<0123456789abcdef> <0123456789abcdef>]`);
};

export const svgWithEntities = (): Buffer => {
  const entities = Array.from({ length: 9 }, (_entity, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`);
  return Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e0 "ha">${entities.join('')}]><svg ${SVG}><text>&e9;</text></svg>`,
  );
};

/** Names a file in each of the ways that there are. */
export const svgThatReads = (path: string): Buffer =>
  Buffer.from(
    `<svg ${SVG} xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" viewBox="0 0 400 400">
      <?xml-stylesheet href="file://${path}"?><style>@import url("file://${path}"); rect { fill: url("file://${path}#a") }</style>
      <image href="file://${path}" width="400" height="400"/><image xlink:href="${path}" width="400" height="400"/>
      <xi:include href="file://${path}" parse="text"/><use href="file://${path}#a"/>
      <image href="http://127.0.0.1:9/code.png" width="400" height="400"/><rect width="400" height="400" fill="none"/></svg>`,
  );

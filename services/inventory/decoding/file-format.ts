import type { QrFileFormat } from '@simlane/contracts/qr-code';

const startsWith = (...bytes: readonly number[]) => {
  return (file: Uint8Array): boolean => bytes.every((byte, at) => file[at] === byte);
};

/** The first bytes of each format that is no text. A file that is two formats at once is what it begins as. */
const BEGINNINGS: readonly { readonly format: QrFileFormat; readonly fits: (file: Uint8Array) => boolean }[] = [
  { format: 'png', fits: startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  { format: 'jpeg', fits: startsWith(0xff, 0xd8, 0xff) },
  { format: 'tiff', fits: startsWith(0x49, 0x49, 0x2a, 0x00) },
  { format: 'tiff', fits: startsWith(0x4d, 0x4d, 0x00, 0x2a) },
  { format: 'pdf', fits: startsWith(0x25, 0x50, 0x44, 0x46, 0x2d) },
];

/** A prolog with a licence in a comment is shorter. */
const LONGEST_SVG_PROLOG = 16 * 1024;
const BEFORE_FIRST_ELEMENT = /^(?:\s+|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^<>[]*(?:\[[^]*?\]\s*)?>)*/;
const SVG_ELEMENT = /^<(?:[A-Za-z_][\w.-]*:)?svg[\s/>]/;

/** What the file is by its content; null if it is none of the accepted formats. Its name and declared type do not count. */
export const tellFormat = (file: Uint8Array): QrFileFormat | null =>
  BEGINNINGS.find(({ fits }) => fits(file))?.format ?? (beginsAsSvg(file) ? 'svg' : null);

const beginsAsSvg = (file: Uint8Array): boolean => {
  const beginning = decodeXml(file.subarray(0, LONGEST_SVG_PROLOG), { cut: true });
  return beginning !== null && SVG_ELEMENT.test(beginning.replace(BEFORE_FIRST_ELEMENT, ''));
};

const XML_ENCODING = /^<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/**
 * The text of an XML file by its byte order mark, or else by the encoding it declares, without the mark; null if the
 * bytes are not that.
 *
 * @param options.cut the end may stand in the middle of a character
 */
export const decodeXml = (file: Uint8Array, options: { cut: boolean }): string | null => {
  const declared = XML_ENCODING.exec(Buffer.from(file.subarray(0, 256)).toString('latin1'))?.[1] ?? 'utf-8';
  const encoding =
    file[0] === 0xff && file[1] === 0xfe ? 'utf-16le' : file[0] === 0xfe && file[1] === 0xff ? 'utf-16be' : declared;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(file, { stream: options.cut });
  } catch {
    return null;
  }
};

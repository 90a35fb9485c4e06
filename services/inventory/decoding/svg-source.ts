import { decodeXml } from './file-format.ts';
import { Unreadable } from './unreadable.ts';

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
/** Whoever declares things can make much out of little, and can name files. Nothing that is drawn needs it. */
const DECLARATION = /<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i;
const ROOT = /<(?:([A-Za-z_][\w.-]*):)?svg(?=[\s/>])[^>]*>/;

export interface SvgSource {
  /** From its first element on, free of declarations. */
  readonly text: string;
  readonly texts: readonly string[];
}

/**
 * Reads the source of an SVG. Its root is in the SVG namespace or, a slip that browsers forgive inside a page, in none.
 *
 * @throws Unreadable `format` where there are declarations or another namespace, `broken` where it is no text
 */
export const readSvgSource = (file: Uint8Array): SvgSource => {
  const whole = decodeXml(file, { cut: false });
  if (whole === null) throw new Unreadable('broken');
  if (DECLARATION.test(whole)) throw new Unreadable('format');
  const root = ROOT.exec(whole.replaceAll(/<!--[^]*?-->|<\?[^]*?\?>/g, (skipped) => ' '.repeat(skipped.length)));
  if (root === null) throw new Unreadable('broken');
  const namespace = namespaceOf(root[0], root[1]);
  if (namespace !== null && namespace !== SVG_NAMESPACE) throw new Unreadable('format');
  const text = whole.slice(root.index);
  return { text, texts: printedTexts(text) };
};

const namespaceOf = (root: string, prefix: string | undefined): string | null => {
  const attribute = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`;
  return new RegExp(`\\s${attribute}\\s*=\\s*(["'])(.*?)\\1`).exec(root)?.[2]?.trim() ?? null;
};

const printedTexts = (text: string): readonly string[] =>
  [...text.matchAll(/<(?:[\w.-]+:)?text(?=[\s>])[^>]*>([^]*?)<\/(?:[\w.-]+:)?text\s*>/g)]
    .map(([, inner = '']) =>
      inner
        .replaceAll(/<[^>]*>/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((printed) => printed !== '');

const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<(\/?)([A-Za-z_][\w:.-]*)(?:"[^"]*"|'[^']*'|[^>"'])*?(\/?)>/g;

/**
 * What editors and copying break, put right: prefixes that were never declared, bare ampersands, elements that are not
 * closed or closed without being open, and what stands behind the root.
 */
export const repairSvg = (text: string): string => {
  const parts: string[] = [];
  const open: string[] = [];
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    const [whole, closing, name, selfClosing] = token;
    parts.push(text.slice(end, token.index));
    end = token.index + whole.length;
    if (name === undefined || closing === '') parts.push(whole);
    if (name === undefined || selfClosing === '/') continue;
    if (closing === '') open.push(name);
    else if (open.includes(name)) parts.push(...closeDownTo(name, open));
    if (open.length === 0) break;
  }
  parts.push(...closeDownTo(undefined, open));
  return withPrefixes(parts.join('').replaceAll(BARE_AMPERSAND, '&amp;'));
};

/** Anything that is no reference to a character: no other entity can be declared. */
const BARE_AMPERSAND = /&(?!(?:#\d+|#x[\da-f]+|amp|lt|gt|quot|apos);)/gi;

/** The end tags from the innermost open element to the one of this name, or to the root. */
const closeDownTo = (name: string | undefined, open: string[]): readonly string[] => {
  const from = name === undefined ? 0 : open.lastIndexOf(name);
  return open
    .splice(from)
    .toReversed()
    .map((closed) => `</${closed}>`);
};

const withPrefixes = (text: string): string => {
  const used = new Set([...text.matchAll(/[<\s/]([A-Za-z_][\w.-]*):[A-Za-z_]/g)].map(([, prefix = '']) => prefix));
  const missing = [...used].filter(
    (prefix) => !/^xml/i.test(prefix) && !new RegExp(`\\sxmlns:${prefix}\\s*=`).test(text),
  );
  const declared = missing.map(
    (prefix) => ` xmlns:${prefix}="${prefix === 'xlink' ? 'http://www.w3.org/1999/xlink' : `urn:${prefix}`}"`,
  );
  return text.replace(/^<[\w:.-]+/, (root) => `${root}${declared.join('')}`);
};

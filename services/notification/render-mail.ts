import type { Language } from '@simlane/contracts/http/primitives';
import type { Link, Mail, Paragraph } from './mail.ts';

interface RenderedMail {
  readonly html: string;
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const BODY_STYLE =
  'margin:0;padding:24px 12px;background:#f3f4f6;color:#1f2937;font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const CARD_STYLE = 'max-width:560px;margin:0 auto;padding:28px 32px;background:#ffffff;border-radius:8px';
const TITLE_STYLE = 'margin:0 0 20px;font-size:19px;line-height:1.35;color:#111827';
const PARAGRAPH_STYLE = 'margin:0 0 14px';
const QUOTATION_STYLE = 'margin:0 0 14px;padding:2px 0 2px 14px;border-left:3px solid #d1d5db;color:#4b5563';
const BUTTON_STYLE =
  'display:inline-block;padding:11px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;font-weight:600;text-decoration:none';
const LINK_STYLE = 'color:#1d4ed8;text-decoration:underline';

/**
 * The two forms of a mail. Everything is escaped; nothing becomes a link but a button and a link. No image, script or
 * foreign resource: it looks the same in every client and tells nobody that it was opened.
 *
 * @throws RangeError if a button or link does not lead to an http(s) URL
 */
export const renderMail = (mail: Mail): RenderedMail => ({ html: renderHtml(mail), text: renderText(mail) });

const renderHtml = ({ language, subject, paragraphs }: Mail): string =>
  [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(subject)}</title>`,
    '</head>',
    `<body style="${BODY_STYLE}">`,
    `<div style="${CARD_STYLE}">`,
    `<h1 style="${TITLE_STYLE}">${escapeHtml(subject)}</h1>`,
    ...paragraphs.map(paragraphHtml),
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');

const renderText = ({ language, paragraphs }: Mail): string =>
  paragraphs
    .map((paragraph) => paragraphText(paragraph, language))
    .join('\n\n')
    .concat('\n');

const paragraphHtml = (paragraph: Paragraph): string => {
  if (typeof paragraph === 'string') return `<p style="${PARAGRAPH_STYLE}">${escapeHtml(paragraph)}</p>`;
  if ('button' in paragraph) return linkHtml(paragraph.button, BUTTON_STYLE);
  if ('link' in paragraph) return linkHtml(paragraph.link, LINK_STYLE);
  if ('quotation' in paragraph) {
    return `<blockquote dir="auto" style="${QUOTATION_STYLE}">${linesHtml(linesOf(paragraph.quotation))}</blockquote>`;
  }
  return blocksOf(linesOf(paragraph.letter))
    .map((lines) => `<p dir="auto" style="${PARAGRAPH_STYLE}">${linesHtml(lines)}</p>`)
    .join('\n');
};

const linkHtml = ({ label, url }: Link, style: string): string =>
  `<p style="${PARAGRAPH_STYLE}"><a style="${style}" href="${escapeHtml(httpUrl(url))}">${escapeHtml(label)}</a></p>`;

const linesHtml = (lines: readonly string[]): string => lines.map(escapeHtml).join('<br>');

const paragraphText = (paragraph: Paragraph, language: Language): string => {
  if (typeof paragraph === 'string') return paragraph;
  if ('button' in paragraph) return linkText(paragraph.button, language);
  if ('link' in paragraph) return linkText(paragraph.link, language);
  // Each line of a quotation is marked, so that none can pass for one of ours.
  if ('quotation' in paragraph)
    return linesOf(paragraph.quotation)
      .map((line) => `> ${line}`)
      .join('\n');
  return linesOf(paragraph.letter).join('\n');
};

const COLON = { en: ':', fr: '\u{a0}:' } as const satisfies Record<Language, string>;

const linkText = ({ label, url }: Link, language: Language): string => `${label}${COLON[language]}\n${httpUrl(url)}`;

/** What stands between empty lines. */
const blocksOf = (lines: readonly string[]): readonly (readonly string[])[] => {
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (line === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
};

/** Whatever a mail client could take for the end of a line ends one; no other control character stays. */
const linesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\r\n|[\n\v\f\r\u{85}\u{2028}\u{2029}]/u)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim());

const httpUrl = (url: string): string => {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new RangeError('A link leads to an http(s) URL');
  return url;
};

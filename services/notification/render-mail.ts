import type { Mail, Paragraph } from './mail.ts';

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

/**
 * The two forms of a mail. Everything is escaped; the only link is the button's. No image, script or foreign
 * resource: it looks the same in every client and tells nobody that it was opened.
 *
 * @throws RangeError if the button does not lead to an http(s) URL
 */
export const renderMail = (mail: Mail): RenderedMail => ({ html: renderHtml(mail), text: renderText(mail) });

const renderHtml = ({ language, subject, paragraphs, button }: Mail): string =>
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
    ...(button === undefined
      ? []
      : [
          `<p style="${PARAGRAPH_STYLE}"><a style="${BUTTON_STYLE}" href="${escapeHtml(httpUrl(button.url))}">${escapeHtml(button.label)}</a></p>`,
        ]),
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');

const renderText = ({ paragraphs, button }: Mail): string =>
  [...paragraphs.map(paragraphText), ...(button === undefined ? [] : [`${button.label}:\n${httpUrl(button.url)}`]), '']
    .join('\n\n')
    .trimEnd()
    .concat('\n');

const paragraphHtml = (paragraph: Paragraph): string =>
  typeof paragraph === 'string'
    ? `<p style="${PARAGRAPH_STYLE}">${escapeHtml(paragraph)}</p>`
    : `<blockquote dir="auto" style="${QUOTATION_STYLE}">${linesOf(paragraph.quotation).map(escapeHtml).join('<br>')}</blockquote>`;

/** Each line of a quotation is marked, so that none can pass for one of ours. */
const paragraphText = (paragraph: Paragraph): string =>
  typeof paragraph === 'string'
    ? paragraph
    : linesOf(paragraph.quotation)
        .map((line) => `> ${line}`)
        .join('\n');

/** Whatever a mail client could take for the end of a line ends one; no other control character stays. */
const linesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\r\n|[\n\v\f\r\u{85}\u{2028}\u{2029}]/u)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim());

const httpUrl = (url: string): string => {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new RangeError('A button leads to an http(s) URL');
  return url;
};

import type { Language } from '@simlane/contracts/http/primitives';
import { formatMsisdn } from '@simlane/contracts/phone-number';
import { type Html, html } from './html.ts';
import { type PageAsset, pageStyle } from './page-assets.ts';

/** Of every page: its own style and script and nothing from elsewhere, kept by nobody, its address told to nobody. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; " +
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const;

/** The SIM as people know it. */
export interface SimOnPage {
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly temporaryReference: string | null;
}

/** The best known of its names: the number, else the ICCID, else the reference; null if it has none. */
export const nameOfSim = ({ msisdn, iccid, temporaryReference }: SimOnPage): string | null =>
  msisdn === null ? (iccid ?? temporaryReference) : formatMsisdn(msisdn);

interface Page {
  readonly language: Language;
  readonly title: string;
  readonly main: Html;
  readonly script?: PageAsset;
}

/** A whole document around its main part. The script stands in the head: it only listens, and must know of no element. */
export const page = ({ language, title, main, script }: Page): string =>
  html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${pageStyle.url}">
${script && html`<script src="${script.url}"></script>`}
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`.toString();

/** A term and what it is; null is left out. */
export type Fact = readonly [term: string, value: string | Html | null];

export const factList = (facts: readonly Fact[]): Html => html`<dl>
${facts.map(([term, value]) => value !== null && html`<div><dt>${term}</dt><dd>${value}</dd></div>\n`)}</dl>`;

const OWN_PATH = /^\/inventory\/v1\//;
const PNG_DATA = /^data:image\/png;base64,/;

/** @throws RangeError unless it is a path of ours */
export const ownPath = (path: string): string => {
  if (!OWN_PATH.test(path)) throw new RangeError('A page leads to paths of this service only');
  return path;
};

/** @throws RangeError unless it is a PNG in the page itself, or a path of ours */
export const pictureSource = (source: string): string => (PNG_DATA.test(source) ? source : ownPath(source));

const ICONS = {
  done: html`<path d="M7 12.5l3.5 3.5L17 9"/>`,
  waits: html`<path d="M12 7v5l3.5 2"/>`,
  refused: html`<path d="M12 7v6M12 16.5v.5"/>`,
} as const;
export type Outcome = keyof typeof ICONS;

/**
 * The heading of a page that says how something ended. It takes the focus when the page comes, so that a screen
 * reader begins with it; the script does the same when only the main part is exchanged.
 */
export const outcomeHeading = (outcome: Outcome, text: string): Html =>
  html`<svg class="icon ${outcome}" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${ICONS[outcome]}</svg>
<h1 tabindex="-1" autofocus>${text}</h1>`;

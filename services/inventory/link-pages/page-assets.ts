import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface PageAsset {
  /** To be served at. */
  readonly path: `/${string}`;
  /** To be asked for at: with a hash of what is in it, so that it can be kept for good. */
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const FOLDER = '/inventory/v1/link-pages';
/** A year; another content has another URL. */
const KEPT = 'public, max-age=31536000, immutable';
/** Enough to tell any two contents apart that we shall ever have. */
const HASH_CHARACTERS = 12;

const assetOf = (file: string, contentType: string): PageAsset => {
  const body = readFileSync(new URL(file, import.meta.url), 'utf8');
  const hash = createHash('sha256').update(body).digest('hex').slice(0, HASH_CHARACTERS);
  const path = `${FOLDER}/${file}` as const;
  return {
    path,
    url: `${path}?v=${hash}`,
    body,
    headers: { 'content-type': contentType, 'cache-control': KEPT, 'x-content-type-options': 'nosniff' },
  };
};

const STYLE = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

export const pageStyle = assetOf('page.css', STYLE);
export const uploadScript = assetOf('upload.js', SCRIPT);
export const phoneScript = assetOf('phone.js', SCRIPT);

/** All that the pages load. */
export const PAGE_ASSETS: readonly PageAsset[] = [pageStyle, uploadScript, phoneScript];

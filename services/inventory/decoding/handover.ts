import type { Decoded } from './decoder.ts';

/** What a child does before it says that it is ready: its only argument. `warm`: it has read files of its own. */
export type Preparation = 'warm' | 'loaded';

/** The first line of a child: it may have its file. */
export const READY = 'ready';

/** Of the line that answers. A child that says more was taken over. */
export const LONGEST_ANSWER_BYTES = 64 * 1024;

/** Two different codes are refused by whoever asked, so that a few are enough to name. */
export const MOST_CODES = 20;
/** An activation code has 255 characters at most; longer texts are told apart by how they begin. */
export const LONGEST_TEXT = 500;
/** What is printed beside the codes of a page or two. */
export const MOST_TEXTS = 400;

/** The line that a child answers with: no longer than it may be, with as many of the other texts as that leaves room for. */
export const writeAnswer = (decoded: Decoded): string => {
  if (decoded.outcome === 'unreadable') return JSON.stringify(decoded);
  const codes = decoded.codes.slice(0, MOST_CODES).map(({ text, page }) => ({ text: cut(text), page }));
  const texts: string[] = [];
  let room = LONGEST_ANSWER_BYTES - bytes(JSON.stringify({ ...decoded, codes, texts }));
  for (const text of decoded.texts.slice(0, MOST_TEXTS)) {
    room -= bytes(JSON.stringify(cut(text))) + 1;
    if (room <= 0) break;
    texts.push(cut(text));
  }
  return JSON.stringify({ ...decoded, codes, texts });
};

const cut = (text: string): string => text.slice(0, LONGEST_TEXT);
const bytes = (text: string): number => Buffer.byteLength(text);

/**
 * The table of product.md §3, read anew for the model test: what a word of the provider is judged to be, and what is
 * known of the new eSIM afterwards. It must not share code with what it is to check.
 */
import type { IccidSymbol, Said } from './history.ts';

export type Word = 'acknowledged' | 'processed' | 'cancelled' | 'rejected';
export type Judged = 'applied' | 'duplicate' | 'stale' | 'conflict';

/** "decided so far": the rows of the table. */
export type Decided = 'confirmed' | 'acknowledged' | 'processed' | 'cancelled';

/** The columns are the words. "fills in a missing ICCID, EID or code; a different one: conflict". */
const TABLE: Record<Decided, Record<Word, Judged | 'fills in' | 'fills in or conflicts'>> = {
  confirmed: { acknowledged: 'applied', processed: 'applied', cancelled: 'applied', rejected: 'applied' },
  acknowledged: { acknowledged: 'fills in', processed: 'applied', cancelled: 'applied', rejected: 'applied' },
  processed: {
    acknowledged: 'stale',
    processed: 'fills in or conflicts',
    cancelled: 'conflict',
    rejected: 'conflict',
  },
  cancelled: { acknowledged: 'stale', processed: 'conflict', cancelled: 'duplicate', rejected: 'duplicate' },
};

/** What counts of what was said of the new eSIM. */
export interface Known {
  readonly iccid: IccidSymbol | null;
  /** The last ICCID that was said and cannot be used. */
  readonly unusable: 'malformed' | 'in_use' | null;
  readonly eid: 'E' | 'F' | null;
  /** Everything that was said in words that counted, also what a later word has replaced. */
  readonly everSaid: readonly (IccidSymbol | 'E' | 'F')[];
}

/** With what a word is compared; none: it is missing. */
export interface Comparable {
  readonly iccids: readonly IccidSymbol[];
  readonly eids: readonly ('E' | 'F')[];
}

/**
 * Compared with what counts, which is what was said last: `acknowledged(A)`, `processed(B)`, `processed(A)` is "a
 * different one". Where the letter of §3 and the service part, and the model follows the service:
 *
 * - `acknowledged(in_use)`, `acknowledged(A)`, `processed`: "one that another SIM in use has counts as missing", so A is
 *   filled in; the service finds out at the switch only, and A is lost.
 */
export const comparable = ({ everSaid }: Known, isIccidMissing: boolean): Comparable => ({
  iccids: isIccidMissing ? [] : everSaid.filter((one) => one === 'A' || one === 'B' || one === 'in_use').slice(-1),
  eids: everSaid.filter((one) => one === 'E' || one === 'F').slice(-1),
});

/**
 * "A provider with `cutoverOn: installed` is translated at intake: its `processed` is recorded as `acknowledged` (ICCID
 * and code kept), its `installed` as `processed`." Of other providers, `installed` says that the new SIM serves the line.
 */
export const translated = (says: Said['says'], cutoverOn: 'processed' | 'installed'): Word => {
  if (says === 'installed') return 'processed';
  return says === 'processed' && cutoverOn === 'installed' ? 'acknowledged' : says;
};

export interface Judgement {
  readonly disposition: Judged;
  readonly fillsIn: boolean;
}

export const judgeWord = (decided: Decided, word: Word, said: Omit<Said, 'says'>, before: Comparable): Judgement => {
  const entry = TABLE[decided][word];
  if (entry !== 'fills in' && entry !== 'fills in or conflicts') return { disposition: entry, fillsIn: false };
  const news = [compare(wellFormed(said.iccid), before.iccids), compare(said.eid, before.eids)];
  const isDifferent = news.includes('different');
  if (isDifferent && entry === 'fills in or conflicts') return { disposition: 'conflict', fillsIn: false };
  return { disposition: 'duplicate', fillsIn: news.includes('missing') && !isDifferent };
};

const compare = <T>(now: T | undefined, before: readonly T[]): 'nothing new' | 'missing' | 'different' => {
  if (now === undefined || before.includes(now)) return 'nothing new';
  return before.length === 0 ? 'missing' : 'different';
};

/** "A malformed one […] counts as missing". */
const wellFormed = (iccid: IccidSymbol | undefined): IccidSymbol | undefined =>
  iccid === 'malformed' ? undefined : iccid;

/**
 * The table of product.md §3, read anew for the model test: what a word of the provider is judged to be, and what is
 * known of the new eSIM afterwards. It must not share code with what it is to check.
 */
import type { IccidSymbol, Said } from './history.ts';

export type Word = 'acknowledged' | 'processed' | 'cancelled' | 'rejected';
export type Judged = 'applied' | 'duplicate' | 'stale' | 'conflict';

/** "decided so far": the rows of the table. */
export type Decided = 'confirmed' | 'acknowledged' | 'processed' | 'cancelled';

/** The columns are the words. `duplicate+` "fills in a missing ICCID, EID or code; a different one: conflict". */
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
  readonly eid: 'E' | 'F' | null;
}

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

export const judgeWord = (decided: Decided, word: Word, said: Omit<Said, 'says'>, known: Known): Judgement => {
  const entry = TABLE[decided][word];
  if (entry !== 'fills in' && entry !== 'fills in or conflicts') return { disposition: entry, fillsIn: false };
  const pairs = [
    [wellFormed(said.iccid), known.iccid],
    [said.eid, known.eid],
  ] as const;
  const isDifferent = pairs.some(([now, before]) => now !== undefined && before !== null && now !== before);
  if (isDifferent && entry === 'fills in or conflicts') return { disposition: 'conflict', fillsIn: false };
  const isMissing = pairs.some(([now, before]) => now !== undefined && before === null);
  return { disposition: 'duplicate', fillsIn: isMissing && !isDifferent };
};

/** "A malformed one […] counts as missing". */
export const wellFormed = (iccid: IccidSymbol | undefined): IccidSymbol | undefined =>
  iccid === 'malformed' ? undefined : iccid;

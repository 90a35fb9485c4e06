import { describe, expect, it } from 'vitest';
import {
  type Decided,
  decidedBy,
  DECIDED,
  type Identifiers,
  judge,
  PROVIDER_WORDS,
  type ProviderWord,
} from './facts.ts';

/** The table of product.md §3, row by row, written out anew. */
const TABLE: Record<Decided, Record<ProviderWord, string>> = {
  confirmed: { acknowledged: 'applied', processed: 'applied', cancelled: 'applied', rejected: 'applied' },
  acknowledged: { acknowledged: 'duplicate', processed: 'applied', cancelled: 'applied', rejected: 'applied' },
  processed: { acknowledged: 'stale', processed: 'duplicate', cancelled: 'conflict', rejected: 'conflict' },
  cancelled: { acknowledged: 'stale', processed: 'conflict', cancelled: 'duplicate', rejected: 'duplicate' },
};

describe('the table by which a word of the provider is judged', () => {
  for (const decided of DECIDED) {
    for (const word of PROVIDER_WORDS) {
      it(`${decided} so far, now ${word}: ${TABLE[decided][word]}`, () => {
        expect(judge(decided, word, 'nothing_new')).toEqual({ disposition: TABLE[decided][word], fillsIn: false });
      });
    }
  }

  it('lets a repeated word fill in an identifier that was missing, and nothing else fill in anything', () => {
    const fills = DECIDED.flatMap((decided) =>
      PROVIDER_WORDS.filter((word) => judge(decided, word, 'missing').fillsIn).map((word) => `${decided} ${word}`),
    );
    expect(fills).toEqual(['acknowledged acknowledged', 'processed processed']);
  });

  it('takes another identifier for a processed eSIM as a conflict', () => {
    expect(judge('processed', 'processed', 'different')).toEqual({ disposition: 'conflict', fillsIn: false });
    expect(judge('acknowledged', 'acknowledged', 'different')).toEqual({ disposition: 'duplicate', fillsIn: false });
  });

  it('is final: no word that follows the end of an order is applied', () => {
    const identifiers: Identifiers[] = ['nothing_new', 'missing', 'different'];
    for (const decided of ['processed', 'cancelled'] as const) {
      for (const word of PROVIDER_WORDS) {
        for (const identifier of identifiers) expect(judge(decided, word, identifier).disposition).not.toBe('applied');
      }
    }
  });
});

describe('what the applied facts have decided', () => {
  it('is nothing before the confirmation', () => {
    expect(decidedBy([])).toBeUndefined();
    expect(decidedBy(['draft_created', 'confirmation_requested'])).toBeUndefined();
  });

  it('is what the last of them that decides says', () => {
    expect(decidedBy(['confirmed'])).toBe('confirmed');
    expect(decidedBy(['confirmed', 'submitted', 'acknowledged', 'temporary_esim_created'])).toBe('acknowledged');
    expect(decidedBy(['confirmed', 'processed', 'sim_replaced', 'manager_told'])).toBe('processed');
    expect(decidedBy(['confirmed', 'acknowledged', 'rejected'])).toBe('cancelled');
  });
});

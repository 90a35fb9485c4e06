import type { ProviderWord } from '@simlane/contracts/facts';
import type { FactOrigin } from '../processing/fact.repository.ts';
import type { Word } from '../processing/intake.ts';

/** A word that a person says in the provider's place; it is judged like the provider's own. */
export const decidedWord = (
  word: Extract<ProviderWord, 'processed' | 'cancelled'>,
  origin: FactOrigin,
  reason: string | null,
  data: { readonly iccid?: string; readonly said?: 'installed' } = {},
): Word => ({
  word,
  origin,
  reason,
  occurredAt: new Date(),
  identifiers: { iccid: data.iccid ?? null, eid: null, activationCodeFingerprints: [] },
  data,
});

/**
 * Facts: what happened to an order. An order's facts are its inbox, its timeline and its audit (product.md §1).
 *
 * This file holds the table by which a provider's word is judged (product.md §3, "Facts decide, the workflow
 * acts"). It is judged once, at intake, under the order row's lock; the disposition never changes.
 */

/** What a provider can say about an order; a person who decides in the provider's place says it too. */
export const PROVIDER_WORDS = ['acknowledged', 'processed', 'cancelled', 'rejected'] as const;
export type ProviderWord = (typeof PROVIDER_WORDS)[number];

/** What a provider is asked for because a person has decided so: one call each, made until the provider answers. */
export const PROVIDER_REQUESTS = ['cancellation_requested', 'reminder_requested', 'reversal_requested'] as const;
export type ProviderRequest = (typeof PROVIDER_REQUESTS)[number];

/** What the manager is told of while the order goes on. */
export const NOTICES = ['silence_noted', 'cancellation_refused'] as const;
export type Notice = (typeof NOTICES)[number];

/** Everything that can happen to an order. */
export const FACT_KINDS = [
  ...PROVIDER_WORDS,
  ...PROVIDER_REQUESTS,
  ...NOTICES,
  'draft_created',
  'draft_expired',
  'confirmation_requested',
  'confirmation_refused',
  'confirmed',
  'submitted',
  'temporary_esim_created',
  'sim_replaced',
  'rolled_back',
  'manager_told',
  'iccid_entered',
  'iccid_corrected',
  'identifiers_filled_in',
  'activation_code_passed_on',
  'qr_code_requested',
  'qr_code_not_requested',
  'provider_asked',
  'provider_reminded',
  'cancellation_passed_on',
  'reversal_passed_on',
  'request_overtaken',
  'deadline_extended',
  'submission_released',
  'conflict_resolved',
  'order_adopted',
  'stuck_noticed',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** The facts that the workflow hears of, once they are applied. */
export const ACTIONABLE_FACTS = ['confirmed', ...PROVIDER_WORDS, ...PROVIDER_REQUESTS, ...NOTICES] as const;
export type ActionableFact = (typeof ACTIONABLE_FACTS)[number];

export const isActionableFact = (kind: string): kind is ActionableFact =>
  (ACTIONABLE_FACTS as readonly string[]).includes(kind);

export const isProviderRequest = (kind: string): kind is ProviderRequest =>
  (PROVIDER_REQUESTS as readonly string[]).includes(kind);

export const isNotice = (kind: string): kind is Notice => (NOTICES as readonly string[]).includes(kind);

export const isProviderWord = (kind: string): kind is ProviderWord =>
  (PROVIDER_WORDS as readonly string[]).includes(kind);

/**
 * `recorded` is for facts that need no judgement (an effect carried out, an entry by a person). The other four are
 * judgements.
 */
export const DISPOSITIONS = ['applied', 'duplicate', 'stale', 'conflict', 'recorded'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** What the applied facts of an order have decided so far. */
export const DECIDED = ['confirmed', 'acknowledged', 'processed', 'cancelled'] as const;
export type Decided = (typeof DECIDED)[number];

/** How the word compares with what the provider has said of this eSIM before: its ICCID, EID or activation code. */
export type Identifiers = 'nothing_new' | 'missing' | 'different';

export interface Judgement {
  readonly disposition: Exclude<Disposition, 'recorded'>;
  /** The word brings an ICCID, EID or activation code that was missing; it is kept, although nothing else happens. */
  readonly fillsIn: boolean;
}

const APPLIED: Judgement = { disposition: 'applied', fillsIn: false };
const STALE: Judgement = { disposition: 'stale', fillsIn: false };
const CONFLICT: Judgement = { disposition: 'conflict', fillsIn: false };
const DUPLICATE: Judgement = { disposition: 'duplicate', fillsIn: false };

const duplicateOf = (identifiers: Identifiers): Judgement => ({
  disposition: 'duplicate',
  fillsIn: identifiers === 'missing',
});

/** The table of product.md §3: what is decided so far × what the provider says now. */
export const judge = (decided: Decided, word: ProviderWord, identifiers: Identifiers): Judgement => {
  const ends = word === 'cancelled' || word === 'rejected';
  switch (decided) {
    case 'confirmed':
      return APPLIED;
    case 'acknowledged':
      return word === 'acknowledged' ? duplicateOf(identifiers) : APPLIED;
    case 'processed':
      if (ends) return CONFLICT;
      if (word === 'acknowledged') return STALE;
      return identifiers === 'different' ? CONFLICT : duplicateOf(identifiers);
    case 'cancelled':
      if (ends) return DUPLICATE;
      return word === 'acknowledged' ? STALE : CONFLICT;
  }
};

const DECIDES = {
  confirmed: 'confirmed',
  acknowledged: 'acknowledged',
  processed: 'processed',
  cancelled: 'cancelled',
  rejected: 'cancelled',
} as const satisfies Record<'confirmed' | ProviderWord, Decided>;

/** What has been decided, from the kinds of the applied facts in their order; undefined before the confirmation. */
export const decidedBy = (appliedKinds: readonly FactKind[]): Decided | undefined => {
  const last = appliedKinds.findLast((kind) => kind === 'confirmed' || isProviderWord(kind));
  return last === undefined ? undefined : DECIDES[last];
};

import type { ProviderOrder, ProviderOrderStatus } from '@simlane/contracts/http/provider';

/** How one provider is reached. */
export interface ProviderAddress {
  readonly address: string;
  readonly credential: string;
}

export type SubmissionAnswer =
  | { readonly outcome: 'accepted'; readonly providerReference: string }
  /** A decision of the provider, with its words. */
  | { readonly outcome: 'rejected'; readonly detail: string | null };

export type LookupAnswer =
  | { readonly outcome: 'found'; readonly order: ProviderOrderStatus }
  /** The provider says itself that it does not have the order. */
  | { readonly outcome: 'unknown_order' };

export type CancellationAnswer =
  | { readonly outcome: 'accepted' | 'unknown_order' }
  /** A decision of the provider, with its words. */
  | { readonly outcome: 'refused'; readonly detail: string | null };

/**
 * The conversation with a provider, orders out (api.md). A repeat under the same key is taken once.
 *
 * Each call throws ProblemError `dependency_unavailable` where nothing was decided: no answer, garbage, or an answer that
 * is none of those agreed on. Whether the provider has acted is not known then.
 */
export interface ProviderClient {
  submit(to: ProviderAddress, order: ProviderOrder, idempotencyKey: string): Promise<SubmissionAnswer>;
  /** Where the order stands. */
  lookUp(at: ProviderAddress, orderId: string): Promise<LookupAnswer>;
  /** Asks to cancel the order. Accepted means that it was taken, not that the order is cancelled. */
  requestCancellation(to: ProviderAddress, orderId: string, idempotencyKey: string): Promise<CancellationAnswer>;
  remind(whom: ProviderAddress, orderId: string, idempotencyKey: string): Promise<void>;
}

import type { ProviderOrder } from '@simlane/contracts/http/provider';

/** How one provider is reached. */
export interface ProviderAddress {
  readonly address: string;
  readonly credential: string;
}

export type SubmissionAnswer =
  | { readonly outcome: 'accepted'; readonly providerReference: string }
  /** A decision of the provider, with its words. */
  | { readonly outcome: 'rejected'; readonly detail: string | null };

/** The conversation with a provider, orders out (api.md). */
export interface ProviderClient {
  /**
   * Submits an order under its key, which the provider takes once however often it is sent.
   *
   * @throws ProblemError `dependency_unavailable` where the outcome is not known: no answer, garbage, an answer that
   *   is neither an acceptance nor a rejection
   */
  submit(to: ProviderAddress, order: ProviderOrder, idempotencyKey: string): Promise<SubmissionAnswer>;
}

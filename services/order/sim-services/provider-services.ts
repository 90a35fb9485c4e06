import type { ProviderServiceChange } from '@simlane/contracts/http/provider-services';
import type { ReportedServices } from '@simlane/contracts/http/service-calls';
import type { ProviderAddress } from '../provider/provider-client.ts';
import type { ServiceAnswer } from './service-call.ts';

export type ChangeAnswer =
  | { readonly outcome: 'answered'; readonly answers: readonly ServiceAnswer[] }
  /** The provider has it; what becomes of it, a signal says. */
  | { readonly outcome: 'accepted' }
  /** A decision of the provider on the whole change, with its words. */
  | { readonly outcome: 'refused'; readonly detail: string | null };

export type UnscheduleAnswer =
  | { readonly outcome: 'cancelled' | 'unknown_change' }
  /** A decision of the provider, with its words. */
  | { readonly outcome: 'refused'; readonly detail: string | null };

/**
 * The conversation with a provider about the services of a SIM (api.md). A repeat under the same key is taken once.
 *
 * Each call throws ProblemError `dependency_unavailable` where nothing was decided: no answer, garbage, or an answer that
 * is none of those agreed on. Whether the provider has acted is not known then.
 */
export interface ProviderServices {
  change(
    to: ProviderAddress,
    iccid: string,
    change: ProviderServiceChange,
    idempotencyKey: string,
  ): Promise<ChangeAnswer>;
  /** What is in force now, and which plans are to follow. */
  report(at: ProviderAddress, iccid: string): Promise<ReportedServices>;
  cancelScheduled(at: ProviderAddress, iccid: string, changeId: string): Promise<UnscheduleAnswer>;
}

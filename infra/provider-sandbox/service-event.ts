import type { ProviderServiceChange } from '@simlane/contracts/http/provider-services';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { ServiceRequestSort, ServiceResult, ServiceRule } from './service-control-api.ts';

interface SimKey {
  readonly providerId: string;
  readonly iccid: string;
}

/** How a change was decided; nothing was decided when the sandbox only misbehaved. */
export type ServiceDecision =
  | { readonly outcome: 'answered'; readonly results: readonly ServiceResult[] }
  /** Taken; the results are said later, so long after or, with null, on command. */
  | {
      readonly outcome: 'accepted';
      readonly results: readonly ServiceResult[];
      readonly answeredAfterMs: number | null;
    }
  | { readonly outcome: 'refused'; readonly detail: string };

/** Everything that changes what the sandbox knows of the services of SIMs. */
export type ServiceEvent =
  | { readonly kind: 'service_rules_put'; readonly rules: readonly ServiceRule[] }
  | ({
      readonly kind: 'service_change_received';
      readonly at: string;
      readonly key: string;
      readonly change: ProviderServiceChange;
      readonly decision: ServiceDecision | null;
    } & SimKey)
  | {
      readonly kind: 'service_change_answered';
      readonly providerId: string;
      readonly changeId: string;
      readonly results: readonly ServiceResult[];
      readonly message: OutgoingMessage | null;
    }
  | ({ readonly kind: 'service_request_received'; readonly sort: ServiceRequestSort } & SimKey)
  | ({ readonly kind: 'plan_unscheduled'; readonly changeId: string } & SimKey)
  | ({
      readonly kind: 'services_set';
      readonly options: Readonly<Record<string, string>>;
      readonly ratePlan?: string | null | undefined;
    } & SimKey);

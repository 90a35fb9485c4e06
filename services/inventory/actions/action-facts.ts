import type { Role } from '@simlane/contracts/permissions';
import type { SimKind, SimState, Slot } from '@simlane/contracts/sim';
import type { ActionProfile } from './action-profile.ts';
import type { Learnt, ProviderFacts, QrCodeContactFacts } from './catalog.ts';

/** Whoever would run the action. */
export interface ActionCaller {
  readonly roles: readonly Role[];
  readonly profile: ActionProfile;
}

export interface SimFacts {
  readonly id: string;
  readonly kind: SimKind;
  readonly state: SimState;
  readonly distributorId: string | null;
}

/** A line with what is in its slot, as the fleet has it. */
export interface LineFacts {
  readonly id: string;
  readonly msisdn: string;
  readonly providerId: string;
  readonly slot: Slot | null;
  readonly changeOrderId: string | null;
  readonly sim: SimFacts | null;
  readonly incomingSim: SimFacts | null;
  readonly device: { readonly esimCapable: 'yes' | 'no' | 'unknown' } | null;
}

/** What `switch_to_esim` and `replace_esim` depend on. */
export interface LineActionFacts {
  readonly line: LineFacts;
  readonly provider: Learnt<ProviderFacts>;
  readonly caller: ActionCaller;
}

/** What `generate_esim_qr_code` depends on. */
export interface SimActionFacts {
  readonly sim: SimFacts;
  readonly slot: Slot | null;
  /** It is the slot's incoming SIM. */
  readonly incoming: boolean;
  readonly contacts: Learnt<QrCodeContactFacts>;
  readonly caller: ActionCaller;
}

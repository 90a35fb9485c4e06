/** What can happen to an order, as the model test has it: symbols instead of ids and numbers, so that a history can be read. */

/** What a provider says, in its own terms. */
export const SAYINGS = ['acknowledged', 'processed', 'installed', 'cancelled', 'rejected'] as const;
export type Saying = (typeof SAYINGS)[number];

/** `A` and `B` are free; `in_use` is an ICCID that another SIM in use has. */
export const ICCIDS = ['A', 'B', 'malformed', 'in_use'] as const;
export type IccidSymbol = (typeof ICCIDS)[number];

export interface Said {
  readonly says: Saying;
  readonly iccid?: IccidSymbol;
  readonly eid?: 'E' | 'F';
}

export type ProviderAnswer = Said | { readonly says: 'received' | 'nothing' };

export type Action =
  | ({ readonly do: 'signal' } & Said)
  /** The last signal once more, as the provider repeats it: the same message. */
  | { readonly do: 'repeat_signal' }
  /** The last signal once more, as operations ask for it. */
  | { readonly do: 'replay_signal' }
  /** Another message under the last signal's id: it says `acknowledged`. */
  | { readonly do: 'reuse_message_id' }
  /** A signal that is not about this order, or not this provider's. */
  | { readonly do: 'foreign_signal'; readonly how: ForeignSignal }
  | { readonly do: 'edit_draft' }
  | { readonly do: 'confirm' }
  | { readonly do: 'request_cancellation'; readonly provider: 'accepts' | 'refuses' }
  | { readonly do: 'enter_iccid'; readonly iccid: IccidSymbol; readonly reason: boolean }
  | { readonly do: 'confirm_installation' }
  | { readonly do: 'remind' }
  | { readonly do: 'mark_processed'; readonly iccid?: IccidSymbol }
  | { readonly do: 'cancel'; readonly provider: 'accepts' | 'refuses' }
  | { readonly do: 'resolve_conflict'; readonly resolution: 'no_effect' | 'reverse_at_provider' }
  /** Operations set a deadline, it passes, and the provider is asked. */
  | { readonly do: 'deadline_passes'; readonly answer: ProviderAnswer }
  /** Somebody else changes what the order is about. */
  | { readonly do: 'change_fleet'; readonly change: FleetChange };

export const FOREIGN_SIGNALS = ['unknown_order', 'other_provider', 'wrong_signature'] as const;
export type ForeignSignal = (typeof FOREIGN_SIGNALS)[number];

export const FLEET_CHANGES = ['turn_state', 'move', 'regroup', 'reassign'] as const;
export type FleetChange = (typeof FLEET_CHANGES)[number];

/** What the caller gets. */
export type Answer = 'done' | 'accepted' | 'duplicate' | 'unknown_order' | ProblemSymbol;
export type ProblemSymbol =
  | 'unauthenticated'
  | 'order_state'
  | 'iccid_invalid'
  | 'iccid_in_use'
  | 'reason_required'
  | 'change_in_flight';

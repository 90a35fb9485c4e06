/** An order's status, as users see it (product.md §3). A finished order (`processed`, `cancelled`, `expired`) never changes. */
export const ORDER_STATUSES = [
  'draft',
  'confirming',
  'confirmed',
  'in_progress',
  'processed',
  'cancelled',
  'expired',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Who ended a cancelled order. */
export const END_REASONS = ['provider', 'rejected', 'manager', 'operations'] as const;
export type EndReason = (typeof END_REASONS)[number];

export const REPLACEMENT_REASONS = ['convenience', 'defective', 'lost', 'stolen', 'device_change'] as const;
export type ReplacementReason = (typeof REPLACEMENT_REASONS)[number];

/** The actions that make an order. */
export const REPLACEMENT_ACTIONS = ['switch_to_esim', 'replace_esim'] as const;
export type ReplacementAction = (typeof REPLACEMENT_ACTIONS)[number];

/** What is left to do on an order, and who can do it. An order with an empty set needs nobody. */
export const TODOS = {
  iccid_missing: { responsible: 'manager' },
  iccid_differs: { responsible: 'manager' },
  installation_missing: { responsible: 'manager' },
  qr_code_refused: { responsible: 'manager' },
  qr_request_impossible: { responsible: 'manager' },
  conflict: { responsible: 'operations' },
  provider_silent: { responsible: 'operations' },
  submission_unknown: { responsible: 'operations' },
  stuck: { responsible: 'operations' },
} as const;
export type TodoCode = keyof typeof TODOS;
export type TodoResponsible = (typeof TODOS)[TodoCode]['responsible'];

export const FINISHED_STATUSES = ['processed', 'cancelled', 'expired'] as const satisfies readonly OrderStatus[];
export type FinishedStatus = (typeof FINISHED_STATUSES)[number];

export const isFinished = (status: OrderStatus): status is FinishedStatus =>
  (FINISHED_STATUSES as readonly OrderStatus[]).includes(status);

/** Which of a provider's words means that the new SIM serves the line (product.md §3). */
export const CUTOVERS = ['processed', 'installed'] as const;
export type Cutover = (typeof CUTOVERS)[number];

/** What became of a request to cancel, while the provider decides: `refused` leaves the order as it was. */
export const CANCELLATION_STATES = ['requested', 'passed_on', 'refused'] as const;
export type CancellationState = (typeof CANCELLATION_STATES)[number];

/** What operations can decide about an order, each with a reason. */
export const DECISIONS = ['remind', 'extend', 'resubmit', 'mark_processed', 'cancel', 'resolve_conflict'] as const;
export type Decision = (typeof DECISIONS)[number];

/**
 * How a conflict ends: `adopt`: a new order takes over what the provider has done; `reverse_at_provider`: the provider
 * is asked to take it back; `no_effect`: what is in the inventory is right.
 */
export const CONFLICT_RESOLUTIONS = ['adopt', 'reverse_at_provider', 'no_effect'] as const;
export type ConflictResolution = (typeof CONFLICT_RESOLUTIONS)[number];

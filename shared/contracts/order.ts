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
  conflict: { responsible: 'operations' },
} as const;
export type TodoCode = keyof typeof TODOS;
export type TodoResponsible = (typeof TODOS)[TodoCode]['responsible'];

export const FINISHED_STATUSES = ['processed', 'cancelled', 'expired'] as const satisfies readonly OrderStatus[];
export type FinishedStatus = (typeof FINISHED_STATUSES)[number];

export const isFinished = (status: OrderStatus): status is FinishedStatus =>
  (FINISHED_STATUSES as readonly OrderStatus[]).includes(status);

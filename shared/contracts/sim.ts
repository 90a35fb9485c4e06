export const SIM_KINDS = ['physical', 'esim'] as const;
export type SimKind = (typeof SIM_KINDS)[number];

/** `discarded` is final. */
export const SIM_STATES = ['in_stock', 'temporary', 'active', 'suspended', 'discarded'] as const;
export type SimState = (typeof SIM_STATES)[number];

/** The states in which a SIM on a line serves it. */
export const SERVING_STATES = ['active', 'suspended'] as const satisfies readonly SimState[];
export type ServingState = (typeof SERVING_STATES)[number];

export const isServing = (state: SimState): state is ServingState =>
  (SERVING_STATES as readonly string[]).includes(state);

export const SLOTS = [1, 2, 3] as const;
export type Slot = (typeof SLOTS)[number];

/** Where the replacement that an order asked for stands in the inventory. `refused` can be tried anew by a higher attempt. */
export const REPLACEMENT_STATES = ['refused', 'reserved', 'started', 'committed', 'rolled_back'] as const;
export type ReplacementState = (typeof REPLACEMENT_STATES)[number];

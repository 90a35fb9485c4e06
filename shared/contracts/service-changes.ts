/** How a SIM's services are changed (product.md §5). */

export const SERVICE_CHANGE_KINDS = ['migrate', 'deviate', 'reattach', 'edit_profile', 'retry'] as const;
export type ServiceChangeKind = (typeof SERVICE_CHANGE_KINDS)[number];

/**
 * `pending`: something that it wants is not in force yet. `scheduled`: only its rate plan is not, whose month is to come.
 * `failed`: the provider has refused some of it, and nothing is pending. `superseded`: something else was wanted before all of it was in force. `cancelled`: its plan was taken back.
 */
export const SERVICE_CHANGE_STATES = ['pending', 'scheduled', 'done', 'failed', 'superseded', 'cancelled'] as const;
/** It has not ended: what becomes of it is still to be seen. */
export const OPEN_SERVICE_CHANGES = ['pending', 'scheduled'] as const satisfies readonly ServiceChangeState[];
export type ServiceChangeState = (typeof SERVICE_CHANGE_STATES)[number];

/** `api_managed`: other means manage the SIM, so no end is asked for. `found`: the provider had it so. */
export const DEVIATION_KINDS = ['test', 'api_managed', 'found', 'other'] as const;
export type DeviationKind = (typeof DEVIATION_KINDS)[number];

/** What is wanted of a SIM has changed: its workflow looks again. It says nothing of what; that is read. */
export const SIM_SERVICES_CHANGED_SIGNAL = 'simServicesChanged';

/**
 * Rollouts: one change of what many SIMs may do, portion by portion (product.md §5); and the messages of the workflow that
 * asks for one portion after the other. Ids and states only.
 */

/** `edit_profile`: everybody who follows the profile gets its new version. */
export const SERVICE_ROLLOUT_KINDS = ['edit_profile', 'migrate', 'reattach'] as const;
export type ServiceRolloutKind = (typeof SERVICE_ROLLOUT_KINDS)[number];

/**
 * `stopped`: by itself, because too much was refused or its profile was archived. `done`: each SIM has had its turn and
 * its answer. What a rollout has moved goes on in any state: it is wanted.
 */
export const SERVICE_ROLLOUT_STATES = ['running', 'paused', 'stopped', 'cancelled', 'done'] as const;
export type ServiceRolloutState = (typeof SERVICE_ROLLOUT_STATES)[number];

/**
 * Where a SIM stands in a rollout. `waiting`: its turn is to come; `behind`: it is not, the rollout has ended without it.
 * `unchanged`: it was so already. `superseded`: something else was wanted of it later than the rollout. The others are the
 * states of its service change.
 */
export const ROLLOUT_SIM_STATES = [
  'waiting',
  'pending',
  'scheduled',
  'done',
  'failed',
  'superseded',
  'cancelled',
  'unchanged',
  'behind',
] as const;
export type RolloutSimState = (typeof ROLLOUT_SIM_STATES)[number];

export const SERVICE_ROLLOUT_WORKFLOW = 'serviceRollout';
/** The rollout was paused, resumed, retried or cancelled: the run looks again. It says nothing; what is so is read. */
export const SERVICE_ROLLOUT_CHANGED_SIGNAL = 'serviceRolloutChanged';

export const serviceRolloutWorkflowId = (rolloutId: string): `service-rollout/${string}` =>
  `service-rollout/${rolloutId}`;

export interface ServiceRolloutInput {
  readonly accountId: string;
  readonly rolloutId: string;
}

/** What one portion came to. */
export interface RolloutPortion {
  readonly state: ServiceRolloutState;
  /** How many SIMs it has moved. */
  readonly moved: number;
  /** Which. Absent where there are none, and from answers that were recorded before their calls were sent together. */
  readonly simIds?: readonly string[] | undefined;
  /** When to ask for the next, in milliseconds from now; null: for none, until the rollout changes. */
  readonly again: number | null;
}

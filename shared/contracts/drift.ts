/**
 * Where a provider has a SIM otherwise than it has confirmed, what becomes of it, and the messages of the workflow that
 * looks for it. Ids and states only.
 */

/**
 * `taken`: theirs counts, as a deviation. `pushed`: ours is sent anew. `resolved`: both agree again without a decision,
 * or the SIM has nothing more to agree on.
 */
export const DRIFT_STATES = ['open', 'taken', 'pushed', 'resolved'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

export const DRIFT_TAKES = ['theirs', 'ours'] as const;
export type DriftTake = (typeof DRIFT_TAKES)[number];

export const SERVICE_RECONCILIATION_WORKFLOW = 'serviceReconciliation';

/** One workflow for each reconciliation: of an account by the account's id, of a single SIM by the SIM's. */
export const serviceReconciliationWorkflowId = (id: string): `service-reconciliation/${string}` =>
  `service-reconciliation/${id}`;

export interface ServiceReconciliationInput {
  readonly accountId: string;
  /** The account's id, or the SIM's. */
  readonly reconciliationId: string;
}

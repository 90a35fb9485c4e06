/**
 * The first of a month, on which the scheduled plans of a provider's SIMs are wanted: messages of the workflow that asks
 * for one portion of them after the other. Ids only.
 */

export const SCHEDULED_PLANS_WORKFLOW = 'scheduledPlans';

/** One workflow for each provider of an account: none of them waits for another. */
export const scheduledPlansWorkflowId = ({
  accountId,
  providerId,
}: ScheduledPlansInput): `scheduled-plans/${string}/${string}` => `scheduled-plans/${accountId}/${providerId}`;

export interface ScheduledPlansInput {
  readonly accountId: string;
  readonly providerId: string;
}

/** What one portion came to. */
export interface ScheduledPlansPortion {
  /** The SIMs whose plan is wanted from now on. */
  readonly simIds: readonly string[];
  /** When to ask for the next, in milliseconds from now; null: nothing is due any more. */
  readonly again: number | null;
}

/** Time-outs and retries of every activity, in one place. */
import type { ActivityOptions } from '@temporalio/workflow';

/**
 * A step is a handful of HTTP calls, each with a time-out of its own of at most 15 s (a provider's answer), so one
 * that has not come back after this long never will.
 */
const STEP_TIMEOUT = '45 seconds';

/**
 * Without end: a dependency that is down for a day leaves the order waiting, and the only thing that may end a step
 * is a decision, which comes back as a result. At most a minute apart, so that an order goes on soon after a repair.
 */
const RETRY_UNTIL_DONE = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
} as const;

export const STEP: ActivityOptions = { startToCloseTimeout: STEP_TIMEOUT, retry: RETRY_UNTIL_DONE };

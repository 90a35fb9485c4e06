/** Time-outs and retries of every activity, in one place. */
import type { ActivityOptions } from '@temporalio/workflow';

/**
 * A step is up to three calls of our services, which take milliseconds; the one that takes long is the submission,
 * where the provider has 15 s to answer and the call 20 s. What has not come back after this long is taken for lost,
 * with its worker, and done again; all of it is idempotent.
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

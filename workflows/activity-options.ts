/** Time-outs and retries of every activity, in one place. */
import type { ActivityOptions } from '@temporalio/workflow';

/**
 * A step is up to three calls of our services, which take milliseconds; the one that takes long is the submission,
 * where the provider has 15 s to answer and the call 20 s. What has not come back after this long is taken for lost
 * and done again; all of it is idempotent.
 */
const STEP_TIMEOUT = '45 seconds';

/**
 * The worker says every 1.5 s that it still runs a step. A worker silent for this long is taken for dead and the step
 * begun elsewhere: long enough for a busy machine, short enough that a killed worker holds an order up for seconds.
 */
const WORKER_SILENCE = '6 seconds';

/**
 * Without end: a dependency that is down for a day leaves the order waiting, and the only thing that may end a step
 * is a decision, which comes back as a result. At most half a minute apart, and growing slowly, so that an order goes
 * on within seconds of a short fault and within the half minute of a long one.
 */
const RETRY_UNTIL_DONE = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 1.5,
  maximumInterval: '30 seconds',
} as const;

export const STEP: ActivityOptions = {
  startToCloseTimeout: STEP_TIMEOUT,
  heartbeatTimeout: WORKER_SILENCE,
  retry: RETRY_UNTIL_DONE,
};

/**
 * A portion of SIMs is asked for one after another, some at once: each can take a provider 15 s, and the call 20 s. What
 * has not come back after this long is taken for lost and done again.
 */
export const COMPARISON: ActivityOptions = { ...STEP, startToCloseTimeout: '3 minutes' };

/**
 * Calls that are sent together: order begins none after 5 s, and the last can take a provider 15 s, twice where it is
 * asked first. Given up after tries that outlast a restart: what is not sent this way the workflows of the SIMs send.
 */
export const SENDING_TOGETHER: ActivityOptions = {
  ...STEP,
  startToCloseTimeout: '90 seconds',
  retry: { ...RETRY_UNTIL_DONE, maximumAttempts: 6 },
};

/** The calls of SIMs that were changed together, for the workflows that change many. */
import type { ServiceCallsActivities } from '@simlane/contracts/activities';
import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import { SENDING_TOGETHER } from './activity-options.ts';

const { sendServiceCalls } = proxyActivities<ServiceCallsActivities>({
  ...SENDING_TOGETHER,
  summary: 'Send the calls of the portion',
});

/** Nothing hangs on it: what is not sent so has a row that wakes the workflow of its SIM. */
export const sendTogether = async (portion: Parameters<typeof sendServiceCalls>[0]): Promise<void> => {
  try {
    await sendServiceCalls(portion);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
  }
};

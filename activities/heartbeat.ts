import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/**
 * How often an activity says that its worker lives. A quarter of the steps' `heartbeatTimeout`: a beat or two may be
 * late on a busy machine. Most steps have ended before the first.
 */
export const HEARTBEAT_INTERVAL_MS = 1_500;

/** Heartbeats for every activity, for as long as it runs: so a step whose worker was killed is begun elsewhere soon. */
export const heartbeatWhileRunning: ActivityInterceptorsFactory = (activity) => ({
  inbound: {
    execute: async (input, next) => {
      const beating = setInterval(() => activity.heartbeat(), HEARTBEAT_INTERVAL_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(beating);
      }
    },
  },
});

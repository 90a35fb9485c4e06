import type {
  QrCodeActivities,
  ServiceRolloutActivities,
  ServiceReconciliationActivities,
  SimReplacementActivities,
  SimServicesActivities,
} from '@simlane/contracts/activities';
import type { Logger } from '@simlane/service-kit/logger';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { Config } from './config.ts';
import { HEARTBEAT_INTERVAL_MS, heartbeatWhileRunning } from './heartbeat.ts';

export interface RunningWorker {
  readonly isRunning: () => boolean;
  /** Rejects where Temporal does not answer: a worker that polls in vain runs all the same. */
  readonly reachTemporal: () => Promise<void>;
  /** Begins to take tasks. A worker that fails for good ends the process, to be started again. */
  readonly run: () => void;
  /** Takes no more tasks and finishes those it has, within the drain time. */
  readonly stop: () => Promise<void>;
}

/** Each cached run keeps its state in memory, some 100 kB; a run that is not cached is replayed from its history. */
const MOST_CACHED_WORKFLOWS = 600;

/** Of a server that is there; readiness is asked for every few seconds. */
const ANSWERS_WITHIN_MS = 1_000;

/** Of the 10 s in which a process of ours drains; what is not done by then is done again elsewhere. */
const DRAIN_TIME = '7 seconds';
const FORCED_AFTER = '8 seconds';

/**
 * A run is offered to the worker that has it cached for so long, and then to any: without it, what a killed worker had
 * cached would wait for 10 s. Offered to the wrong one it is only replayed.
 */
const OFFERED_TO_ITS_CACHE_FOR = '3 seconds';

/**
 * One process for workflows and activities on one task queue: that is what lets an activity start eagerly, without
 * another round trip through the server.
 */
export const createWorker = async (options: {
  config: Config;
  logger: Logger;
  activities: SimReplacementActivities &
    QrCodeActivities &
    SimServicesActivities &
    ServiceRolloutActivities &
    ServiceReconciliationActivities;
}): Promise<RunningWorker> => {
  const { config, logger, activities } = options;
  Runtime.install({ logger: pinoLogger(logger), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: await workflowsOf(config),
    activities,
    interceptors: { activity: [heartbeatWhileRunning] },
    // The SDK would send them at 80 % of the time-out at the earliest, and leave a busy worker a second.
    maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
    stickyQueueScheduleToStartTimeout: OFFERED_TO_ITS_CACHE_FOR,
    maxCachedWorkflows: MOST_CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: config.CONCURRENT_ACTIVITIES,
    shutdownGraceTime: DRAIN_TIME,
    shutdownForceTime: FORCED_AFTER,
  });
  let running: Promise<void> | undefined;
  return {
    isRunning: () => worker.getState() === 'RUNNING',
    reachTemporal: async () => {
      await connection.withDeadline(Date.now() + ANSWERS_WITHIN_MS, () => connection.workflowService.getSystemInfo({}));
    },
    run: () => {
      running = worker.run();
    },
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
    },
  };
};

/** Where nothing may change: up, and takes no tasks. */
export const IDLE_WORKER: RunningWorker = {
  isRunning: () => true,
  reachTemporal: async () => undefined,
  run: () => undefined,
  stop: async () => undefined,
};

/** The bundle made beforehand, or one made now from the sources. */
const workflowsOf = async ({ WORKFLOWS_PATH, WORKFLOW_BUNDLE_PATH }: Config): Promise<WorkflowBundleOption> => {
  if (WORKFLOW_BUNDLE_PATH !== undefined) return { codePath: WORKFLOW_BUNDLE_PATH };
  if (WORKFLOWS_PATH === undefined) throw new Error('the configuration names no workflows');
  // The bundler tells each module it has taken in; only what goes wrong is of interest.
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: new DefaultLogger('WARN') });
};

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK logs goes through our logger, and so through its redaction. */
const pinoLogger = (logger: Logger): DefaultLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }) => {
    logger[LEVELS[level]]({ temporal: meta }, message);
  });

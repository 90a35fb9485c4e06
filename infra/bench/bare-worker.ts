/** The worker of the bare workflow: a process of its own with workflows and activities on one task queue, as ours is. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { BARE_TASK_QUEUE, type BareActivities, type BareNote } from './bare-messages.ts';
import { endWithParent, tell, told } from './bare-process.ts';
import { nowMs } from './clock.ts';

/** As in activities/worker.ts and activities/config.ts, so that both sides have the same room. */
const MOST_CACHED_WORKFLOWS = 600;
const CONCURRENT_ACTIVITIES = 40;

Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address: told('TEMPORAL_ADDRESS') });
const activities: BareActivities = {
  empty: async (run, step) => {
    const note: BareNote = { run, step, atMs: nowMs() };
    tell(note);
  },
};
const worker = await Worker.create({
  connection,
  namespace: told('TEMPORAL_NAMESPACE'),
  taskQueue: BARE_TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
  activities: { ...activities },
  maxCachedWorkflows: MOST_CACHED_WORKFLOWS,
  maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
});
const running = worker.run();
endWithParent(async () => {
  worker.shutdown();
  await running;
  await connection.close();
});
tell({ ready: true });

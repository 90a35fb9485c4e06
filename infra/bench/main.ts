/**
 * `npm run bench`: starts the whole stack fresh beside any other, measures it against bare counterparts on the same
 * servers, and prints a table; `--json` prints the figures as JSON, and nothing else, to standard output; `--waiting`
 * measures instead what 10,000 orders that wait cost the one that goes on, `--files` what files cost that are uploaded,
 * `--services` what changes of many SIMs' services cost.
 * Takes some minutes. A goal that is not reached is no failure: exit code 1 means that something could not be measured.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { withoutFixedPorts } from '../local/ports.ts';
import type { Stack } from '../local/stack.ts';
import { defaultStateFolder } from '../local/state-folder.ts';
import { say, sayAside } from '../local/terminal.ts';
import { withStack } from '../local/with-stack.ts';
import { startBareFanOut } from './bare-fan-out.ts';
import { startBareReplacements } from './bare-replacements.ts';
import { setStage } from './bench-stage.ts';
import { figureTable } from './figure-table.ts';
import { type Figure, figureOfRuns } from './figures.ts';
import { measureDecoding } from './measure-decoding.ts';
import { measureFirstOfMonth } from './measure-first-of-month.ts';
import { measureHistories } from './measure-histories.ts';
import { measureLatency } from './measure-latency.ts';
import { memoryFigures, readMemory } from './measure-memory.ts';
import { measureReads } from './measure-reads.ts';
import { measureRollouts } from './measure-rollout.ts';
import { measureThroughput } from './measure-throughput.ts';
import { measureUploads } from './measure-uploads.ts';
import { measureWaiting } from './measure-waiting.ts';
import { createServiceFleet } from './service-fleet.ts';
import { describeMachine, readSettings, type Settings } from './surroundings.ts';

/** After a start or a load, until only what is at rest goes on. */
const COME_TO_REST_MS = 5_000;
const MS_IN_SECOND = 1000;
const LONGEST_START_SECONDS = 25;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    waiting: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    services: { type: 'boolean', default: false },
  },
});
const machine = describeMachine();
const logFolder = path.join(defaultStateFolder, 'bench-logs');

process.exitCode = await withStack(
  {
    stateFolder: path.join(defaultStateFolder, 'bench'),
    throwAway: true,
    logFolder,
    report: sayAside,
    env: withoutFixedPorts(process.env),
  },
  async (stack, signal) => {
    // Since this process began, so that it is what somebody waits who types a command.
    const startSeconds = performance.now() / MS_IN_SECOND;
    const { settings, figures } = await measure(stack, startSeconds, signal);
    if (values.json)
      say(
        JSON.stringify(
          figures.map((figure) => ({ ...figure, machine, settings })),
          null,
          2,
        ),
      );
    else say(`\n${figureTable(figures)}\n\n${inWords(settings)}\n`);
    return 0;
  },
);

async function measure(
  stack: Stack,
  startSeconds: number,
  signal: AbortSignal,
): Promise<{ settings: Settings; figures: Figure[] }> {
  const { info } = stack;
  const connection = await Connection.connect({ address: info.temporal.address });
  const temporal = new Client({ connection, namespace: info.temporal.namespace });
  const settings = await readSettings(info, temporal);
  await sleep(COME_TO_REST_MS);
  const atRest = await readMemory(stack);
  if (values.files) {
    const options = { logFolder, signal, report: sayAside };
    const decoding = await measureDecoding(options);
    const uploads = await measureUploads(stack, options);
    await connection.close();
    return { settings, figures: [...decoding, ...uploads] };
  }
  if (values.services) {
    const fleet = await createServiceFleet(info);
    const bare = await startBareFanOut(info, temporal, { logFolder, signal });
    const rollouts = await measureRollouts({ stack, temporal, bare, fleet, report: sayAside });
    await bare.stop();
    const figures = [...rollouts, ...(await measureFirstOfMonth(info, fleet, sayAside))];
    await fleet.close();
    await connection.close();
    return { settings, figures };
  }
  const stage = await setStage(info);
  if (values.waiting) {
    const waiting = await measureWaiting(stack, stage, temporal, sayAside);
    await stage.close();
    await connection.close();
    return { settings, figures: waiting };
  }
  const bare = await startBareReplacements(info, temporal, { logFolder, signal });

  const throughput = await measureThroughput(stage, bare, sayAside);
  await sleep(COME_TO_REST_MS);
  const latency = await measureLatency(info, stage, bare, sayAside);
  const histories = await measureHistories(temporal, latency.orderIds, latency.bareWorkflowIds);
  await bare.stop();
  const reads = await measureReads(info, stage, { logFolder, signal, report: sayAside });
  await sleep(COME_TO_REST_MS);
  const memory = memoryFigures(atRest, await readMemory(stack));
  await stage.close();
  await connection.close();

  const start = figureOfRuns(
    {
      name: 'start to ready, from an empty state folder',
      unit: 's',
      goal: { of: 'ours', atMost: LONGEST_START_SECONDS },
    },
    [{ ours: startSeconds, bare: null }],
  );
  return { settings, figures: [throughput, ...latency.figures, ...reads, ...histories, start, ...memory] };
}

function inWords(settings: Settings): string {
  const { cpu, cores, memoryGib, system, node, loadBefore } = machine;
  const { database, fsync, temporal, shards, workers, inFlight, readConnections } = settings;
  return [
    `${cores} × ${cpu}, ${memoryGib} GiB, ${system}, Node ${node}; load before: ${loadBefore}`,
    `${database}, fsync ${fsync}; Temporal ${temporal}, ${shards} shard(s), ${workers} worker; ` +
      `${inFlight} orders in flight; ${readConnections} connections for reads`,
    'ours and bare in turn on the same servers; ratio: median of the runs, or of all samples for percentiles',
  ].join('\n');
}
